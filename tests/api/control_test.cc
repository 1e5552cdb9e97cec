// SPDX-License-Identifier: MIT
// Threads, cancelling, limits, progress, observers and profiles.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr int64_t kForever = int64_t{1} << 50;

SessionOptions WithThreads(int threads) {
  SessionOptions options;
  options.threads = threads;
  return options;
}

bool SameBits(const Value& a, const Value& b) {
  return a.tensor().bytes() == b.tensor().bytes() &&
         std::memcmp(a.tensor().data(), b.tensor().data(), a.tensor().bytes()) == 0;
}

TEST(Control, ThreadsDoNotChangeBits) {
  const Model conv = LoadOrDie(ConvModel());
  const Model chain = LoadOrDie(ChainModel(4));
  const Tensor image = Ramp({9, 2, 8, 8}), line = Ramp({100'003});
  std::vector<Value> expected;
  for (int threads : {1, 2, 4, 0}) {
    const Session a = SessionOf(conv, WithThreads(threads)), b = SessionOf(chain, WithThreads(threads));
#ifndef KANTE_NO_THREADS
    if (threads > 0) {
      EXPECT_EQ(a.threads(), threads);
    }
#endif
    EXPECT_GE(a.threads(), 1);
    auto one = a.Run({{"x", image}});
    auto two = b.Run({{"x", line}});
    ASSERT_TRUE(one.ok() && two.ok()) << one.status().ToString() << two.status().ToString();
    if (expected.empty()) expected = {(*one)[0], (*two)[0]};
    EXPECT_TRUE(SameBits((*one)[0], expected[0])) << threads;
    EXPECT_TRUE(SameBits((*two)[0], expected[1])) << threads;
  }
}

TEST(Control, BadOptionsAreRefused) {
  const Model model = LoadOrDie(LinearModel());
  EXPECT_FALSE(Session::Create(model, WithThreads(-1)).ok());
  SessionOptions options;
  options.max_memory_bytes = -1;
  EXPECT_FALSE(Session::Create(model, options).ok());
}

#ifndef KANTE_NO_THREADS
// Many threads, one session, other shapes in each: nobody sees another's values.
void RunMany(const std::vector<Session>& sessions) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Session& session = sessions[static_cast<size_t>(t) % sessions.size()];
      const int64_t n = 100 + 1000 * t;
      std::vector<float> values(static_cast<size_t>(n), static_cast<float>(t));
      const Tensor x = Floats({n}, values);
      for (int i = 0; i < 30; ++i) {
        auto outputs = session.Run({{"x", x}});
        if (!outputs.ok() || ShapeOf((*outputs)[0]) != std::vector<int64_t>{n}) {
          ++wrong;
          continue;
        }
        const auto got = (*outputs)[0].tensor().values<float>();
        if (!std::all_of(got.begin(), got.end(), [&](float v) { return v == got[0]; })) ++wrong;
        if (t == 0 && got[0] != 0) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Control, OneSessionFromManyThreads) {
  const Model model = LoadOrDie(ChainModel(8));
  RunMany({SessionOf(model)});
  RunMany({SessionOf(model, WithThreads(2))});
}

TEST(Control, ManySessionsOnOneModel) {
  const Model model = LoadOrDie(ChainModel(8));
  RunMany({SessionOf(model), SessionOf(model, WithThreads(1)), SessionOf(model, WithThreads(2)), SessionOf(model)});
}

TEST(Control, CancelFromAnotherThread) {
  const Session session = SessionOf(LoadOrDie(LoopModel(kForever)));
  CancelToken token;
  RunOptions options;
  options.cancel = &token;
  std::atomic<bool> running = false;
  std::thread canceller([&] {
    while (!running) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CancelToken copy = token;
    copy.Cancel();
  });
  running = true;
  const auto begin = std::chrono::steady_clock::now();
  const Status status = session.Run({{"x", Floats({}, {0})}}, {}, options).status();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  canceller.join();
  EXPECT_EQ(status.code(), StatusCode::kCancelled) << status.ToString();
  EXPECT_LT(seconds, 2);
  EXPECT_TRUE(token.cancelled());
  EXPECT_EQ(session.Run({{"x", Floats({}, {0})}}, {}, options).status().code(), StatusCode::kCancelled);
  token.Reset();
  EXPECT_FALSE(token.cancelled());
  const Session brief = SessionOf(LoadOrDie(LoopModel(3)));
  auto outputs = brief.Run({{"x", Floats({}, {2})}}, {}, options);
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), std::vector<float>{5});
}
#endif

TEST(Control, TimeLimit) {
  const Session session = SessionOf(LoadOrDie(LoopModel(kForever)));
  RunOptions options;
  options.time_limit_ms = 50;
  const auto begin = std::chrono::steady_clock::now();
  const Status status = session.Run({{"x", Floats({}, {0})}}, {}, options).status();
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded) << status.ToString();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  options.time_limit_ms = 60'000;
  EXPECT_TRUE(SessionOf(LoadOrDie(LoopModel(3))).Run({{"x", Floats({}, {0})}}, {}, options).ok());
  options.time_limit_ms = INT64_MAX;  // must not wrap around to the past
  EXPECT_TRUE(SessionOf(LoadOrDie(LoopModel(3))).Run({{"x", Floats({}, {0})}}, {}, options).ok());
}

