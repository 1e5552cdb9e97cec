// SPDX-License-Identifier: MIT
#include "runtime/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

#include "base/build.h"
#include "base/clock.h"
#include "base/pages.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;

// Enough of everything: convolution, matrix product, reductions, movement.
Graph Net() {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 3, -1, -1});
  const ValueId w = g.Constant(Ramp({16, 3, 3, 3}));
  const ValueId b = g.Constant(Ramp({16}));
  ValueId v = g.Op("Relu", {g.Op("Conv", {x, w, b}, {{"pads", std::vector<int64_t>{1, 1, 1, 1}}})});
  v = g.Op("MaxPool", {v}, {{"kernel_shape", std::vector<int64_t>{2, 2}}, {"strides", std::vector<int64_t>{2, 2}}});
  const ValueId mean = g.Op("GlobalAveragePool", {v});
  const ValueId flat = g.Op("Flatten", {mean}, {{"axis", 1}});
  const ValueId y = g.Op("Gemm", {flat, g.Constant(Ramp({16, 10})), g.Constant(Ramp({10}))});
  g.Output(g.Op("Softmax", {y}, {{"axis", 1}}));
  g.Output(v);
  return std::move(g.graph);
}

bool SameBits(const Value& a, const Value& b) {
  return a.tensor().shape() == b.tensor().shape() &&
         std::memcmp(a.tensor().raw(), b.tensor().raw(), static_cast<size_t>(a.tensor().bytes())) == 0;
}

TEST(SessionTest, BitsDoNotDependOnThreads) {
  TestSession one(Net());
  const Tensor x = Ramp({2, 3, 64, 48});
  auto want = one.Run({x});
  ASSERT_TRUE(want.ok()) << want.status().ToString();
  for (int threads : {2, 4, 7}) {
    Session::Options options;
    options.threads = threads;
    TestSession many(Net(), options);
    auto got = many.Run({x});
    ASSERT_TRUE(got.ok()) << got.status().ToString();
    for (size_t i = 0; i < 2; ++i) EXPECT_TRUE(SameBits((*want)[i], (*got)[i])) << threads << " threads";
  }
}

// A model with weights that are larger in their fast form: sessions of both kinds on it agree, and the one keeps no
// more than the model has.
TEST(SessionTest, LowMemoryKeepsNoMuchLargerWeights) {
  constexpr int64_t kChannels = 576;
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {1, kChannels, 24, -1});
  const ValueId w = g.Constant(Ramp({kChannels, kChannels, 3, 3}));
  const ValueId v = g.Op("Conv", {x, w}, {{"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  g.Output(g.Op("MatMul", {v, g.Constant(Ramp({24, 32}))}));
  Session::Options options = TestSession::OneThread();
  options.low_memory = true;
  TestSession low(std::move(g.graph), options);
  const int64_t weights = (kChannels * kChannels * 9 + 24 * 32) * 4;
  EXPECT_EQ(weights, low.model->weight_bytes());
  const Tensor feed = Ramp({1, kChannels, 24, 24});
  auto got = low.Run({feed});
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_LE(low.model->weights().bytes(), weights);
  auto fast = Session::Create(low.model, TestSession::OneThread());
  ASSERT_TRUE(fast.ok());
  std::vector<Value> want(1);
  ASSERT_TRUE((*fast)->Run(std::vector<Value>{feed}, want, {}, {}).ok());
  const std::vector<float> a = FloatsOf((*got)[0]), b = FloatsOf(want[0]);
  float largest = 0;
  for (float value : b) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5f * largest) << i;
}

// Weights of more rows than are packed at once give what the same matrices give as inputs.
TEST(SessionTest, LargeWeightsArePackedInPieces) {
  const Tensor x = Ramp({5, 700}), w = Ramp({700, 500}), t = Ramp({500, 700});
  for (bool transposed : {false, true}) {
    const Tensor& weight = transposed ? t : w;
    const auto run = [&](bool constant, std::vector<Value> feeds) {
      GraphWriter g;
      const ValueId a = g.Input("x", kF32, {5, 700});
      const ValueId b = constant ? g.Constant(weight) : g.Input("w", kF32, {-1, -1});
      g.Output(g.Op("Gemm", {a, b}, {{"transB", int64_t{transposed}}}));
      TestSession s(std::move(g.graph));
      auto out = s.Run(feeds);
      EXPECT_TRUE(out.ok()) << out.status().ToString();
      return out.ok() ? FloatsOf((*out)[0]) : std::vector<float>();
    };
    const std::vector<float> want = run(false, {x, weight}), got = run(true, {x});
    ASSERT_EQ(want.size(), 2500u);
    EXPECT_EQ(want, got);  // sums of so few eighths are exact
  }
}

#ifndef KANTE_NO_THREADS
TEST(SessionTest, RunsFromSeveralThreadsAtOnce) {
  Session::Options options;
  options.threads = 2;
  TestSession s(Net(), options);
  std::vector<std::vector<Value>> want;
  std::vector<Tensor> feeds;
  for (int64_t n = 1; n <= 4; ++n) {
    feeds.push_back(Ramp({n, 3, 16, 8 + n}));
    auto out = s.Run({feeds.back()});
    ASSERT_TRUE(out.ok());
    want.push_back(*out);
  }
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t round = 0; round < 25; ++round) {
        const size_t which = (t + round) % 4;
        auto out = s.Run({feeds[which]});
        if (!out.ok() || !SameBits((*out)[0], want[which][0]) || !SameBits((*out)[1], want[which][1])) ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong.load(), 0);
}
#endif

