// SPDX-License-Identifier: MIT
#include "runtime/arena_planner.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "base/allocator.h"

namespace kante::core {
namespace {

TEST(ArenaPlannerTest, ReusesWhatWasFreed) {
  ArenaPlanner arena;
  const int64_t a = arena.Allocate(100);
  const int64_t b = arena.Allocate(100);
  arena.Free(a, 100);
  EXPECT_EQ(arena.Allocate(90), a);
  EXPECT_NE(a, b);
  EXPECT_EQ(arena.size(), 256);
}

TEST(ArenaPlannerTest, JoinsHolesAndGrowsTheLast) {
  ArenaPlanner arena;
  const int64_t a = arena.Allocate(64);
  const int64_t b = arena.Allocate(64);
  const int64_t c = arena.Allocate(64);
  arena.Free(a, 64);
  arena.Free(c, 64);
  arena.Free(b, 64);
  EXPECT_EQ(arena.Allocate(192), a);
  arena.Free(a, 192);
  EXPECT_EQ(arena.Allocate(256), 0);
  EXPECT_EQ(arena.size(), 256);
}

TEST(ArenaPlannerTest, LiveBlocksNeverOverlap) {
  std::srand(1);
  ArenaPlanner arena;
  struct Block {
    int64_t offset, bytes;
  };
  std::vector<Block> live;
  for (int i = 0; i < 2000; ++i) {
    if (!live.empty() && std::rand() % 2) {
      const size_t k = static_cast<size_t>(std::rand()) % live.size();
      arena.Free(live[k].offset, live[k].bytes);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(k));
      continue;
    }
    const int64_t bytes = std::rand() % 1000;
    const Block made{arena.Allocate(bytes), std::max<int64_t>(bytes, 1)};
    EXPECT_EQ(made.offset % static_cast<int64_t>(kMemoryAlignment), 0);
    EXPECT_LE(made.offset + made.bytes, arena.size());
    for (const Block& other : live) {
      EXPECT_TRUE(made.offset + made.bytes <= other.offset || other.offset + other.bytes <= made.offset);
    }
    live.push_back(made);
  }
}

}  // namespace
}  // namespace kante::core
