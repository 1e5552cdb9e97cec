// SPDX-License-Identifier: MIT
#include "onnx/upgrade.h"

#include <algorithm>

namespace kante::core {
namespace {

// Plain contents only: rules that touch tensors or bodies replace them.
bool SameAttribute(const Attribute& a, const Attribute& b) {
  if (a.name != b.name || a.value.index() != b.value.index()) return false;
  if (const auto* t = a.get<Tensor>()) return t->buffer() == b.get<Tensor>()->buffer();
  if (const auto* g = a.get<std::shared_ptr<Graph>>()) return *g == *b.get<std::shared_ptr<Graph>>();
  if (const auto* i = a.get<int64_t>()) return *i == *b.get<int64_t>();
  if (const auto* f = a.get<float>()) return *f == *b.get<float>();
  if (const auto* s = a.get<std::string>()) return *s == *b.get<std::string>();
  if (const auto* is = a.get<std::vector<int64_t>>()) return *is == *b.get<std::vector<int64_t>>();
  if (const auto* fs = a.get<std::vector<float>>()) return *fs == *b.get<std::vector<float>>();
  if (const auto* ss = a.get<std::vector<std::string>>()) return *ss == *b.get<std::vector<std::string>>();
  return false;
}

bool SameNode(const Node& a, const Node& b) {
  return a.op_type == b.op_type && a.inputs == b.inputs && a.outputs == b.outputs &&
         std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(), b.attributes.end(), SameAttribute);
}

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
  node.version = from;
  const bool deprecated = !def->run && !def->expand && def->upgrade;
  if (!def->upgrade || (from == versions.newest() && !deprecated)) return OkStatus();
  const Node before = node;
  UpgradeContext context(graph, id, opset);
  KANTE_TRY(def->upgrade(context, from));
  if (graph.alive(id) && !SameNode(before, graph.node(id))) graph.mutable_node(id).version = 0;
  return OkStatus();
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
