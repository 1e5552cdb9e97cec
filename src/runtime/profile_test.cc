// SPDX-License-Identifier: MIT
#include "runtime/profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;
using Ints = std::vector<int64_t>;

Profile ProfileOf(TestSession& s, const std::vector<Value>& feeds, int runs) {
  s.session->profiler().Start();
  for (int i = 0; i < runs; ++i) EXPECT_TRUE(s.Run(feeds).ok());
  return s.session->profiler().StopAsProfile(s.model->plan());
}

const ProfiledStep* Find(const Profile& profile, const std::string& op_type) {
  for (const ProfiledStep& step : profile.steps) {
    if (step.node->op_type == op_type) return &step;
  }
  ADD_FAILURE() << "no step " << op_type;
  return nullptr;
}

// x -> Conv -> Relu, Flatten -> MatMul -> Transpose
Graph Net() {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {1, 8, 12, 12});
  const ValueId conv = g.Op("Conv", {x, g.Constant(Ramp({16, 8, 3, 3}))}, {{"pads", Ints{1, 1, 1, 1}}});
  const ValueId flat = g.Op("Flatten", {g.Op("Relu", {conv})}, {{"axis", 2}});
  const ValueId y = g.Op("MatMul", {flat, g.Constant(Ramp({144, 32}))});
  g.Output(g.Op("Transpose", {y}, {{"perm", Ints{1, 0}}}));
  return std::move(g.graph);
}

TEST(ProfileTest, StepsSayWhatTheyAreAndAddUp) {
  Model::Options options;
  options.optimization = OptimizationLevel::kNone;
  TestSession s(Net(), TestSession::OneThread(), options);
  const Profile profile = ProfileOf(s, {Ramp({1, 8, 12, 12})}, 3);
  EXPECT_TRUE(profile.complete);
  ASSERT_EQ(profile.steps.size(), 5u);
  ASSERT_EQ(profile.run_ns.size(), 3u);
  for (size_t run = 0; run < 3; ++run) {
    int64_t sum = 0;
    for (const ProfiledStep& step : profile.steps) {
      ASSERT_EQ(step.run_ns.size(), 3u);
      EXPECT_EQ(step.executions, 3);
      EXPECT_EQ(step.parent, -1);
      sum += step.run_ns[run];
    }
    EXPECT_GT(sum, 0);
    EXPECT_LE(sum, profile.run_ns[run]);
  }
  const ProfiledStep* conv = Find(profile, "Conv");
  EXPECT_EQ(conv->flops, 3.0 * 2 * 16 * 144 * 8 * 9);
  EXPECT_EQ(conv->bytes, 3.0 * 4 * (8 * 144 + 16 * 8 * 9 + 16 * 144));
  EXPECT_EQ(conv->inputs[0].type, "float32[1,8,12,12]");
  EXPECT_EQ(conv->inputs[0].name, "x");
  EXPECT_EQ(conv->inputs[0].producer, -1);
  EXPECT_FALSE(conv->inputs[0].constant);
  EXPECT_TRUE(conv->inputs[1].constant);
  EXPECT_FALSE(conv->method.name.empty());
  const ProfiledStep* relu = Find(profile, "Relu");
  EXPECT_EQ(relu->flops, 3.0 * 16 * 144);
  EXPECT_EQ(relu->inputs[0].producer, 0);
  const ProfiledStep* flatten = Find(profile, "Flatten");
  EXPECT_TRUE(flatten->skipped);
  EXPECT_EQ(flatten->method.name, "view");
  EXPECT_EQ(flatten->bytes, 0);
  const ProfiledStep* product = Find(profile, "MatMul");
  EXPECT_EQ(product->flops, 3.0 * 2 * 16 * 144 * 32);
  EXPECT_EQ(product->method.name, "gemm");
  EXPECT_NE(product->method.reason.find("packed weights"), std::string::npos) << product->method.reason;
  const ProfiledStep* transpose = Find(profile, "Transpose");
  EXPECT_EQ(transpose->flops, 0);
  EXPECT_EQ(transpose->bytes, 3.0 * 4 * 2 * 16 * 32);
}

TEST(ProfileTest, ShapesOfEachRunCount) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 8});
  g.Output(g.Op("MatMul", {x, g.Constant(Ramp({8, 16}))}));
  TestSession s(std::move(g.graph));
  s.session->profiler().Start();
  for (int64_t rows : {1, 4, 1}) ASSERT_TRUE(s.Run({Ramp({rows, 8})}).ok());
  const Profile profile = s.session->profiler().StopAsProfile(s.model->plan());
  ASSERT_EQ(profile.steps.size(), 1u);
  EXPECT_EQ(profile.steps[0].flops, 2.0 * 8 * 16 * (1 + 4 + 1));
  EXPECT_EQ(profile.steps[0].inputs[0].type, "float32[1,8]");
}

