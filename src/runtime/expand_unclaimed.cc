// SPDX-License-Identifier: MIT
#include "runtime/expand_unclaimed.h"

namespace kante::core {
namespace {

constexpr int kMaxRounds = 16;  // expansions that expand to expansions

Result<bool> ExpandOne(Graph& graph, NodeId id, const OpRegistry& registry,
                       std::span<const std::shared_ptr<Provider>> providers) {
  const Node& node = graph.node(id);
  const OpDef* def = registry.Find(node.domain, node.op_type);
  if (!def || !def->expand) return false;
  KANTE_TRY(const OpInstance op, registry.Instantiate(node));
  for (const auto& provider : providers) {
    if (provider->Claim(graph, id, op)) return false;
  }
  ExpandContext context(graph, id);
  KANTE_TRY(def->expand(op.attributes.get(), context));
  ReplaceNode(graph, id, context.results());
  return true;
}

}  // namespace

Result<int> ExpandUnclaimed(Graph& graph, const OpRegistry& registry,
                            std::span<const std::shared_ptr<Provider>> providers) {
  int replaced = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    int now = 0;
    const size_t slots = graph.node_slots();
    for (NodeId id = 0; id < slots; ++id) {
      if (!graph.alive(id)) continue;
      for (Graph* body : graph.node(id).Subgraphs()) {
        KANTE_TRY(const int inside, ExpandUnclaimed(*body, registry, providers));
        now += inside;
      }
      const std::string name = graph.node(id).DisplayName();
      const std::string type = graph.node(id).op_type;
      auto expanded = ExpandOne(graph, id, registry, providers);
      if (!expanded.ok()) return expanded.TakeStatus().Clone().WithContext(StrCat("node '", name, "' (", type, ")"));
      now += *expanded ? 1 : 0;
    }
    replaced += now;
    if (now == 0) break;
  }
  return replaced;
}

}  // namespace kante::core
