// SPDX-License-Identifier: MIT
#include "base/block_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/pages.h"

namespace kante::core {
namespace {

constexpr size_t kMega = size_t{1} << 20;

TEST(BlockCacheTest, FreedBlocksAreHandedOutAgain) {
  if (kHeapOnly) GTEST_SKIP() << "everything comes from the heap";
  BlockCache cache(64 * kMega);
  void* first = cache.Allocate(5 * kMega);
  std::memset(first, 1, 5 * kMega);
  cache.Free(first, 5 * kMega);
  EXPECT_EQ(cache.kept_bytes(), 6 * kMega);
  void* other = cache.Allocate(9 * kMega);  // of another size
  EXPECT_NE(other, first);
  void* again = cache.Allocate(5 * kMega - 100);  // of about the size
  EXPECT_EQ(again, first);
  EXPECT_EQ(1, *static_cast<char*>(again));  // the same pages
  EXPECT_EQ(cache.kept_bytes(), 0u);
  cache.Free(again, 5 * kMega - 100);
  cache.Free(other, 9 * kMega);
}

TEST(BlockCacheTest, KeepsNoMoreThanItMay) {
  if (kHeapOnly) GTEST_SKIP() << "everything comes from the heap";
  BlockCache some(20 * kMega), none(0);
  for (BlockCache* cache : {&some, &none}) {
    std::vector<void*> blocks;
    for (size_t i = 1; i <= 12; ++i) blocks.push_back(cache->Allocate(i * 3 * kMega));
    for (size_t i = 1; i <= 12; ++i) {
      cache->Free(blocks[i - 1], i * 3 * kMega);
      EXPECT_LE(cache->kept_bytes(), cache == &some ? 20 * kMega : 0);
    }
  }
  void* last = some.Allocate(10 * kMega);
  some.Free(last, 10 * kMega);
  EXPECT_EQ(some.Allocate(10 * kMega), last);
  some.Free(last, 10 * kMega);
  EXPECT_GT(some.kept_bytes(), 0u);
  some.Drop();
  EXPECT_EQ(some.kept_bytes(), 0u);
}

TEST(BlockCacheTest, BlocksOfAllSizesAreAlignedAndWritable) {
  BlockCache cache(8 * kMega);
  for (int round = 0; round < 2; ++round) {
    for (const size_t bytes : {size_t{0}, size_t{1}, kMega - 1, kMega, 2 * kMega, 2 * kMega + 1, 17 * kMega + 3}) {
      void* block = cache.Allocate(bytes);
      ASSERT_NE(block, nullptr);
      EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(block) % kMemoryAlignment);
      if (bytes) std::memset(block, 1, bytes);
      cache.Free(block, bytes);
    }
  }
  EXPECT_EQ(nullptr, cache.Allocate(SIZE_MAX / 2));
}

}  // namespace
}  // namespace kante::core
