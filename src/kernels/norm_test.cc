// SPDX-License-Identifier: MIT
#include "kernels/norm.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<size_t> Sizes() {
  auto sizes = RowSizes();
  sizes.erase(sizes.begin());  // empty rows are excluded by the contract
  sizes.push_back(40000);
  return sizes;
}

TightBuffer<float> Row(size_t n, uint64_t seed, double lo, double hi) {
  TightBuffer<float> x(n, n % 3);
  Random(seed).Fill(x.data(), n, lo, hi);
  return x;
}

TEST(Norm, SoftmaxLogSoftmaxLogSumExp) {
  OnEveryTarget([] {
    for (size_t n : Sizes()) {
      for (double range : {1.0, 20.0, 300.0}) {
        TightBuffer<float> x = Row(n, n, -range, range), y(n), z(n, 1);
        double max = -1e300, sum = 0;
        for (float v : x) max = std::max(max, double{v});
        for (float v : x) sum += std::exp(v - max);
        SoftmaxRow(y.data(), x.data(), n);
        LogSoftmaxRow(z.data(), x.data(), n);
        const double units = 6 + std::sqrt(static_cast<double>(n)) / 4;
        for (size_t i = 0; i < n; ++i) {
          ASSERT_TRUE(Near(y[i], std::exp(x[i] - max) / sum, units + std::fabs(x[i] - max), 1e-37))
              << n << " " << i << " " << y[i];
          ASSERT_NEAR(z[i], x[i] - max - std::log(sum),
                      2.4e-7 * (std::fabs(x[i] - max) + std::fabs(std::log(sum)) + 1));
        }
        ASSERT_NEAR(LogSumExp(x.data(), n), max + std::log(sum), 2.4e-7 * (std::fabs(max) + std::log(sum) + 1));
        ASSERT_TRUE(Near(ExpRow(z.data(), x.data(), static_cast<float>(max), n), sum, units, 1e-37));
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(Near(z[i], std::exp(x[i] - max), 4 + std::fabs(x[i] - max), 1e-37));
        LogSoftmaxRow(z.data(), x.data(), n);
        const TightBuffer<float> copy = Row(n, n, -range, range);
        SoftmaxRow(x.data(), x.data(), n);
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameBits(x[i], y[i])) << "in place";
        std::memcpy(x.data(), copy.data(), n * sizeof(float));
        LogSoftmaxRow(x.data(), x.data(), n);
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameBits(x[i], z[i])) << "in place";
      }
    }
  });
}

TEST(Norm, SoftmaxSpecialValues) {
  OnEveryTarget([] {
    float masked[] = {1.0f, -kInf, 1.0f, -kInf, -kInf}, y[5];
    SoftmaxRow(y, masked, 5);
    EXPECT_FLOAT_EQ(y[0], 0.5f);
    EXPECT_EQ(y[1], 0.0f);
    LogSoftmaxRow(y, masked, 5);
    EXPECT_EQ(y[1], -kInf);
    float nan[] = {1.0f, kNan, 2.0f}, minus[] = {-kInf, -kInf}, plus[] = {1.0f, kInf};
    SoftmaxRow(y, nan, 3);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(y[i]));
    SoftmaxRow(y, minus, 2);
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_TRUE(std::isnan(LogSumExp(nan, 3)));
    EXPECT_EQ(LogSumExp(minus, 2), -kInf);
    EXPECT_EQ(LogSumExp(plus, 2), kInf);
    const float big[] = {1000.0f, 1000.0f};
    EXPECT_FLOAT_EQ(LogSumExp(big, 2), 1000.6931f);
  });
}

TEST(Norm, LayerNorm) {
  OnEveryTarget([] {
    for (size_t n : Sizes()) {
      for (int parts = 0; parts < 4; ++parts) {
        TightBuffer<float> x = Row(n, n, 3, 7), scale = Row(n, n + 1, -2, 2), bias = Row(n, n + 2, -2, 2), y(n, 1);
        double mean = 0, variance = 0;
        for (float v : x) mean += v;
        mean /= static_cast<double>(n);
        for (float v : x) variance += (v - mean) * (v - mean);
        variance /= static_cast<double>(n);
        float got_mean, got_inverse, m, v;
        LayerNormRow(y.data(), x.data(), parts & 1 ? scale.data() : nullptr, parts & 2 ? bias.data() : nullptr, n,
                     1e-3f, &got_mean, &got_inverse);
        const double inverse = 1 / std::sqrt(variance + double{1e-3f});
        MeanVariance(x.data(), n, &m, &v);
        ASSERT_NEAR(m, mean, 1e-6 * mean);
        ASSERT_NEAR(v, variance, 2e-6 * variance + 1e-11);
        ASSERT_EQ(m, got_mean);
        ASSERT_NEAR(got_inverse, inverse, 3e-6 * inverse);
        for (size_t i = 0; i < n; ++i) {
          double want = (x[i] - mean) * inverse;
          if (parts & 1) want *= scale[i];
          if (parts & 2) want += bias[i];
          ASSERT_NEAR(y[i], want, 3e-6 * inverse * 4) << n << " " << i;
        }
        LayerNormRow(x.data(), x.data(), parts & 1 ? scale.data() : nullptr, parts & 2 ? bias.data() : nullptr, n,
                     1e-3f, nullptr, nullptr);
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameBits(x[i], y[i]));
      }
    }
  });
}

TEST(Norm, RmsNormAndScaleShift) {
  OnEveryTarget([] {
    for (size_t n : Sizes()) {
      TightBuffer<float> x = Row(n, n, -1, 1), scale = Row(n, 5, -2, 2), shift = Row(n, 6, -2, 2), y(n);
      double square = 0;
      for (float v : x) square += double{v} * v;
      const double inverse = 1 / std::sqrt(square / static_cast<double>(n) + 1e-5);
      float got;
      RmsNormRow(y.data(), x.data(), scale.data(), n, 1e-5f, &got);
      ASSERT_NEAR(got, inverse, 2e-6 * inverse);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], x[i] * inverse * scale[i], 3e-6 * inverse);
      RmsNormRow(y.data(), x.data(), nullptr, n, 1e-5f, nullptr);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], x[i] * inverse, 3e-6 * inverse);
      ScaleShiftRow(y.data(), x.data(), 1.5f, -0.25f, n);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], x[i] * 1.5 - 0.25, 3e-7);
      ScaleShiftVector(y.data(), x.data(), scale.data(), shift.data(), n);
      for (size_t i = 0; i < n; ++i) ASSERT_NEAR(y[i], double{x[i]} * scale[i] + shift[i], 6e-7);
    }
  });
}

}  // namespace
}  // namespace kante::kernels
