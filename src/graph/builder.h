// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

// Adds nodes to a graph: what Upgrade, Expand, gradients and patches write with. New nodes carry `origin` and names
// that start with `prefix`. Cheap to make; does not own the graph.
class GraphBuilder {
 public:
  GraphBuilder(Graph& graph, std::string prefix, std::vector<std::string> origin = {})
      : graph_(graph), prefix_(std::move(prefix)), origin_(std::move(origin)) {}

  Graph& graph() { return graph_; }
  const std::vector<std::string>& origin() const { return origin_; }

  ValueId Constant(Tensor tensor) { return graph_.AddConstant(prefix_ + "/const", std::move(tensor)); }
  ValueId Scalar(float value) { return Constant(Tensor::Of<float>({}, std::span<const float>(&value, 1))); }
  ValueId Ints(std::span<const int64_t> values) { return Constant(Tensor::Vector(values)); }
  ValueId Ints(std::initializer_list<int64_t> values) { return Ints(std::span(values.begin(), values.size())); }
  ValueId Int(int64_t value) { return Constant(Tensor::Scalar(value)); }

  // One node of ai.onnx with one output.
  ValueId Op(std::string_view op_type, std::vector<ValueId> inputs, std::vector<Attribute> attributes = {}) {
    return Op("", op_type, std::move(inputs), 1, std::move(attributes))[0];
  }
  std::vector<ValueId> Op(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
                          size_t output_count, std::vector<Attribute> attributes = {});
  // A node that writes existing values (which must have no producer): the last step of a rewrite.
  NodeId OpInto(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
                std::vector<ValueId> outputs, std::vector<Attribute> attributes = {});

 private:
  Graph& graph_;
  std::string prefix_;
  std::vector<std::string> origin_;
};

}  // namespace kante::core
