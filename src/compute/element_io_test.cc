// SPDX-License-Identifier: MIT
#include "compute/element_io.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kante::core {
namespace {

template <typename Wide, typename T>
std::vector<T> Stored(ElementType type, const std::vector<Wide>& from) {
  std::vector<T> to(from.size());
  GetStoreRow<Wide>(type)(to.data(), from.data(), static_cast<int64_t>(from.size()));
  return to;
}

TEST(ElementIoTest, FloatsSaturateIntegers) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ((Stored<double, int8_t>(ElementType::kInt8, {-1e9, -128.5, -1.9, 1.9, 127, 500, NAN, inf, -inf})),
            (std::vector<int8_t>{-128, -128, -1, 1, 127, 127, 0, 127, -128}));
  EXPECT_EQ((Stored<double, uint64_t>(ElementType::kUint64, {-1, 1.5, 18446744073709551616.0, 1e300})),
            (std::vector<uint64_t>{0, 1, ~uint64_t{0}, ~uint64_t{0}}));
  EXPECT_EQ((Stored<float, int64_t>(ElementType::kInt64, {-9.3e18f, 9.3e18f, 2.5f})),
            (std::vector<int64_t>{std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), 2}));
  EXPECT_EQ((Stored<float, int32_t>(ElementType::kInt32, {2147483648.0f, -2147483648.0f})),
            (std::vector<int32_t>{std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()}));
}

TEST(ElementIoTest, IntegersWrapAndBoolsAreTruth) {
  EXPECT_EQ((Stored<int64_t, uint8_t>(ElementType::kUint8, {256, -1, 5})), (std::vector<uint8_t>{0, 255, 5}));
  EXPECT_EQ((Stored<double, uint8_t>(ElementType::kBool, {0.25, 0, -3})), (std::vector<uint8_t>{1, 0, 1}));
}

TEST(ElementIoTest, HalvesFromDoubleRoundOnce) {
  // 1 + 2^-11 + 2^-40 lies above the tie between 1 and 1 + 2^-10; through f32 it would become the tie and round down.
  const double above = 1 + std::ldexp(1.0, -11) + std::ldexp(1.0, -40);
  const double below = 1 + 3 * std::ldexp(1.0, -11) - std::ldexp(1.0, -40);
  EXPECT_EQ((Stored<double, uint16_t>(ElementType::kFloat16, {above, below, -above, 1e9, 0})),
            (std::vector<uint16_t>{0x3c01, 0x3c01, 0xbc01, 0x7c00, 0}));
}

TEST(ElementIoTest, EveryTypeHasItsForms) {
  for (int i = 1; i < kElementTypeCount; ++i) {
    const auto type = static_cast<ElementType>(i);
    const Arithmetic kind = ArithmeticOf(type);
    if (kind == Arithmetic::kNone) continue;
    EXPECT_NE(GetLoadRow<double>(type), nullptr) << NameOf(type);
    EXPECT_NE(GetStoreRow<float>(type), nullptr) << NameOf(type);
    EXPECT_EQ(GetLoadRow<int64_t>(type) != nullptr, kind == Arithmetic::kInteger) << NameOf(type);
  }
}

TEST(ElementIoTest, LongRowsOfHalves) {
  std::vector<uint16_t> halves(1000);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(0x3c00 + i % 16);
  std::vector<double> wide(halves.size());
  GetLoadRow<double>(ElementType::kFloat16)(wide.data(), halves.data(), 1000);
  EXPECT_EQ(wide[999], 1 + 7 / 1024.0);
  EXPECT_EQ((Stored<double, uint16_t>(ElementType::kFloat16, wide)), halves);
}

}  // namespace
}  // namespace kante::core
