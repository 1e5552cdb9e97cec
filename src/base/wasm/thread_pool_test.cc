// SPDX-License-Identifier: MIT
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace kante::core {
namespace {

TEST(ThreadPoolTest, TheCallerWorksAloneWhateverItAskedFor) {
  auto pool = ThreadPool::Create({.threads = 7});
  ASSERT_TRUE(pool.ok());
  EXPECT_EQ(1, (*pool)->threads());
  EXPECT_EQ(1, (*ThreadPool::Default())->threads());
  EXPECT_EQ(1, UsableCores());
  std::vector<std::pair<int64_t, int64_t>> ranges;
  EXPECT_TRUE((*pool)->ParallelFor(10, 4, 7, [&](int64_t begin, int64_t end) { ranges.emplace_back(begin, end); }));
  EXPECT_EQ((std::vector<std::pair<int64_t, int64_t>>{{0, 4}, {4, 8}, {8, 10}}), ranges);
  for (const int64_t count : {int64_t{0}, int64_t{-1}}) {
    EXPECT_TRUE((*pool)->ParallelFor(count, 1, 7, [&](int64_t, int64_t) { ADD_FAILURE(); }));
  }
}

TEST(ThreadPoolTest, CancellingSkipsTheRest) {
  auto pool = ThreadPool::Default();
  ASSERT_TRUE(pool.ok());
  CancelToken cancel;
  int calls = 0;
  const auto body = [&](int64_t, int64_t) {
    if (++calls == 3) cancel.Cancel();
  };
  EXPECT_FALSE((*pool)->ParallelFor(10, 1, 1, body, &cancel));
  EXPECT_EQ(3, calls);
  cancel.Reset();
  EXPECT_TRUE((*pool)->ParallelFor(10, INT64_MAX, 1, body, &cancel));
}

}  // namespace
}  // namespace kante::core