TEST(Control, LoopLimit) {
  SessionOptions options;
  options.max_loop_iterations = 1000;
  const Status status = SessionOf(LoadOrDie(LoopModel(kForever)), options).Run({{"x", Floats({}, {0})}}).status();
  EXPECT_EQ(status.code(), StatusCode::kLimitExceeded) << status.ToString();
  EXPECT_TRUE(Has(status.message(), "count")) << status.message();  // the node
}

TEST(Control, MemoryLimit) {
  SessionOptions options;
  options.max_memory_bytes = 1 << 20;
  const Session session = SessionOf(LoadOrDie(ChainModel(3)), options);
  EXPECT_TRUE(session.Run({{"x", Ramp({1000})}}).ok());
  const Status status = session.Run({{"x", Ramp({1'000'000})}}).status();
  EXPECT_TRUE(status.code() == StatusCode::kLimitExceeded || status.code() == StatusCode::kOutOfMemory)
      << status.ToString();
  EXPECT_LE(session.peak_memory_bytes(), 1 << 20);
  EXPECT_TRUE(session.Run({{"x", Ramp({1000})}}).ok());  // the session lives on
}

TEST(Control, MemoryIsCounted) {
  const Session session = SessionOf(LoadOrDie(ChainModel(3)));
  {
    auto outputs = session.Run({{"x", Ramp({100'000})}});
    ASSERT_TRUE(outputs.ok());
    EXPECT_GE(session.memory_bytes(), 400'000);
    EXPECT_GE(session.peak_memory_bytes(), session.memory_bytes());
  }
  const int64_t once = session.peak_memory_bytes();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session.Run({{"x", Ramp({100'000})}}).ok());
  EXPECT_EQ(session.peak_memory_bytes(), once);  // a steady state run needs nothing new
}

TEST(Control, ProgressRisesToOne) {
  const Session session = SessionOf(LoadOrDie(ChainModel(10)));
  std::vector<double> shares;
  RunOptions options;
  options.progress = [&](double share) { shares.push_back(share); };
  ASSERT_TRUE(session.Run({{"x", Ramp({100})}}, {}, options).ok());
  ASSERT_FALSE(shares.empty());
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_GT(shares.front(), 0);
  EXPECT_EQ(shares.back(), 1.0);
}

TEST(Control, ObserverSeesEveryNode) {
  LoadOptions load;
  load.optimization = OptimizationLevel::kNone;
  const Session session = SessionOf(LoadOrDie(LinearModel(), load));
  std::vector<std::string> seen;
  RunOptions options;
  options.observer = [&](const NodeResult& node) {
    seen.push_back(node.node + ":" + node.op_type);
    ASSERT_EQ(node.outputs.size(), node.output_names.size());
    if (node.op_type == "MatMul") {
      EXPECT_EQ(node.output_names[0], "p");
      EXPECT_EQ(FloatsOf(node.outputs[0]), (std::vector<float>{9, 12}));
    }
  };
  ASSERT_TRUE(session.Run({{"x", Floats({1, 3}, {1, 1, 1})}}, {}, options).ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"product:MatMul", "bias:Add", "rectify:Relu"}));
}

TEST(Control, ObserverNamesFusedNodes) {
  const Session session = SessionOf(LoadOrDie(ConvModel()));
  std::string all;
  RunOptions options;
  options.observer = [&](const NodeResult& node) { all += node.node + " "; };
  ASSERT_TRUE(session.Run({{"x", Ramp({1, 2, 8, 8})}}, {}, options).ok());
  for (const char* name : {"conv", "relu", "average", "classify"}) EXPECT_TRUE(Has(all, name)) << all;
}

TEST(Control, ProfileIsAChromeTrace) {
  const Session session = SessionOf(LoadOrDie(ConvModel()));
  session.StartProfile();
  ASSERT_TRUE(session.Run({{"x", Ramp({1, 2, 8, 8})}}).ok());
  const auto trace = nlohmann::json::parse(session.StopProfile(), nullptr, false);
  ASSERT_FALSE(trace.is_discarded());
  ASSERT_TRUE(trace.contains("traceEvents"));
  std::set<std::string> categories;
  for (const auto& event : trace["traceEvents"]) {
    EXPECT_EQ(event["ph"], "X");
    EXPECT_GE(event["dur"].get<double>(), 0);
    EXPECT_GE(event["ts"].get<double>(), 0);
    categories.insert(event["cat"].get<std::string>());
  }
  EXPECT_TRUE(categories.contains("session"));
  EXPECT_TRUE(categories.contains("GlobalAveragePool"));
  ASSERT_TRUE(session.Run({{"x", Ramp({1, 2, 8, 8})}}).ok());  // not recorded
  const auto empty = nlohmann::json::parse(session.StopProfile(), nullptr, false);
  ASSERT_FALSE(empty.is_discarded());
  EXPECT_TRUE(empty["traceEvents"].empty());
}

}  // namespace
}  // namespace kante::api_test
