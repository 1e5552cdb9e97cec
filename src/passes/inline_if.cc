// SPDX-License-Identifier: MIT
#include "passes/inline_if.h"

#include <memory>
#include <utility>
#include <vector>

#include "graph/patch.h"
#include "passes/constants.h"

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

// A graph output keeps its name and stays a value that a node makes, if need be by a copy.
void Redirect(Graph& graph, ValueId from, ValueId to, const std::string& name, const std::string& origin) {
  if (!WhyNotReplaceable(graph, from, to)) {
    graph.ReplaceUses(from, to);
    return;
  }
  Node copy;
  copy.op_type = "Identity";
  copy.name = name;
  copy.origin = {origin};
  copy.inputs = {to};
  copy.outputs = {from};
  graph.AddNode(std::move(copy));
}

const Graph* TakenBranch(const Graph& graph, const Node& node) {
  if (node.op_type != "If" || !(node.domain.empty() || node.domain == "ai.onnx") || node.inputs.size() != 1)
    return nullptr;
  const auto condition = ScalarOf(graph.Constant(node.inputs[0]));
  if (!condition) return nullptr;
  const Attribute* branch = node.FindAttribute(*condition != 0 ? "then_branch" : "else_branch");
  const auto* body = branch ? branch->get<std::shared_ptr<Graph>>() : nullptr;
  if (!body || !*body || (*body)->outputs().size() != node.outputs.size() || !(*body)->inputs().empty()) return nullptr;
  return body->get();
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

Result<int64_t> InlineConstantIfs(Graph& graph) {
  int64_t count = 0;
  for (NodeId id = 0; id < graph.node_slots(); ++id) {  // what is spliced in comes last and is looked at too
    if (!graph.alive(id)) continue;
    const Graph* body = TakenBranch(graph, graph.node(id));
    if (!body) {
      for (Graph* inner : graph.node(id).Subgraphs()) {
        KANTE_TRY(const int64_t inside, InlineConstantIfs(*inner));
        count += inside;
      }
      continue;
    }
    const std::vector<ValueId> results = SpliceBody(graph, *body, {});
    const std::vector<ValueId> old = graph.node(id).outputs;
    const std::string name = graph.node(id).name;
    const std::string origin = graph.node(id).DisplayName();
    graph.RemoveNode(id);
    for (size_t i = 0; i < old.size(); ++i) {
      if (old[i] != kNone) Redirect(graph, old[i], results[i], name, origin);
    }
    ++count;
  }
  return count;
}

}  // namespace kante::core
