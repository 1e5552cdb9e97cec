// SPDX-License-Identifier: MIT
// Small graphs for tests: operators are only names here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

inline ValueId AddInputValue(Graph& graph, const char* name) {
  const ValueId v = graph.AddValue(name, TypeInfo::TensorOf(ElementType::kFloat32));
  graph.AddInput(v);
  return v;
}

// One node named like its output.
inline ValueId AddOp(Graph& graph, const char* op, std::vector<ValueId> inputs, const char* name,
                     std::vector<Attribute> attributes = {}) {
  Node node;
  node.op_type = op;
  node.name = std::string("n_") + name;
  node.inputs = std::move(inputs);
  node.outputs = {graph.AddValue(name)};
  node.attributes = std::move(attributes);
  const ValueId out = node.outputs[0];
  graph.AddNode(std::move(node));
  return out;
}

// A body that computes op(captured) of a value of its parent.
inline std::shared_ptr<Graph> CapturingBody(const char* op, ValueId outer) {
  auto body = std::make_shared<Graph>();
  body->name = "body";
  const ValueId inner = body->AddValue("inner");
  body->AddCapture(outer, inner);
  body->AddOutput(AddOp(*body, op, {inner}, "result"));
  return body;
}

}  // namespace kante::core
