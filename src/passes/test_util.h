// SPDX-License-Identifier: MIT
// Runs graphs before and after a pass, node by node, and compares.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/builder.h"
#include "ops/evaluate.h"
#include "ops/registry.h"
#include "passes/pipeline.h"
#include "support/op_test.h"

namespace kante::core {

// A repeatable tensor of floats between -1 and 1.
inline Tensor RandomFloats(const Shape& shape, uint32_t seed = 1) {
  Tensor t = Tensor::Allocate(ElementType::kFloat32, shape).value();
  uint32_t state = seed * 2654435761u + 12345u;
  for (int64_t i = 0; i < t.elements(); ++i) {
    state = state * 1664525u + 1013904223u;
    t.mutable_data<float>()[i] = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return t;
}

inline Tensor Floats(const Shape& shape, const std::vector<float>& values) {
  return OpTest::MakeTensor<float>(shape, values);
}
inline Tensor Longs(const std::vector<int64_t>& values) { return Tensor::Vector(values); }

// A model under test: build with `b`, then Optimize and compare with what it computed before.
class PassFixture : public testing::Test {
 protected:
  PassFixture() : registry_(OpRegistry::BuiltIns()), b(graph_, "n", {}) {}

  ValueId Input(const char* name, const Shape& shape, ElementType type = ElementType::kFloat32) {
    const ValueId v = graph_.AddValue(name, TypeInfo::TensorOf(type, shape));
    graph_.AddInput(v);
    feeds_.push_back(type == ElementType::kFloat32 ? RandomFloats(shape, static_cast<uint32_t>(feeds_.size() + 7))
                                                   : Tensor::Allocate(type, shape).value());
    return v;
  }
  // An input whose shape is declared with names instead of numbers.
  ValueId DynamicInput(const char* name, const Shape& fed, std::vector<Dim> dims) {
    const ValueId v = Input(name, fed);
    graph_.mutable_type(v).dims = std::move(dims);
    return v;
  }
  ValueId C(Tensor tensor) { return b.Constant(std::move(tensor)); }
  ValueId F(float value) { return b.Scalar(value); }
  void Output(ValueId v, const char* name) {
    graph_.RenameValue(v, name);
    graph_.AddOutput(v);
  }

  Result<std::vector<Value>> Evaluate(const Graph& graph) const {
    std::vector<Value> values(graph.value_count());
    for (ValueId v = 0; v < graph.value_count(); ++v) {
      if (const Tensor* t = graph.Constant(v)) values[v] = Value(*t);
    }
    for (size_t i = 0; i < graph.inputs().size(); ++i) values[graph.inputs()[i]] = Value(feeds_[i]);
    const Limits limits;
    KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
    for (NodeId id : order) {
      const Node& node = graph.node(id);
      KANTE_TRY(OpInstance op, registry_.Instantiate(node));
      std::vector<const Value*> in;
      for (ValueId v : node.inputs) in.push_back(v == kNone ? nullptr : &values[v]);
      KANTE_TRY(std::vector<Value> out, EvaluateNode(op, node, in, limits, int64_t{1} << 32));
      for (size_t i = 0; i < out.size(); ++i) {
        if (node.outputs[i] != kNone) values[node.outputs[i]] = std::move(out[i]);
      }
    }
    std::vector<Value> outputs;
    for (ValueId v : graph.outputs()) outputs.push_back(values[v]);
    return outputs;
  }

  // Optimizes and checks: the graph is sound, outputs keep names, results agree (to `rtol`, for floats).
  void Run(OptimizationLevel level = OptimizationLevel::kAll, double rtol = 1e-5) {
    auto before = Evaluate(graph_);
    ASSERT_TRUE(before.ok()) << before.status().ToString();
    OptimizeOnly(level);
    auto after = Evaluate(graph_);
    ASSERT_TRUE(after.ok()) << after.status().ToString() << "\n" << Dump(graph_);
    for (size_t i = 0; i < before->size(); ++i) {
      EXPECT_EQ("", CompareTensors((*after)[i].tensor(), (*before)[i].tensor(), rtol, rtol)) << Dump(graph_);
    }
  }

  void OptimizeOnly(OptimizationLevel level = OptimizationLevel::kAll) {
    std::vector<std::string> names;
    for (ValueId v : graph_.outputs()) names.push_back(graph_.value(v).name);
    report_ = PassReport();
    Status status = Optimize(graph_, registry_, limits_, level, &report_);
    ASSERT_TRUE(status.ok()) << status.ToString();
    status = Verify(graph_);
    ASSERT_TRUE(status.ok()) << status.ToString() << "\n" << Dump(graph_);
    for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(graph_.value(graph_.outputs()[i]).name, names[i]);
  }

  bool Fired(std::string_view rule) const {
    return std::any_of(report_.fired.begin(), report_.fired.end(), [&](const auto& s) { return s.rule == rule; });
  }
  // Why the rule declined; "" if it did not get so far.
  std::string WhyNot(std::string_view rule) const {
    for (const auto& s : report_.skipped) {
      if (s.rule == rule) return s.why;
    }
    return {};
  }
  void ExpectSkipped(std::string_view rule, std::string_view why) {
    EXPECT_FALSE(Fired(rule)) << Dump(graph_);
    EXPECT_NE(WhyNot(rule).find(why), std::string::npos) << "said: '" << WhyNot(rule) << "'\n" << Dump(graph_);
  }
  int Count(const Graph& graph, std::string_view op) const {
    int count = 0;
    for (NodeId id = 0; id < graph.node_slots(); ++id) count += graph.alive(id) && graph.node(id).op_type == op;
    return count;
  }
  int Count(std::string_view op) const { return Count(graph_, op); }
  const Node& Only() const {
    for (NodeId id = 0; id < graph_.node_slots(); ++id) {
      if (graph_.alive(id)) return graph_.node(id);
    }
    static const Node* const none = new Node;
    return *none;
  }

  OpRegistry registry_;
  Graph graph_;
  GraphBuilder b;
  std::vector<Tensor> feeds_;
  Limits limits_;
  PassReport report_;
};

}  // namespace kante::core