// A run that fails leaves no times, and neither does what runs when nobody looks.
TEST(ProfileTest, OnlyRunsThatEndWellCount) {
  TestSession s(Net());
  s.session->profiler().Start();
  EXPECT_FALSE(s.Run({Ramp({1, 8, 12, 13})}).ok());
  CancelToken cancel;
  cancel.Cancel();
  RunControl control;
  control.cancel = &cancel;
  EXPECT_FALSE(s.Run({Ramp({1, 8, 12, 12})}, control).ok());
  ASSERT_TRUE(s.Run({Ramp({1, 8, 12, 12})}).ok());
  const Profile one = s.session->profiler().StopAsProfile(s.model->plan());
  EXPECT_EQ(one.run_ns.size(), 1u);
  for (const ProfiledStep& step : one.steps) EXPECT_EQ(step.executions, 1) << step.node->op_type;
  ASSERT_TRUE(s.Run({Ramp({1, 8, 12, 12})}).ok());
  const Profile none = s.session->profiler().StopAsProfile(s.model->plan());
  EXPECT_TRUE(none.run_ns.empty());
  for (const ProfiledStep& step : none.steps) {
    EXPECT_EQ(step.executions, 0);
    EXPECT_TRUE(step.run_ns.empty());
  }
}

// for i in 0..n: state = Softmax(state + x), with x from outside
TEST(ProfileTest, BodiesOfLoopsBelongToTheirStep) {
  GraphWriter g;
  const ValueId n = g.Input("n", ElementType::kInt64, {});
  const ValueId x = g.Op("Neg", {g.Input("x", kF32, {16})});
  GraphWriter body;
  body.Input("i", ElementType::kInt64, {});
  const ValueId go = body.Input("go", ElementType::kBool, {});
  const ValueId state = body.Input("state", kF32, {16});
  const ValueId sum = body.Op("Add", {state, body.Capture(x, "outer")});
  body.Output(body.Op("Identity", {go}));
  body.Output(body.Op("Softmax", {sum}));
  g.Output(g.Op("Loop", {n, kNone, x}, {body.Body("body")}));
  TestSession s(std::move(g.graph));
  const Profile profile = ProfileOf(s, {Tensor::Scalar(int64_t{5}), Ramp({16})}, 2);
  const ProfiledStep* loop = Find(profile, "Loop");
  const ProfiledStep* add = Find(profile, "Add");
  ASSERT_TRUE(loop && add);
  EXPECT_EQ(loop->executions, 2);
  EXPECT_EQ(loop->flops, 0);
  EXPECT_EQ(add->executions, 10);
  EXPECT_EQ(add->flops, 10.0 * 16);
  EXPECT_EQ(&profile.steps[static_cast<size_t>(add->parent)], loop);
  EXPECT_LT(loop, add);
  for (size_t run = 0; run < 2; ++run) EXPECT_LE(add->run_ns[run], loop->run_ns[run]);
  const auto outer = std::find_if(add->inputs.begin(), add->inputs.end(), [](auto& v) { return v.producer >= 0; });
  ASSERT_NE(outer, add->inputs.end());
  EXPECT_EQ(profile.steps[static_cast<size_t>(outer->producer)].node->op_type, "Neg");
}

TEST(ProfileTest, TheReasonOfAConvolution) {
  const auto method = [](int64_t channels, int64_t side, bool constant) {
    GraphWriter g;
    const ValueId x = g.Input("x", kF32, {1, channels, side, side});
    const Tensor w = Ramp({channels, channels, 3, 3});
    const ValueId weights = constant ? g.Constant(w) : g.Input("w", kF32, {channels, channels, 3, 3});
    g.Output(g.Op("Conv", {x, weights}, {{"pads", Ints{1, 1, 1, 1}}}));
    TestSession s(std::move(g.graph));
    std::vector<Value> feeds = {Ramp({1, channels, side, side})};
    if (!constant) feeds.emplace_back(w);
    return ProfileOf(s, feeds, 1).steps[0].method;
  };
  const Method fast = method(64, 56, true);
  EXPECT_TRUE(fast.name.starts_with("winograd F(")) << fast.name;
  EXPECT_NE(fast.reason.find("the cost model says"), std::string::npos) << fast.reason;
  const Method fed = method(64, 56, false);
  EXPECT_EQ(fed.name, "implicit-gemm");
  EXPECT_NE(fed.reason.find("not constant"), std::string::npos) << fed.reason;
}

}  // namespace
}  // namespace kante::core
