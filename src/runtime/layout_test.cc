// SPDX-License-Identifier: MIT
#include "runtime/layout.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/build.h"
#include "kernels/gemm.h"
#include "ops/evaluate.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;

// The layout of the first segment for these inputs.
std::shared_ptr<const Layout> LayoutOf(const TestSession& s, const std::vector<Value>& inputs,
                                       int64_t spare_bytes = 0) {
  const Plan& plan = s.model->plan();
  std::vector<Value> values(plan.slots().size());
  for (size_t i = 0; i < inputs.size(); ++i) values[plan.inputs()[i]] = inputs[i];
  const auto alone = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (count > 0) body(0, count);
    return true;
  };
  auto layout =
      BuildLayout(plan, plan.segments()[0], values, {s.model->weights(), s.model->limits(), alone, spare_bytes});
  EXPECT_TRUE(layout.ok()) << layout.status().ToString();
  return layout.ok() ? *layout : nullptr;
}

Model::Options Plain() {
  Model::Options options;
  options.optimization = OptimizationLevel::kNone;
  return options;
}

TEST(LayoutTest, AChainOfElementwiseStepsRunsInPlace) {
  GraphWriter g;
  ValueId v = g.Input("x", kF32, {-1});
  for (int i = 0; i < 6; ++i) v = g.Op("Sigmoid", {v});
  g.Output(v);
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  const auto layout = LayoutOf(s, {Ramp({1000})});
  ASSERT_TRUE(layout);
  // One block serves every inner value; the last one is the caller's.
  EXPECT_LE(layout->arena_bytes[0], 4096);
  EXPECT_EQ(layout->steps.back().outputs[0].placement, Placement::kOwned);
}

TEST(LayoutTest, AValueThatIsReadLaterIsNotOverwritten) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1});
  const ValueId a = g.Op("Sigmoid", {x});
  const ValueId b = g.Op("Relu", {a});
  const ValueId c = g.Op("Neg", {b});
  g.Output(g.Op("Add", {a, c}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  auto out = s.Run({Floats({2}, {0, 100})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{0, 0}));
}

// Mapped files promise no alignment: the sanitizers see a read through a pointer that is off.
TEST(LayoutTest, UnalignedConstantsDecideShapes) {
  alignas(8) std::byte memory[8 * 2 + 1] = {};
  const int64_t target[2] = {2, -1};
  std::memcpy(memory + 1, target, sizeof(target));
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1});
  const Tensor shape(ElementType::kInt64, Shape{2}, Buffer::Wrap(memory + 1, sizeof(target), nullptr));
  ASSERT_FALSE(shape.aligned());
  g.Output(g.Op("Reshape", {g.Op("Relu", {x}), g.Constant(shape)}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  const auto layout = LayoutOf(s, {Ramp({6})});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->steps.back().outputs[0].shape, (Shape{2, 3}));
}

// What facts hand to Infer may be read through a typed pointer.
TEST(LayoutTest, FactsHoldNoUnalignedValues) {
  alignas(8) std::byte memory[9] = {};
  const Value off(Tensor(ElementType::kInt64, Shape{1}, Buffer::Wrap(memory + 1, 8, nullptr)));
  EXPECT_EQ(FactsOf(&off).value, nullptr);
  EXPECT_TRUE(FactsOf(&off).shape_known);
  const Value good(Tensor::Scalar(7));
  EXPECT_EQ(FactsOf(&good).value, &good.tensor());
}

TEST(LayoutTest, ReshapesAreViewsAndRunNothing) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {4, 6});
  const ValueId a = g.Op("Relu", {x});
  const ValueId r = g.Op("Reshape", {a, g.Ints({2, 12})});
  const ValueId u = g.Op("Unsqueeze", {r, g.Ints({0})});
  g.Output(g.Op("Neg", {u}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  ASSERT_TRUE(s.session);
  const auto layout = LayoutOf(s, {Ramp({4, 6})});
  ASSERT_TRUE(layout);
  int views = 0;
  for (const StepLayout& step : layout->steps) views += step.skip ? 1 : 0;
  EXPECT_EQ(views, 2);
}

TEST(LayoutTest, AnOutputThatIsAViewOfAnInputIsCopied) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {4});
  g.Output(g.Op("Reshape", {x, g.Ints({2, 2})}));
  g.Output(g.Op("Identity", {x}));
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  const Tensor feed = Floats({4}, {1, 2, 3, 4});
  auto out = s.Run({feed});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  feed.mutable_data<float>()[0] = 99;
  EXPECT_EQ(FloatsOf((*out)[0])[0], 1);
  (*out)[0].tensor().mutable_data<float>()[1] = 77;
  EXPECT_EQ(FloatsOf((*out)[1]), (std::vector<float>{1, 2, 3, 4}));
}

