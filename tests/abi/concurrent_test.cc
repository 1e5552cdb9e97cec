// SPDX-License-Identifier: MIT
// One session from many threads, runs that end early, and runs that nobody waits for.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

using namespace std::chrono_literals;

// Runs `work(number)` on as many threads at once.
template <typename Work>
void OnThreads(int count, const Work& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

// Waits, for a minute at most.
template <typename Done>
bool Await(const Done& done) {
  for (int i = 0; i < 60'000 && !done(); ++i) std::this_thread::sleep_for(1ms);
  return done();
}

void CheckAdd(OrtSession* session, int64_t batch, float value) {
  std::vector<float> a(static_cast<size_t>(batch) * 3, value), b(a.size(), 2);
  const auto in_a = Floats(a, {batch, 3}), in_b = Floats(b, {batch, 3});
  const Ran ran = RunSession(session, {"a", "b"}, {in_a.get(), in_b.get()}, {"sum", "product"});
  ASSERT_TRUE(ran.outcome.ok()) << ran.outcome.message;
  ASSERT_EQ(FloatsOf(ran.outputs[0].get()), std::vector<float>(a.size(), value + 2));
  ASSERT_EQ(FloatsOf(ran.outputs[1].get()), std::vector<float>(a.size(), value * 2));
}

class ConcurrentTest : public ::testing::Test {
 protected:
  const Owned<OrtEnv> env = NewEnv();
};

TEST_F(ConcurrentTest, OneSessionWithEveryShape) {
  for (const int threads : {0, 1, 3}) {
    const auto options = NewOptions(threads);
    const auto session = Open(env.get(), "add", options.get());
    OnThreads(8, [&](int thread) {
      for (int i = 0; i < Rounds() / 4; ++i) {
        CheckAdd(session.get(), 1 + (i * 7 + thread) % 40, static_cast<float>(thread));
      }
    });
  }
}

TEST_F(ConcurrentTest, SessionsOfOneEnvironment) {
  OnThreads(6, [&](int thread) {
    for (int i = 0; i < Rounds() / 10; ++i) {
      const auto own = NewEnv();
      const auto session = Open(own.get(), "add");
      CheckAdd(session.get(), 1 + i % 5, static_cast<float>(thread));
    }
  });
}

// A session holds nothing of its environment.
TEST_F(ConcurrentTest, TheEnvironmentGoesDuringARun) {
  auto brief = NewEnv();
  const auto session = Open(brief.get(), "add");
  std::atomic<bool> stop = false;
  std::thread running([&] {
    while (!stop) CheckAdd(session.get(), 5, 1);
  });
  brief.reset();
  CheckAdd(session.get(), 3, 2);
  stop = true;
  running.join();
}

// Options, a session's and a run's, are copied or read only while a call lasts; values live by themselves.
TEST_F(ConcurrentTest, WhatWasUsedToMakeItMayGo) {
  auto options = NewOptions(2);
  auto session = Open(env.get(), "add", options.get());
  options.reset();
  std::vector<float> data = {1, 2, 3};
  const auto x = Floats(data, {1, 3});
  Ran ran = RunSession(session.get(), {"a", "b"}, {x.get(), x.get()}, {"sum"});
  session.reset();
  EXPECT_EQ(FloatsOf(ran.outputs[0].get()), (std::vector<float>{2, 4, 6}));
}

// long.onnx multiplies a matrix with itself `count` times.
class LongRunTest : public ConcurrentTest {
 protected:
  Ran RunLong(OrtSession* session, int64_t count, const OrtRunOptions* options) {
    std::vector<int64_t> counts = {count};
    std::vector<float> m(64 * 64, 0.01f);
    const auto in_count = Ints(counts, {}), in_m = Floats(m, {64, 64});
    return RunSession(session, {"count", "m"}, {in_count.get(), in_m.get()}, {"last"}, options);
  }
  static constexpr int64_t kForever = int64_t{1} << 39;
  const Owned<OrtSession> session = Open(env.get(), "long");
};

TEST_F(LongRunTest, TerminateEndsIt) {
  const auto options = NewRunOptions();
  std::atomic<bool> started = false;
  Ran ran;
  std::thread running([&] {
    started = true;
    ran = RunLong(session.get(), kForever, options.get());
  });
  ASSERT_TRUE(Await([&] { return started.load(); }));
  std::this_thread::sleep_for(20ms);
  ABI_OK(Api().RunOptionsSetTerminate(options.get()));
  running.join();
  EXPECT_EQ(ran.outcome.code, ORT_FAIL);
  EXPECT_EQ(ran.outcome.message, "Exiting due to terminate flag being set to true.");
  EXPECT_EQ(ran.outputs[0], nullptr);
  // It stays so until it is unset; another run's options are not concerned.
  EXPECT_EQ(RunLong(session.get(), 1, options.get()).outcome.code, ORT_FAIL);
  EXPECT_TRUE(RunLong(session.get(), 1, nullptr).outcome.ok());
  ABI_OK(Api().RunOptionsUnsetTerminate(options.get()));
  EXPECT_TRUE(RunLong(session.get(), 1, options.get()).outcome.ok());
}

TEST_F(LongRunTest, OneOptionsEndsManyRuns) {
  const auto options = NewRunOptions();
  std::atomic<int> ended = 0;
  std::thread ending([&] {
    std::this_thread::sleep_for(30ms);
    ABI_OK(Api().RunOptionsSetTerminate(options.get()));
  });
  OnThreads(4, [&](int) {
    const Ran ran = RunLong(session.get(), kForever, options.get());
    EXPECT_EQ(ran.outcome.message, "Exiting due to terminate flag being set to true.");
    ++ended;
  });
  ending.join();
  EXPECT_EQ(ended, 4);
}

class AsyncTest : public ConcurrentTest {
 protected:
  struct Call {
    AsyncTest* test;
    std::vector<float> a, b;
    Owned<OrtValue> in_a, in_b;
    const OrtValue* inputs[2];
    OrtValue* output = nullptr;
  };

  static void Done(void* user, OrtValue** outputs, size_t count, OrtStatus* status) {
    Call& call = *static_cast<Call*>(user);
    if (status) {
      Api().ReleaseStatus(status);
      ++call.test->failed;
    } else {
      EXPECT_EQ(count, 1u);
      EXPECT_EQ(FloatsOf(outputs[0]), std::vector<float>(call.a.size(), call.a[0] + 2));
      Api().ReleaseValue(outputs[0]);
    }
    ++call.test->done;
  }

  std::unique_ptr<Call> NewCall(int64_t batch, int64_t width) {
    auto call = std::make_unique<Call>();
    call->test = this;
    call->a.assign(static_cast<size_t>(batch * width), static_cast<float>(batch));
    call->b.assign(call->a.size(), 2);
    call->in_a = Floats(call->a, {batch, width});
    call->in_b = Floats(call->b, {batch, width});
    call->inputs[0] = call->in_a.get();
    call->inputs[1] = call->in_b.get();
    return call;
  }

  Outcome Post(Call& call) {
    const char* names[] = {"a", "b"};  // copied: they may go at once
    const char* wanted = "sum";
    return Take(Api().RunAsync(session.get(), nullptr, names, call.inputs, 2, &wanted, 1, &call.output, Done, &call));
  }

  std::atomic<int> done = 0, failed = 0;
  const Owned<OrtSessionOptions> options = NewOptions(2);
  Owned<OrtSession> session = Open(env.get(), "add", options.get());
};

TEST_F(AsyncTest, AStorm) {
  const int rounds = Rounds();
  std::vector<std::vector<std::unique_ptr<Call>>> calls(4);
  OnThreads(4, [&](int thread) {
    for (int i = 0; i < rounds; ++i) {
      auto& call = calls[static_cast<size_t>(thread)].emplace_back(NewCall(1 + i % 9, i % 10 == 3 ? 4 : 3));
      const Outcome posted = Post(*call);
      ASSERT_TRUE(posted.ok()) << posted.message;
    }
  });
  EXPECT_TRUE(Await([&] { return done == 4 * rounds; })) << done;
  EXPECT_EQ(failed, 4 * ((rounds + 6) / 10));  // those of the wrong width
  CheckAdd(session.get(), 2, 1);
}

// Releasing a session waits for what was posted.
TEST_F(AsyncTest, TheSessionGoesWithRunsPending) {
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(NewCall(1 + i % 5, 3));
    ASSERT_TRUE(Post(*calls.back()).ok());
  }
  session.reset();
  EXPECT_EQ(done, 50);
  EXPECT_EQ(failed, 0);
}

TEST_F(AsyncTest, NeedsThreads) {
  const auto alone = NewOptions(1);
  session = Open(env.get(), "add", alone.get());
  const auto call = NewCall(1, 3);
  const Outcome posted = Post(*call);
  EXPECT_EQ(posted.code, ORT_INVALID_ARGUMENT) << posted.message;
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace kante::abi_test
