// SPDX-License-Identifier: MIT
#include "tests/properties/generate.h"
#include "tests/support/node_checks.h"

namespace kante::core {
namespace {

Graph GraphOf(const Case& c) {
  Graph graph;
  Node node = c.node;
  for (const Value& v : c.inputs) {
    if (!v.has_value()) {
      node.inputs.push_back(kNone);
      continue;
    }
    node.inputs.push_back(graph.AddValue("", TypeInfo::TensorOf(v.tensor().type(), v.tensor().shape())));
    graph.AddInput(node.inputs.back());
  }
  for (int i = 0; i < c.outputs; ++i) {
    node.outputs.push_back(graph.AddValue(""));
    graph.AddOutput(node.outputs.back());
  }
  graph.AddNode(std::move(node));
  return graph;
}

}  // namespace

Result<std::vector<Value>> Evaluate(const Case& c, const OpRegistry& registry) {
  Graph graph = GraphOf(c);
  KANTE_TRY(UpgradeGraph(graph, registry));
  KANTE_TRY(const int expanded, ExpandNodes(graph, registry, Expansion::kWithoutRun));
  (void)expanded;
  std::vector<Value> feeds;
  for (const Value& v : c.inputs) {
    if (v.has_value()) feeds.push_back(v);
  }
  if (HasBodies(graph)) return RunSession(std::move(graph), feeds, 1, OptimizationLevel::kNone);
  std::vector<Value> values = StartValues(graph, feeds);
  KANTE_TRY(EvaluateGraph(graph, registry, values));
  std::vector<Value> outputs;
  for (ValueId v : graph.outputs()) outputs.push_back(values[v]);
  return outputs;
}

std::string Describe(const Case& c) {
  std::string text = StrCat(c.node.domain, ":", c.node.op_type);
  for (const Value& v : c.inputs) {
    text += v.has_value() ? StrCat(" ", NameOf(v.tensor().type()), v.tensor().shape().ToString()) : " -";
  }
  return text;
}

std::vector<const Hint*> HintsOf(const OpDef& def) {
  std::vector<const Hint*> hints;
  for (const Hint& h : Hints()) {
    if (h.op == def.info.name && h.domain == def.info.domain) hints.push_back(&h);
  }
  if (hints.empty()) hints.push_back(nullptr);
  return hints;
}

}  // namespace kante::core
