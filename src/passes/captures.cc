// SPDX-License-Identifier: MIT
#include "passes/captures.h"

#include <unordered_map>
#include <vector>

namespace kante::core {
namespace {

// Keeps the captures for which `keep(body, capture)` says so; the node's uses follow.
template <typename F>
void FilterCaptures(Graph& graph, NodeId id, F&& keep) {
  graph.EditNode(id, [&](Node& node) {
    for (Graph* body : node.Subgraphs()) {
      const std::vector<Capture> all(body->captures().begin(), body->captures().end());
      for (size_t i = all.size(); i-- > 0;) body->RemoveCapture(i);
      for (const Capture& c : all) {
        if (keep(*body, c)) body->AddCapture(c.outer, c.inner);
      }
    }
  });
}

bool AnyCapture(const Graph& graph, NodeId id) {
  for (const Graph* body : graph.node(id).Subgraphs()) {
    if (!body->captures().empty()) return true;
  }
  return false;
}

}  // namespace

void PropagateConstants(Graph& graph, NodeId id) {
  bool any = false;
  for (const Graph* body : graph.node(id).Subgraphs()) {
    for (const Capture& c : body->captures()) any |= graph.Constant(c.outer) != nullptr;
  }
  if (!any) return;
  FilterCaptures(graph, id, [&](Graph& body, const Capture& c) {
    const Tensor* constant = graph.Constant(c.outer);
    if (!constant) return true;
    body.SetConstant(c.inner, *constant);
    return false;
  });
}

void PruneCaptures(Graph& graph, NodeId id) {
  if (!AnyCapture(graph, id)) return;
  std::unordered_map<const Graph*, std::unordered_map<ValueId, ValueId>> first;
  bool any = false;
  for (Graph* body : graph.node(id).Subgraphs()) {
    for (const Capture& c : body->captures()) {
      const auto [it, fresh] = first[body].emplace(c.outer, c.inner);
      if (!fresh && !body->IsGraphOutput(c.inner)) body->ReplaceUses(c.inner, it->second);
    }
    for (const Capture& c : body->captures()) any |= body->UseCount(c.inner) == 0;
  }
  if (!any) return;
  FilterCaptures(graph, id, [&](Graph& body, const Capture& c) { return body.UseCount(c.inner) > 0; });
}

}  // namespace kante::core
