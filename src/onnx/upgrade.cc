// SPDX-License-Identifier: MIT
#include "onnx/upgrade.h"

namespace kante::core {
namespace {

Status UpgradeNode(Graph& graph, NodeId id, const OpRegistry& registry) {
  Node& node = graph.mutable_node(id);
  const OpDef* def = registry.Find(node.domain, node.op_type);
  if (!def) return OkStatus();
  const Versions& versions = def->info.versions;
  const int opset = node.version == 0 ? versions.newest() : node.version;
  const int from = versions.InForce(opset);
  if (from == 0) {
    return InvalidGraph("operator ", node.op_type, " does not exist in opset ", opset, "; it came with opset ",
                        versions.oldest());
  }
  node.version = versions.newest();
  const bool deprecated = !def->run && !def->expand && def->upgrade;
  if (!def->upgrade || (from == versions.newest() && !deprecated)) return OkStatus();
  UpgradeContext context(graph, id, opset);
  return def->upgrade(context, from);
}

}  // namespace

Status UpgradeGraph(Graph& graph, const OpRegistry& registry) {
  const size_t slots = graph.node_slots();  // what rules add is new already
  for (NodeId id = 0; id < slots; ++id) {
    if (!graph.alive(id)) continue;
    for (Graph* body : graph.node(id).Subgraphs()) KANTE_TRY(UpgradeGraph(*body, registry));
    const std::string display = graph.node(id).DisplayName();
    Status status = UpgradeNode(graph, id, registry);
    if (!status.ok()) return std::move(status).WithContext(StrCat("node '", display, "'"));
  }
  return OkStatus();
}

}  // namespace kante::core
