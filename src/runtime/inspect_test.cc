// SPDX-License-Identifier: MIT
#include "runtime/inspect.h"

#include <gtest/gtest.h>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;

Graph Chain() {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 8});
  const ValueId y = g.Op("MatMul", {x, g.Constant(Ramp({8, 16}))});
  g.Output(g.Op("Relu", {y}));
  return std::move(g.graph);
}

TEST(InspectTest, CountsParametersFlopsAndMemory) {
  Model::Options options;
  options.optimization = OptimizationLevel::kNone;
  TestSession s(Chain(), TestSession::OneThread(), options);
  auto report = Inspect(*s.model, {{"x", {4, 8}}});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_TRUE(report->complete);
  EXPECT_EQ(report->parameters, 8 * 16);
  EXPECT_EQ(report->parameter_bytes, 8 * 16 * 4);
  EXPECT_EQ(report->activation_bytes, 2 * 4 * 16 * 4);
  EXPECT_EQ(report->flops, 2.0 * 4 * 8 * 16 + 4 * 16);
  EXPECT_GE(report->arena_bytes, 4 * 16 * 4);
  ASSERT_EQ(report->operators.size(), 2u);
  EXPECT_TRUE(report->unsupported.empty());
  EXPECT_EQ(s.model->weights().bytes(), 0);  // sizes need no packed weights
  auto wrong = Inspect(*s.model, {{"nothing", {1}}});
  EXPECT_EQ(wrong.status().code(), StatusCode::kInvalidArgument);
}

TEST(InspectTest, UnsupportedNodesAreListed) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {1});
  g.Output(g.Op("Frobnicate", {g.Op("Relu", {x})}));
  Model::Options options;
  options.inspect_only = true;
  auto model = Model::FromGraph(std::move(g.graph), options);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  auto report = Inspect(**model, {});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  ASSERT_EQ(report->unsupported.size(), 1u);
  EXPECT_NE(report->unsupported[0].find("Frobnicate"), std::string::npos);
  EXPECT_FALSE(Session::Create(*model, {}).ok());
}

TEST(InspectTest, ANodeIsExtractedWithItsConstants) {
  const Graph graph = Chain();
  auto one = ExtractNode(graph, "MatMul0_0");
  ASSERT_TRUE(one.ok()) << one.status().ToString();
  EXPECT_TRUE(Verify(*one).ok());
  EXPECT_EQ(one->node_count(), 1u);
  ASSERT_EQ(one->inputs().size(), 1u);
  EXPECT_EQ(one->value(one->inputs()[0]).name, "x");
  EXPECT_FALSE(ExtractNode(graph, "x").ok());
}

}  // namespace
}  // namespace kante::core
