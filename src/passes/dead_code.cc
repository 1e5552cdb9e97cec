// SPDX-License-Identifier: MIT
#include "passes/dead_code.h"

#include <algorithm>
#include <vector>

#include "passes/captures.h"

namespace kante::core {
namespace {

bool HasEffects(const Node& node, const OpRegistry& registry) {
  if (CanonicalDomain(node.domain).empty()) return false;
  const OpDef* def = registry.Find(node.domain, node.op_type);
  return def && def->info.stateful;
}

bool Used(const Graph& graph, const Node& node) {
  return std::any_of(node.outputs.begin(), node.outputs.end(),
                     [&](ValueId v) { return v != kNone && graph.UseCount(v) > 0; });
}

// An operator computes an optional output only when asked to.
void DropUnusedOutputs(Graph& graph, NodeId id, const OpRegistry& registry) {
  const Node& node = graph.node(id);
  const OpDef* def = registry.Find(node.domain, node.op_type);
  if (!def || def->info.max_outputs == kVariadic || node.HasSubgraphs()) return;
  const size_t required = static_cast<size_t>(def->info.min_outputs);
  bool any = false;
  for (size_t i = required; i < node.outputs.size(); ++i) {
    any |= node.outputs[i] != kNone && graph.UseCount(node.outputs[i]) == 0;
  }
  if (!any) return;
  graph.EditNode(id, [&](Node& edited) {
    for (size_t i = required; i < edited.outputs.size(); ++i) {
      if (edited.outputs[i] != kNone && graph.UseCount(edited.outputs[i]) == 0) edited.outputs[i] = kNone;
    }
    while (edited.outputs.size() > required && edited.outputs.back() == kNone) edited.outputs.pop_back();
  });
}

}  // namespace

int64_t RemoveDeadCode(Graph& graph, const OpRegistry& registry) {
  int64_t removed = 0;
  auto order = graph.TopologicalOrder();
  if (!order.ok()) return 0;
  for (auto it = order->rbegin(); it != order->rend(); ++it) {  // users first
    const NodeId id = *it;
    if (!Used(graph, graph.node(id)) && !HasEffects(graph.node(id), registry)) {
      graph.RemoveNode(id);
      ++removed;
      continue;
    }
    for (Graph* body : graph.node(id).Subgraphs()) removed += RemoveDeadCode(*body, registry);
    if (graph.node(id).HasSubgraphs()) PruneCaptures(graph, id);
    DropUnusedOutputs(graph, id, registry);
  }
  for (ValueId v = 0; v < graph.value_count(); ++v) {
    if (graph.value(v).is_graph_input) continue;  // a default, see runtime/default_inputs.h
    if (graph.Constant(v) && graph.UseCount(v) == 0) graph.SetConstant(v, Tensor());
  }
  return removed;
}

}  // namespace kante::core
