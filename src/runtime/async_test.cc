// SPDX-License-Identifier: MIT
// Steps on an asynchronous device whose memory the host must not touch.
#include <gtest/gtest.h>

#include "runtime/execution.h"
#include "tests/support/fake_provider.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;

Model::Options With(std::shared_ptr<FakeProvider> provider) {
  Model::Options options;
  options.optimization = OptimizationLevel::kNone;
  options.providers = {std::move(provider)};
  return options;
}

// Device and host steps in turn, with values that several read.
Graph Mixed() {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 4});
  const ValueId a = g.Op("Mul", {x, g.Floats({4}, {1, 2, 3, 4})});  // device
  const ValueId b = g.Op("Relu", {a});                              // host
  const ValueId c = g.Op("Mul", {b, a});                            // device, reads both
  const ValueId d = g.Op("Mul", {c, c});                            // device to device
  const ValueId e = g.Op("Add", {d, b});                            // host
  g.Output(e);
  g.Output(d);
  return std::move(g.graph);
}

TEST(AsyncTest, DeviceAndHostStepsAgreeWithHostOnly) {
  const auto provider = std::make_shared<FakeProvider>(std::set<std::string>{"Mul"});
  TestSession device(Mixed(), TestSession::OneThread(), With(provider));
  TestSession host(Mixed());
  for (int64_t rows : {1, 3, 7, 3}) {
    const Tensor x = Ramp({rows, 4});
    auto got = device.Run({x});
    auto want = host.Run({x});
    ASSERT_TRUE(got.ok()) << got.status().ToString() << device.model->plan().Dump();
    ASSERT_TRUE(want.ok());
    for (size_t i = 0; i < 2; ++i) EXPECT_EQ(FloatsOf((*got)[i]), FloatsOf((*want)[i]));
  }
  EXPECT_EQ(provider->computed(), 4 * 3);
}

TEST(AsyncTest, ThePlanCopiesSignalsAndWaits) {
  TestSession s(Mixed(), TestSession::OneThread(), With(std::make_shared<FakeProvider>(std::set<std::string>{"Mul"})));
  int copies = 0, signals = 0, waits = 0;
  for (const Step& step : s.model->plan().steps()) {
    copies += step.kind == StepKind::kCopy;
    signals += step.kind == StepKind::kSignal;
    waits += step.kind == StepKind::kWait;
  }
  EXPECT_EQ(copies, 5) << s.model->plan().Dump();  // x, the constant, b to the device; a, d to the host
  EXPECT_EQ(signals, 2);
  EXPECT_EQ(waits, 2);
}

TEST(AsyncTest, ResumeReturnsInsteadOfWaiting) {
  const auto provider = std::make_shared<FakeProvider>(std::set<std::string>{"Mul"}, 20'000);
  TestSession s(Mixed(), TestSession::OneThread(), With(provider));
  ASSERT_TRUE(s.session);
  const RunControl control;
  Execution execution(*s.session, s.model->plan(), control, 0);
  const std::vector<Value> feeds = {Ramp({2, 4})};
  execution.Start(feeds, {});
  int pending = 0;
  for (;;) {
    auto progress = execution.Resume(false);
    ASSERT_TRUE(progress.ok()) << progress.status().ToString();
    if (*progress == Execution::Progress::kDone) break;
    ++pending;
  }
  EXPECT_GT(pending, 0);
  Value out;
  ASSERT_TRUE(execution.TakeOutput(0, true, out).ok());
  TestSession host(Mixed());
  EXPECT_EQ(FloatsOf(out), FloatsOf((*host.Run(feeds))[0]));
}

TEST(AsyncTest, ADecidingValueMadeOnTheDeviceReachesTheHost) {
  // The target of Expand is computed on the device from an input.
  const auto build = [] {
    GraphWriter g;
    const ValueId x = g.Input("x", kF32, {1, 2});
    const ValueId n = g.Input("n", ElementType::kInt64, {2});
    g.Output(g.Op("Expand", {x, g.Op("Mul", {n, g.Ints({2, 1})})}));
    return std::move(g.graph);
  };
  TestSession s(build(), TestSession::OneThread(), With(std::make_shared<FakeProvider>(std::set<std::string>{"Mul"})));
  auto out = s.Run({Floats({1, 2}, {1, 2}), Tensor::Vector(std::vector<int64_t>{2, 2})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().shape(), Shape({4, 2}));
}

TEST(AsyncTest, DeviceValuesReachBodies) {
  const auto build = [] {
    GraphWriter g;
    const ValueId cond = g.Input("cond", ElementType::kBool, {});
    const ValueId x = g.Input("x", kF32, {2});
    const ValueId twice = g.Op("Mul", {x, g.Floats({1}, {2})});
    GraphWriter then_body;
    then_body.Output(then_body.Op("Neg", {then_body.Capture(twice, "t")}));
    GraphWriter else_body;
    const ValueId t = else_body.Capture(twice, "t");
    else_body.Output(else_body.Op("Mul", {t, t}));
    g.Output(g.Op("If", {cond}, {then_body.Body("then_branch"), else_body.Body("else_branch")}));
    return std::move(g.graph);
  };
  TestSession s(build(), TestSession::OneThread(), With(std::make_shared<FakeProvider>(std::set<std::string>{"Mul"})));
  const bool no = false;
  auto out = s.Run({Tensor::Of<bool>({}, std::span<const bool>(&no, 1)), Floats({2}, {1, 3})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{4, 36}));
}

}  // namespace
}  // namespace kante::core
