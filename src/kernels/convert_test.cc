// SPDX-License-Identifier: MIT
#include "kernels/convert.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

// The definition of binary16, by arithmetic.
double F16Value(uint16_t h) {
  const int exponent = h >> 10 & 31, mantissa = h & 1023;
  const double v = exponent == 31  ? (mantissa ? std::nan("") : double{kInf})
                   : exponent == 0 ? std::ldexp(mantissa, -24)
                                   : std::ldexp(1024 + mantissa, exponent - 25);
  return h & 0x8000 ? -v : v;
}

TEST(Convert, EveryF16) {
  OnEveryTarget([] {
    TightBuffer<uint16_t> half(65536), back(65536);
    TightBuffer<float> wide(65536);
    for (size_t i = 0; i < 65536; ++i) half[i] = static_cast<uint16_t>(i);
    F16ToF32(wide.data(), half.data(), 65536);
    F32ToF16(back.data(), wide.data(), 65536);
    for (size_t i = 0; i < 65536; ++i) {
      const double want = F16Value(half[i]);
      ASSERT_TRUE(std::isnan(want) ? std::isnan(wide[i]) : wide[i] == want) << i;
      ASSERT_EQ(std::signbit(wide[i]), i >= 32768);
      ASSERT_EQ(back[i], std::isnan(want) ? (i | 0x200) : i);
    }
  });
}

TEST(Convert, F32ToF16RoundsToNearestEven) {
  OnEveryTarget([] {
    // Half-way points between neighbours, and a bit to either side.
    for (uint16_t h = 0; h < 0x7bff; ++h) {
      const double lo = F16Value(h), hi = F16Value(static_cast<uint16_t>(h + 1));
      const float middle = static_cast<float>((lo + hi) / 2);
      const float x[] = {middle, std::nextafter(middle, 0.0f), std::nextafter(middle, kInf), -middle};
      uint16_t y[4], wide[16];
      float many[16];
      for (int i = 0; i < 16; ++i) many[i] = x[i % 4];
      F32ToF16(y, x, 4);
      F32ToF16(wide, many, 16);
      const uint16_t even = static_cast<uint16_t>(h & 1 ? h + 1 : h);
      ASSERT_EQ(y[0], even);
      ASSERT_EQ(y[1], h);
      ASSERT_EQ(y[2], h + 1);
      ASSERT_EQ(y[3], even | 0x8000);
      for (int i = 0; i < 16; ++i) ASSERT_EQ(wide[i], y[i % 4]);
    }
    const float big[] = {65519.0f, 65520.0f, 1e30f, -kInf, 1e-30f, 5.9604645e-8f, 2.9802322e-8f, -0.0f};
    const uint16_t want[] = {0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1, 0, 0x8000};
    uint16_t got[8];
    F32ToF16(got, big, 8);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(got[i], want[i]) << big[i];
  });
}

TEST(Convert, Bf16) {
  OnEveryTarget([] {
    TightBuffer<uint16_t> half(65536), back(65536);
    TightBuffer<float> wide(65536);
    for (size_t i = 0; i < 65536; ++i) half[i] = static_cast<uint16_t>(i);
    Bf16ToF32(wide.data(), half.data(), 65536);
    F32ToBf16(back.data(), wide.data(), 65536);
    for (size_t i = 0; i < 65536; ++i) {
      uint32_t bits;
      std::memcpy(&bits, &wide[i], 4);
      ASSERT_EQ(bits, i << 16);
      ASSERT_EQ(back[i], std::isnan(wide[i]) ? (i | 0x40) : i);
    }
    const uint32_t bits[] = {0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff,
                             0x7f7fffff, 0x7f800001, 0xff800001, 0x80000001};
    const uint16_t want[] = {0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0x7fc0, 0xffc0, 0x8000};
    float x[32];
    uint16_t y[32];
    for (int i = 0; i < 32; ++i) std::memcpy(&x[i], &bits[i % 8], 4);
    F32ToBf16(y, x, 32);
    for (int i = 0; i < 32; ++i) EXPECT_EQ(y[i], want[i % 8]);
    F32ToBf16(y, x, 1);
    EXPECT_EQ(y[0], want[0]);
  });
}

TEST(Convert, EveryLength) {
  OnEveryTarget([] {
    for (size_t n : RowSizes()) {
      TightBuffer<float> x(n, 1), y(n, 2);
      TightBuffer<uint16_t> h(n, n % 4);
      Random(n).Fill(x.data(), n, -100, 100);
      F32ToF16(h.data(), x.data(), n);
      F16ToF32(y.data(), h.data(), n);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], x[i], std::fabs(x[i]) / 2048 + 1e-7);
      F32ToBf16(h.data(), x.data(), n);
      Bf16ToF32(y.data(), h.data(), n);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], x[i], std::fabs(x[i]) / 256);
    }
  });
}

}  // namespace
}  // namespace kante::kernels
