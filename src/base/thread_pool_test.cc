// SPDX-License-Identifier: MIT
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace kante::core {
namespace {

std::shared_ptr<ThreadPool> PoolOf(int threads, int spin_us = 20) {
  ThreadPool::Options options;
  options.threads = threads;
  options.spin_us = spin_us;
  return ThreadPool::Create(options).value();
}

class ThreadPoolTest : public testing::TestWithParam<int> {};

TEST_P(ThreadPoolTest, CoversTheRangeExactlyOnce) {
  const auto pool = PoolOf(GetParam());
  for (int64_t count : {0, 1, 7, 64, 1000}) {
    for (int64_t grain : {-1, 0, 1, 3, 64, 5000}) {
      std::vector<std::atomic<int>> hits(static_cast<size_t>(count));
      std::atomic<bool> aligned{true};
      EXPECT_TRUE(pool->ParallelFor(count, grain, 8, [&](int64_t begin, int64_t end) {
        if (grain > 0 && (begin % grain != 0 || (end != count && end - begin < grain))) aligned = false;
        for (int64_t i = begin; i < end; ++i) hits[static_cast<size_t>(i)]++;
      }));
      EXPECT_TRUE(aligned);
      for (const auto& h : hits) EXPECT_EQ(h.load(), 1);
    }
  }
}

TEST_P(ThreadPoolTest, NestedLoopsRunInline) {
  const auto pool = PoolOf(GetParam());
  std::atomic<int64_t> sum{0};
  EXPECT_TRUE(pool->ParallelFor(16, 1, 8, [&](int64_t, int64_t) {
    pool->ParallelFor(
        16, 1, 8, [&](int64_t, int64_t) { pool->ParallelFor(4, 1, 8, [&](int64_t b, int64_t e) { sum += e - b; }); });
  }));
  EXPECT_EQ(sum.load(), 16 * 16 * 4);
}

TEST_P(ThreadPoolTest, ConcurrentCallersDoNotDisturbEachOther) {
  const auto pool = PoolOf(GetParam(), 0);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        std::atomic<int64_t> sum{0};
        pool->ParallelFor(100, 3, 8, [&](int64_t b, int64_t e) {
          for (int64_t i = b; i < e; ++i) sum += i;
        });
        if (sum.load() != 4950) wrong++;
      }
    });
  }
  for (std::thread& t : callers) t.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST_P(ThreadPoolTest, CancelSkipsTheRest) {
  const auto pool = PoolOf(GetParam());
  CancelToken cancel;
  std::atomic<int64_t> ran{0};
  EXPECT_FALSE(pool->ParallelFor(
      100000, 1, 8,
      [&](int64_t, int64_t) {
        if (ran++ == 10) cancel.Cancel();
      },
      &cancel));
  EXPECT_LT(ran.load(), 1000);
  cancel.Reset();
  EXPECT_TRUE(pool->ParallelFor(
      10, 1, 8, [&](int64_t, int64_t) {}, &cancel));
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, testing::Values(1, 2, 5));

TEST(ThreadPool, SleepingWorkersAreLeftAloneIfAsked) {
  const auto pool = PoolOf(3, 0);  // without spinning they sleep whenever there is nothing to do
  while (pool->awake() > 0) std::this_thread::yield();
  const auto me = std::this_thread::get_id();
  std::atomic<int64_t> sum{0};
  EXPECT_TRUE(pool->ParallelFor(
      100, 1, 8,
      [&](int64_t b, int64_t e) {
        EXPECT_EQ(std::this_thread::get_id(), me);
        sum += e - b;
      },
      nullptr, /*wake=*/false));
  EXPECT_EQ(sum.load(), 100);
  pool->Warm();
  EXPECT_EQ(pool->awake(), 0);
}

TEST(ThreadPool, WarmWorkersTakePart) {
  const auto pool = PoolOf(2, 20'000);
  const auto me = std::this_thread::get_id();
  std::atomic<bool> helped{false};
  for (int i = 0; i < 10'000 && !helped; ++i) {
    pool->Warm();
    pool->ParallelFor(
        64, 1, 2,
        [&](int64_t, int64_t) {
          if (std::this_thread::get_id() != me) helped = true;
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        },
        nullptr, /*wake=*/false);
  }
  EXPECT_TRUE(helped);
}

TEST(ThreadPool, ManyShortLoopsInARow) {
  for (int spin_us : {0, 20}) {
    const auto pool = PoolOf(4, spin_us);
    for (int i = 0; i < 3000; ++i) {
      std::array<int, 7> hits{};
      pool->ParallelFor(
          7, 1, 4, [&](int64_t b, int64_t) { hits[static_cast<size_t>(b)]++; }, nullptr, i % 3 == 0);
      for (int h : hits) ASSERT_EQ(h, 1);
    }
  }
}

TEST(ThreadPool, OneThreadRunsOnTheCaller) {
  const auto pool = PoolOf(1);
  EXPECT_EQ(pool->threads(), 1);
  const auto me = std::this_thread::get_id();
  pool->ParallelFor(100, 1, 8, [&](int64_t, int64_t) { EXPECT_EQ(std::this_thread::get_id(), me); });
}

TEST(ThreadPool, UsesAtMostAsManyThreadsAsAsked) {
  const auto pool = PoolOf(5);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  pool->ParallelFor(2000, 1, 2, [&](int64_t, int64_t) {
    std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_LE(seen.size(), 2u);
}

TEST(ThreadPool, DefaultIsSharedWhileSomebodyHoldsIt) {
  auto a = ThreadPool::Default().value();
  const auto b = ThreadPool::Default().value();
  EXPECT_EQ(a, b);
  EXPECT_EQ(a->threads(), UsableCores());
  EXPECT_GE(UsableCores(), 1);
}

TEST(ThreadPool, ForeignThreadsAreCreatedAndJoined) {
  int created = 0;
  int joined = 0;
  {
    ThreadPool::Options options;
    options.threads = 3;
    options.create_thread = [&](void (*run)(void*), void* arg) -> void* {
      ++created;
      return new std::thread(run, arg);
    };
    options.join_thread = [&](void* handle) {
      auto* thread = static_cast<std::thread*>(handle);
      thread->join();
      delete thread;
      ++joined;
    };
    const auto pool = ThreadPool::Create(std::move(options)).value();
    EXPECT_EQ(pool->threads(), 3);
    std::atomic<int64_t> sum{0};
    pool->ParallelFor(50, 1, 8, [&](int64_t b, int64_t e) { sum += e - b; });
    EXPECT_EQ(sum.load(), 50);
  }
  EXPECT_EQ(created, 2);
  EXPECT_EQ(joined, 2);
}

TEST(ThreadPool, ManyShortPoolsComeAndGo) {
  for (int i = 0; i < 50; ++i) {
    const auto pool = PoolOf(3, i % 2 ? 20 : 0);
    std::atomic<int64_t> sum{0};
    if (i % 3) pool->ParallelFor(9, 1, 8, [&](int64_t b, int64_t e) { sum += e - b; });
    EXPECT_EQ(sum.load(), i % 3 ? 9 : 0);
  }
}

}  // namespace
}  // namespace kante::core
