// SPDX-License-Identifier: MIT
#include "base/checked.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace kante::core {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(Checked, MulAndAddSayWhenTheyOverflow) {
  int64_t out = 0;
  EXPECT_TRUE(CheckedMul(int64_t{1} << 31, int64_t{1} << 31, &out));
  EXPECT_EQ(out, int64_t{1} << 62);
  EXPECT_FALSE(CheckedMul(int64_t{1} << 32, int64_t{1} << 31, &out));
  EXPECT_FALSE(CheckedAdd(kMax, 1, &out));
  EXPECT_TRUE(CheckedAdd(kMax, -1, &out));
  EXPECT_EQ(out, kMax - 1);
}

TEST(Checked, Product) {
  EXPECT_EQ(*CheckedProduct({}), 1);
  const std::vector<int64_t> fine = {3, 1, 5};
  EXPECT_EQ(*CheckedProduct(fine), 15);
  const std::vector<int64_t> huge = {kMax, 2};
  EXPECT_FALSE(CheckedProduct(huge).ok());
  const std::vector<int64_t> negative = {2, -1};
  EXPECT_EQ(CheckedProduct(negative).status().message(), "negative dimension -1");
}

TEST(Checked, ZeroWinsOverOverflowButNotOverNegatives) {
  const std::vector<int64_t> empty = {kMax, kMax, 0};
  EXPECT_EQ(*CheckedProduct(empty), 0);
  const std::vector<int64_t> bad = {0, -3};
  EXPECT_FALSE(CheckedProduct(bad).ok());
}

TEST(Checked, Rounding) {
  static_assert(AlignUp(0, 64) == 0 && AlignUp(1, 64) == 64 && AlignUp(64, 64) == 64 && AlignUp(65, 64) == 128);
  static_assert(CeilDiv(0, 4) == 0 && CeilDiv(1, 4) == 1 && CeilDiv(8, 4) == 2 && CeilDiv(9, 4) == 3);
}

}  // namespace
}  // namespace kante::core
