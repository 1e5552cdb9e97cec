// SPDX-License-Identifier: MIT
#include "graph/splice.h"

#include <memory>
#include <utility>

namespace kante::core {
namespace {

// The captured values of the bodies inside a copied node have new numbers now.
void RebindCaptures(Node& node, const std::vector<ValueId>& map) {
  for (Graph* body : node.Subgraphs()) {
    const std::vector<Capture> all(body->captures().begin(), body->captures().end());
    for (size_t i = all.size(); i-- > 0;) body->RemoveCapture(i);
    for (const Capture& c : all) body->AddCapture(map[c.outer], c.inner);
  }
}

void CloneBodies(Node& node) {
  for (Attribute& a : node.attributes) {
    if (auto* g = std::get_if<std::shared_ptr<Graph>>(&a.value)) *g = (*g)->Clone();
    if (auto* gs = std::get_if<std::vector<std::shared_ptr<Graph>>>(&a.value)) {
      for (auto& g : *gs) g = g->Clone();
    }
  }
}

}  // namespace

std::vector<ValueId> SpliceBody(Graph& graph, const Graph& body, std::span<const ValueId> inputs) {
  std::vector<ValueId> map(body.value_count(), kNone);
  for (const Capture& c : body.captures()) map[c.inner] = c.outer;
  for (size_t i = 0; i < inputs.size(); ++i) map[body.inputs()[i]] = inputs[i];
  for (ValueId v = 0; v < body.value_count(); ++v) {
    if (map[v] != kNone) continue;
    const ValueInfo& info = body.value(v);
    if (info.producer == kNone && body.UseCount(v) == 0) continue;
    map[v] = info.constant.empty() ? graph.AddValue(info.name, info.type) : graph.AddConstant(info.name, info.constant);
  }
  for (NodeId id = 0; id < body.node_slots(); ++id) {
    if (!body.alive(id)) continue;
    Node node = body.node(id);
    CloneBodies(node);
    RebindCaptures(node, map);
    for (ValueId& v : node.inputs) v = v == kNone ? kNone : map[v];
    for (ValueId& v : node.outputs) v = v == kNone ? kNone : map[v];
    graph.AddNode(std::move(node));
  }
  std::vector<ValueId> outputs;
  for (ValueId v : body.outputs()) outputs.push_back(map[v]);
  return outputs;
}

}  // namespace kante::core
