// SPDX-License-Identifier: MIT
// Small graphs and sessions for tests above the operators.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "runtime/session.h"

namespace kante::core {

// Writes a graph line by line:  g.Input("x", float32, {2, -1});  auto y = g.Op("Relu", {x});  g.Output(y);
class GraphWriter {
 public:
  Graph graph;

  // -1: a dimension that the model leaves open.
  ValueId Input(std::string_view name, ElementType type, const std::vector<int64_t>& dims);
  ValueId Constant(Tensor tensor) { return graph.AddConstant("", std::move(tensor)); }
  ValueId Ints(const std::vector<int64_t>& values) { return Constant(Tensor::Vector(values)); }
  ValueId Floats(const Shape& shape, const std::vector<float>& values) {
    return Constant(Tensor::Of<float>(shape, values));
  }
  ValueId Op(std::string_view op_type, std::vector<ValueId> inputs, std::vector<Attribute> attributes = {}) {
    return Ops(op_type, std::move(inputs), 1, std::move(attributes))[0];
  }
  std::vector<ValueId> Ops(std::string_view op_type, std::vector<ValueId> inputs, size_t outputs,
                           std::vector<Attribute> attributes = {});
  void Output(ValueId value) { graph.AddOutput(value); }
  // In a body: the value of the graph around, whose number is `outer`.
  ValueId Capture(ValueId outer, std::string_view name);
  // This graph as an attribute of a node of the graph around.
  Attribute Body(std::string name) { return Attribute(std::move(name), std::make_shared<Graph>(std::move(graph))); }
};

Tensor Floats(const Shape& shape, const std::vector<float>& values);
// 0, 1/8, 2/8, ... wrapped to [-4, 4): values with exact sums.
Tensor Ramp(const Shape& shape);
std::vector<float> FloatsOf(const Value& value);
std::vector<int64_t> IntsOf(const Value& value);

// A model and a session of it; failures go to gtest and leave `session` null.
struct TestSession {
  std::shared_ptr<const Model> model;
  std::shared_ptr<Session> session;

  explicit TestSession(Graph graph, Session::Options options = OneThread(), Model::Options model_options = {});
  static Session::Options OneThread() {
    Session::Options options;
    options.threads = 1;
    return options;
  }
  Result<std::vector<Value>> Run(const std::vector<Value>& feeds, const RunControl& control = {});
};

}  // namespace kante::core
