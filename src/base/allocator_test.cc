// SPDX-License-Identifier: MIT
#include "base/allocator.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace kante::core {
namespace {

TEST(HeapAllocator, BlocksAreAlignedAndUnique) {
  void* a = HeapAllocator().Allocate(1);
  void* b = HeapAllocator().Allocate(0);
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  EXPECT_NE(a, b);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a) % kMemoryAlignment, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(b) % kMemoryAlignment, 0u);
  HeapAllocator().Free(a, 1);
  HeapAllocator().Free(b, 0);
}

TEST(HeapAllocator, AbsurdSizesGiveNull) {
  volatile size_t absurd = SIZE_MAX;
  EXPECT_EQ(HeapAllocator().Allocate(absurd), nullptr);
  EXPECT_EQ(HeapAllocator().Allocate(absurd / 2 + 1), nullptr);
}

TEST(CappedAllocator, RefusesAboveTheCapAndCounts) {
  CappedAllocator capped(1000);
  void* a = capped.Allocate(600);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(capped.Allocate(401), nullptr);
  EXPECT_EQ(capped.used_bytes(), 600);
  void* b = capped.Allocate(400);
  ASSERT_NE(b, nullptr);
  capped.Free(a, 600);
  EXPECT_EQ(capped.used_bytes(), 400);
  EXPECT_EQ(capped.peak_bytes(), 1000);
  capped.Free(b, 400);
  EXPECT_EQ(capped.used_bytes(), 0);
  EXPECT_EQ(capped.Allocate(SIZE_MAX), nullptr);
}

}  // namespace
}  // namespace kante::core
