// SPDX-License-Identifier: MIT
#include "passes/inline_if.h"

#include <memory>
#include <utility>
#include <vector>

#include "graph/patch.h"
#include "graph/splice.h"
#include "passes/constants.h"

namespace kante::core {
namespace {

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
