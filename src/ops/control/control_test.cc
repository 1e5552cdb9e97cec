// SPDX-License-Identifier: MIT
// Bodies: what Scan's attributes do, Scan-8's batch, loops that never run, sequences. (More in runtime's tests.)
#include <gtest/gtest.h>

#include "onnx/upgrade.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;

std::vector<Value> RunGraph(Graph graph, const std::vector<Value>& feeds) {
  const Status upgraded = UpgradeGraph(graph, OpRegistry::BuiltIns());
  EXPECT_TRUE(upgraded.ok()) << upgraded.ToString();
  TestSession s(std::move(graph));
  if (!s.session) return {};
  auto out = s.Run(feeds);
  EXPECT_TRUE(out.ok()) << out.status().ToString();
  return out.ok() ? std::move(*out) : std::vector<Value>();
}

// state' = Concat(state[1:], item); scan output = item.
Graph KeepLast() {
  GraphWriter g;
  const ValueId state = g.Input("state", kF32, {2});
  const ValueId item = g.Input("item", kF32, {-1});
  const ValueId rest = g.Op("Slice", {state, g.Ints({1}), g.Ints({2})});
  const ValueId first = g.Op("Slice", {item, g.Ints({0}), g.Ints({1})});
  g.Output(g.Op("Concat", {rest, first}, {Attribute("axis", 0)}));
  g.Output(g.Op("Identity", {item}));
  return std::move(g.graph);
}

