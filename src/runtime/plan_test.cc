// SPDX-License-Identifier: MIT
#include "runtime/plan.h"

#include <gtest/gtest.h>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;
constexpr auto kI64 = ElementType::kInt64;

Model::Options Plain() {
  Model::Options options;
  options.optimization = OptimizationLevel::kNone;
  return options;
}

TEST(PlanTest, AChainIsOneSegment) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 4});
  g.Output(g.Op("Relu", {g.Op("Add", {x, x})}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  EXPECT_EQ(s.model->plan().segments().size(), 1u) << s.model->plan().Dump();
}

TEST(PlanTest, AShapeComputedFromShapesNeedsNoCut) {
  // y = Reshape(x, Concat(Shape(x)[0:1], [-1]))
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 2, 3});
  const ValueId batch = g.Op("Slice", {g.Op("Shape", {x}), g.Ints({0}), g.Ints({1})});
  const ValueId shape = g.Op("Concat", {batch, g.Ints({-1})}, {{"axis", 0}});
  g.Output(g.Op("Reshape", {x, shape}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  EXPECT_EQ(s.model->plan().segments().size(), 1u) << s.model->plan().Dump();
  EXPECT_TRUE(s.model->plan().segments()[0].key_values.empty());
  auto out = s.Run({Ramp({4, 2, 3})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().shape(), Shape({4, 6}));
}

TEST(PlanTest, ASmallInputThatDecidesAShapeJoinsTheKey) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 4});
  const ValueId shape = g.Input("shape", kI64, {2});
  g.Output(g.Op("Reshape", {x, shape}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  EXPECT_EQ(s.model->plan().segments().size(), 1u);
  EXPECT_EQ(s.model->plan().segments()[0].key_values.size(), 1u);
  for (int64_t rows : {1, 2, 4, 8, 2}) {
    auto out = s.Run({Ramp({2, 4}), Tensor::Vector(std::vector<int64_t>{rows, 8 / rows})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ((*out)[0].tensor().shape(), Shape({rows, 8 / rows}));
  }
}

TEST(PlanTest, AShapeThatDependsOnDataCutsThePlan) {
  // NonZero(x), transposed and added to itself: the second half is laid out when NonZero has run.
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1});
  const ValueId where = g.Op("NonZero", {x});
  const ValueId t = g.Op("Transpose", {where});
  g.Output(g.Op("Add", {t, t}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  EXPECT_EQ(s.model->plan().segments().size(), 2u) << s.model->plan().Dump();
  auto out = s.Run({Floats({4}, {0, 1, 0, 2})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(IntsOf((*out)[0]), (std::vector<int64_t>{2, 6}));
  out = s.Run({Floats({3}, {0, 0, 0})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().shape(), Shape({0, 1}));
}

TEST(PlanTest, ADecidingValueComputedFromDataCutsThePlan) {
  // Expand(x, Cast(ReduceMax(x))): how large the result is stands in the data.
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {3});
  const ValueId most = g.Op("ReduceMax", {x}, {{"keepdims", 1}});
  const ValueId size = g.Op("Cast", {most}, {{"to", 7}});
  const ValueId column = g.Op("Unsqueeze", {x, g.Ints({1})});
  const ValueId target = g.Op("Concat", {g.Ints({3}), size}, {{"axis", 0}});
  g.Output(g.Op("Expand", {column, target}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  EXPECT_GE(s.model->plan().segments().size(), 2u) << s.model->plan().Dump();
  auto out = s.Run({Floats({3}, {1, 4, 2})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().shape(), Shape({3, 4}));
  out = s.Run({Floats({3}, {1, 2, 2})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{1, 1, 2, 2, 2, 2}));
}

TEST(PlanTest, UnknownOperatorsAreReportedTogether) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {1});
  g.Output(g.Op("Frobnicate", {g.Op("Quuxify", {x})}));
  auto model = Model::FromGraph(std::move(g.graph), {});
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.status().code(), StatusCode::kNotImplemented);
  EXPECT_NE(model.status().message().find("Frobnicate"), std::string_view::npos);
  EXPECT_NE(model.status().message().find("Quuxify"), std::string_view::npos);
}

}  // namespace
}  // namespace kante::core
