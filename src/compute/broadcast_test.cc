// SPDX-License-Identifier: MIT
#include "compute/broadcast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace kante::core {
namespace {

TEST(BroadcastPlanTest, NeighboursMerge) {
  const BroadcastPlan same = PlanBroadcast({2, 3, 4}, {2, 3, 4}, {2, 3, 4});
  EXPECT_EQ(same.rows, 1);
  EXPECT_EQ(same.row, 24);
  const BroadcastPlan channel = PlanBroadcast({2, 3, 4, 5}, {2, 3, 4, 5}, {3, 1, 1});
  EXPECT_EQ(channel.rows, 6);
  EXPECT_EQ(channel.row, 20);
  EXPECT_TRUE(channel.repeats[1]);
  EXPECT_FALSE(channel.repeats[0]);
  const BroadcastPlan last = PlanBroadcast({2, 3, 4}, {2, 3, 4}, {4});
  EXPECT_EQ(last.rows, 6);
  EXPECT_EQ(last.rank, 1);
  const BroadcastPlan scalar = PlanBroadcast({2, 3}, {2, 3}, {});
  EXPECT_EQ(scalar.row, 6);
  EXPECT_TRUE(scalar.repeats[1]);
}

// Every element once, wherever ranges begin.
TEST(ForEachRowTest, CoversTheOutputOnce) {
  for (const int64_t chunk : {1, 3, 1000}) {
    const Shape a{3, 1, 5}, b{4, 1};
    const BroadcastPlan plan = PlanBroadcast({3, 4, 5}, a, b);
    auto chunks = [&](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
      for (int64_t i = 0; i < count; i += chunk) body(i, std::min(count, i + chunk));
      return true;
    };
    std::set<int64_t> seen;
    EXPECT_TRUE(ForEachRow(plan, 1, chunks, [&](const int64_t* offsets, int64_t out, int64_t n) {
      for (int64_t k = 0; k < n; ++k) {
        const int64_t flat = out + k;
        EXPECT_TRUE(seen.insert(flat).second);
        EXPECT_EQ(offsets[0] + (plan.repeats[0] ? 0 : k), flat / 20 * 5 + flat % 5);
        EXPECT_EQ(offsets[1] + (plan.repeats[1] ? 0 : k), flat / 5 % 4);
      }
    }));
    EXPECT_EQ(seen.size(), 60u);
  }
}

TEST(ForEachRowTest, SaysWhenCancelled) {
  auto cancelled = [](int64_t, int64_t, FunctionRef<void(int64_t, int64_t)>) { return false; };
  EXPECT_FALSE(ForEachRow(PlanBroadcast({2}, {2}, {2}), 1, cancelled, [](const int64_t*, int64_t, int64_t) {}));
}

}  // namespace
}  // namespace kante::core