TEST(Scan, AxesAndDirections) {
  GraphWriter g;
  const ValueId state = g.Input("s", kF32, {2});
  const ValueId x = g.Input("x", kF32, {2, 3});
  const auto y = g.Ops("Scan", {state, x}, 2,
                       {Attribute("body", std::make_shared<Graph>(KeepLast())), Attribute("num_scan_inputs", 1),
                        Attribute("scan_input_axes", std::vector<int64_t>{-1}),
                        Attribute("scan_input_directions", std::vector<int64_t>{1}),
                        Attribute("scan_output_axes", std::vector<int64_t>{1}),
                        Attribute("scan_output_directions", std::vector<int64_t>{1})});
  g.Output(y[0]);
  g.Output(y[1]);
  const auto out = RunGraph(std::move(g.graph), {Floats({2}, {0, 0}), Floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(FloatsOf(out[0]), (std::vector<float>{2, 1}));
  EXPECT_EQ(out[1].tensor().shape(), (Shape{2, 3}));
  EXPECT_EQ(FloatsOf(out[1]), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Scan, Version8RunsOverBatches) {
  // Sums of [batch 2, time 3, 1], the body adding a value from outside as well.
  GraphWriter g;
  const ValueId state = g.Input("s", kF32, {2, 1});
  const ValueId x = g.Input("x", kF32, {2, 3, 1});
  const ValueId bias = g.Input("bias", kF32, {1});
  GraphWriter body;
  const ValueId sum = body.Input("sum", kF32, {1});
  const ValueId item = body.Input("item", kF32, {1});
  const ValueId outer = body.Capture(bias, "bias");
  const ValueId parts = body.Op("Concat", {sum, item, outer}, {Attribute("axis", 0)});
  const ValueId cumulated = body.Op("CumSum", {parts, body.Constant(Tensor::Scalar(0))});
  const ValueId total = body.Op("Slice", {cumulated, body.Ints({2}), body.Ints({3})});
  body.Output(total);
  body.Output(body.Op("Identity", {total}));
  Node node;
  node.op_type = "Scan";
  node.version = 8;
  node.inputs = {kNone, state, x};
  node.outputs = {g.graph.AddValue("final"), g.graph.AddValue("all")};
  const std::vector<ValueId> results = node.outputs;
  node.attributes = {body.Body("body"), Attribute("num_scan_inputs", 1)};
  g.graph.AddNode(std::move(node));
  for (ValueId v : results) g.Output(v);
  const auto out = RunGraph(std::move(g.graph),
                            {Floats({2, 1}, {0, 100}), Floats({2, 3, 1}, {1, 2, 3, 4, 5, 6}), Floats({1}, {10})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(FloatsOf(out[0]), (std::vector<float>{36, 145}));
  EXPECT_EQ(out[1].tensor().shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(FloatsOf(out[1]), (std::vector<float>{11, 23, 36, 114, 129, 145}));
}

TEST(Loop, WithoutAnIterationGivesWhatCameIn) {
  GraphWriter body;
  body.Input("i", ElementType::kInt64, {});
  const ValueId cond = body.Input("c", ElementType::kBool, {});
  const ValueId state = body.Input("s", kF32, {-1});
  body.Output(body.Op("Identity", {cond}));
  body.Output(body.Op("Concat", {state, state}, {Attribute("axis", 0)}));
  body.Output(body.Op("Identity", {state}));
  GraphWriter g;
  const ValueId trips = g.Input("n", ElementType::kInt64, {});
  const ValueId x = g.Input("x", kF32, {-1});
  const auto y = g.Ops("Loop", {trips, kNone, g.Op("Identity", {x})}, 2, {body.Body("body")});
  g.Output(y[0]);
  g.Output(y[1]);
  const auto out = RunGraph(std::move(g.graph), {Tensor::Scalar(0), Floats({2}, {5, 6})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(FloatsOf(out[0]), (std::vector<float>{5, 6}));
  EXPECT_EQ(out[1].tensor().dim(0), 0);
  EXPECT_EQ(out[1].tensor().type(), kF32);
}

TEST(Loop, WithoutAnIterationScansHaveTheDeclaredDimensions) {
  GraphWriter body;
  body.Input("i", ElementType::kInt64, {});
  const ValueId cond = body.Input("c", ElementType::kBool, {});
  const ValueId state = body.Input("s", kF32, {4, 3});
  body.Output(body.Op("Identity", {cond}));
  const ValueId next = body.Op("Relu", {state});
  const ValueId scan = body.Op("Neg", {state});
  for (ValueId v : {next, scan}) {
    body.graph.mutable_type(v) = TypeInfo::TensorOf(kF32, Shape{4, 3});
    body.Output(v);
  }
  GraphWriter g;
  const ValueId trips = g.Input("n", ElementType::kInt64, {});
  const ValueId x = g.Input("x", kF32, {4, 3});
  const auto y = g.Ops("Loop", {trips, kNone, x}, 2, {body.Body("body")});
  g.Output(y[0]);
  g.Output(y[1]);
  const auto out = RunGraph(std::move(g.graph), {Tensor::Scalar(0), Ramp({4, 3})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].tensor().shape(), (Shape{0, 4, 3}));
}

TEST(SequenceMap, RunsTheBodyForEachItem) {
  GraphWriter body;
  const ValueId item = body.Input("item", kF32, {-1, -1});
  body.Output(body.Op("Shape", {item}));
  GraphWriter g;
  const ValueId a = g.Input("a", kF32, {2, 3});
  const ValueId b = g.Input("b", kF32, {1, 4});
  const ValueId sequence = g.Op("SequenceConstruct", {a, b});
  g.Output(g.Op("SequenceMap", {sequence}, {body.Body("body")}));
  const auto out = RunGraph(std::move(g.graph), {Ramp({2, 3}), Ramp({1, 4})});
  ASSERT_EQ(out.size(), 1u);
  ASSERT_TRUE(out[0].is_sequence());
  ASSERT_EQ(out[0].sequence()->items.size(), 2u);
  EXPECT_EQ(IntsOf(out[0].sequence()->items[0]), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(IntsOf(out[0].sequence()->items[1]), (std::vector<int64_t>{1, 4}));
}

TEST(If, RefusesAConditionOfSeveralElements) {
  const auto branch = [] {
    GraphWriter b;
    b.Output(b.Op("Identity", {b.Ints({1})}));
    return std::make_shared<Graph>(std::move(b.graph));
  };
  GraphWriter g;
  const ValueId condition = g.Input("c", ElementType::kBool, {-1});
  g.Output(g.Op("If", {condition}, {Attribute("then_branch", branch()), Attribute("else_branch", branch())}));
  TestSession s(std::move(g.graph));
  ASSERT_TRUE(s.session);
  const bool two[] = {true, false};
  const auto out = s.Run({Tensor::Of<bool>({2}, std::span<const bool>(two))});
  ASSERT_FALSE(out.ok());
  EXPECT_NE(out.status().message().find("one element"), std::string_view::npos) << out.status().ToString();
}

}  // namespace
}  // namespace kante::core