TEST(LayoutTest, AnOutputThatIsAConstantIsCopied) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {2});
  const ValueId c = g.Floats({2}, {5, 6});
  g.Output(g.Op("Identity", {c}));
  g.Output(g.Op("Add", {x, c}));
  TestSession s(std::move(g.graph));
  for (int i = 0; i < 2; ++i) {
    auto out = s.Run({Floats({2}, {1, 1})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{5, 6}));
    EXPECT_EQ(FloatsOf((*out)[1]), (std::vector<float>{6, 7}));
    (*out)[0].tensor().mutable_data<float>()[0] = -1;  // the caller's own memory
  }
}

// What steps want beyond their weights, in order, when 3x3 convolutions of 256 channels see maps of these sides.
std::vector<int64_t> ExtraBytes(const std::vector<int64_t>& sides, int64_t spare_bytes) {
  GraphWriter g;
  const ValueId w = g.Floats({256, 256, 3, 3}, std::vector<float>(256 * 256 * 9, 0.5f));
  std::vector<Value> inputs;
  for (int64_t side : sides) {
    const Shape shape{1, 256, side, side};
    g.Output(g.Op("Conv", {g.Input(StrCat("x", inputs.size()), kF32, {1, 256, side, side}), w},
                  {{"pads", std::vector<int64_t>{1, 1, 1, 1}}}));
    inputs.push_back(Value(Tensor(kF32, shape, Buffer::Allocate(shape.elements() * 4).value())));
  }
  TestSession s(std::move(g.graph), TestSession::OneThread(), Plain());
  std::vector<int64_t> extra;
  if (const auto layout = LayoutOf(s, inputs, spare_bytes)) {
    for (const StepLayout& step : layout->steps) extra.push_back(step.choice.extra_bytes);
  }
  return extra;
}

TEST(LayoutTest, SpareBytesGoWhereTheySaveMost) {
  if (kForSize) GTEST_SKIP() << "a build for size has no larger weights";
  if (kernels::GemmTile().nr < 16) GTEST_SKIP();              // costs are those of AVX2
  constexpr int64_t kBytes = 7 * 256 * 256 * 4 + (16 << 10);  // what F(2,3) adds
  const auto all = ExtraBytes({7, 14}, 1 << 30);
  ASSERT_EQ(2u, all.size());
  EXPECT_GT(all[0], 0);
  EXPECT_GT(all[1], 0);
  const auto one = ExtraBytes({7, 14}, kBytes);  // the first to come does not get them
  EXPECT_LE(one[0], 0);
  EXPECT_GT(one[1], 0);
  EXPECT_LE(one[1], kBytes);
  const auto alike = ExtraBytes({14, 14, 14}, 2 * kBytes);  // of layers that are alike, as many as there is memory for
  EXPECT_GT(alike[0], 0);
  EXPECT_GT(alike[1], 0);
  EXPECT_LE(alike[2], 0);
  for (int64_t bytes : ExtraBytes({7, 14}, 0)) EXPECT_LE(bytes, 0);
}

TEST(LayoutTest, ErrorsNameNodeOperatorAndShapes) {
  GraphWriter g;
  const ValueId a = g.Input("a", kF32, {-1});
  const ValueId b = g.Input("b", kF32, {-1});
  g.Output(g.Op("Add", {a, b}));
  TestSession s(std::move(g.graph));
  auto out = s.Run({Ramp({3}), Ramp({4})});
  ASSERT_FALSE(out.ok());
  for (const char* part : {"Add0", "(Add)", "float32[3]", "float32[4]", "broadcast"}) {
    EXPECT_NE(out.status().message().find(part), std::string_view::npos) << part << " in " << out.status().ToString();
  }
}

}  // namespace
}  // namespace kante::core