TEST(SessionTest, ASteadyStateAllocatesOutputsOnly) {
  TestSession s(Net());
  const Tensor x = Ramp({1, 3, 32, 32});
  ASSERT_TRUE(s.Run({x}).ok());
  const int64_t idle = s.session->allocator()->used_bytes();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(s.Run({x}).ok());
  EXPECT_EQ(s.session->allocator()->used_bytes(), idle);
}

TEST(SessionTest, MemoryLimitIsAnError) {
  Session::Options options = TestSession::OneThread();
  options.max_memory_bytes = 10'000;
  TestSession s(Net(), options);
  auto out = s.Run({Ramp({1, 3, 64, 64})});
  ASSERT_FALSE(out.ok());
  EXPECT_TRUE(out.status().code() == StatusCode::kOutOfMemory || out.status().code() == StatusCode::kLimitExceeded)
      << out.status().ToString();
  EXPECT_EQ(s.session->allocator()->used_bytes(), 0);
}

TEST(SessionTest, CancelledBeforeItStarts) {
  TestSession s(Net());
  CancelToken token;
  token.Cancel();
  RunControl control;
  control.cancel = &token;
  auto out = s.Run({Ramp({1, 3, 8, 8})}, control);
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().code(), StatusCode::kCancelled);
  token.Reset();
  EXPECT_TRUE(s.Run({Ramp({1, 3, 8, 8})}, control).ok());
}

TEST(SessionTest, ObserverAndProgressSeeEveryStep) {
  TestSession s(Net());
  std::vector<std::string> seen;
  double last = 0;
  RunControl control;
  control.observer = [&](const NodeObservation& o) { seen.push_back(o.node->op_type); };
  control.progress = [&](double share) {
    EXPECT_GE(share, last);
    last = share;
  };
  ASSERT_TRUE(s.Run({Ramp({1, 3, 8, 8})}, control).ok());
  EXPECT_EQ(seen.size(), s.model->plan().steps().size());
  EXPECT_EQ(last, 1.0);
}

TEST(SessionTest, TheProfileIsAChromeTrace) {
  TestSession s(Net());
  s.session->profiler().Start();
  ASSERT_TRUE(s.Run({Ramp({1, 3, 8, 8})}).ok());
  const std::string trace = s.session->profiler().StopAsTrace();
  for (const char* part : {"\"traceEvents\"", "\"ph\":\"X\"", "\"cat\":\"MaxPool\"", "\"dur\":"}) {
    EXPECT_NE(trace.find(part), std::string::npos) << trace;
  }
  ASSERT_TRUE(s.Run({Ramp({1, 3, 8, 8})}).ok());
  EXPECT_EQ(s.session->profiler().StopAsTrace().find("MaxPool"), std::string::npos);  // off again
}

TEST(SessionTest, OutputsGoIntoMemoryOfTheCaller) {
  TestSession s(Net());
  const Tensor x = Ramp({1, 3, 8, 8});
  auto want = s.Run({x});
  ASSERT_TRUE(want.ok());
  std::vector<Tensor> into = {*Tensor::Allocate(kF32, {1, 10}), Tensor()};
  std::vector<Value> outputs(2);
  const std::vector<Value> feeds = {x};
  ASSERT_TRUE(s.session->Run(feeds, outputs, into, {}).ok());
  EXPECT_EQ(outputs[0].tensor().raw(), into[0].raw());
  EXPECT_TRUE(SameBits(outputs[0], (*want)[0]));
  into[0] = *Tensor::Allocate(kF32, {1, 11});
  const Status status = s.session->Run(feeds, outputs, into, {});
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status.ToString();
}

// Outputs that a caller lets go are where the next run's are; those that it holds stay as they are.
TEST(SessionTest, LargeOutputsTakeThePlaceOfFreedOnes) {
  if (kHeapOnly) GTEST_SKIP() << "everything comes from the heap";
  GraphWriter g;
  g.Output(g.Op("Neg", {g.Input("x", kF32, {-1})}));
  TestSession s(std::move(g.graph), TestSession::OneThread());
  const Tensor x = Ramp({3 << 20});
  auto first = s.Run({x});
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  const std::byte* where = (*first)[0].tensor().raw();
  auto held = s.Run({x});
  EXPECT_NE((*held)[0].tensor().raw(), where);
  first->clear();
  auto again = s.Run({x});
  EXPECT_EQ((*again)[0].tensor().raw(), where);
  EXPECT_TRUE(SameBits((*held)[0], (*again)[0]));
}

TEST(SessionTest, ModelsShareNothingTheyShouldNot) {
  TestSession s(Net());
  Session::Options options;
  options.threads = 2;
  auto second = Session::Create(s.model, options);
  ASSERT_TRUE(second.ok());
  const Tensor x = Ramp({1, 3, 8, 8});
  auto a = s.Run({x});
  ASSERT_TRUE(a.ok());
  const int64_t packed = s.model->weights().bytes();
  std::vector<Value> b(2);
  const std::vector<Value> feeds = {x};
  ASSERT_TRUE((*second)->Run(feeds, b, {}, {}).ok());
  EXPECT_EQ(s.model->weights().bytes(), packed);  // packed once for all sessions
  EXPECT_TRUE(SameBits((*a)[0], b[0]));
}

}  // namespace
}  // namespace kante::core
