// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/build.h"
#include "compute/conv_algorithms.h"
#include "compute/conv_direct.h"
#include "kernels/test_util.h"
#include "tensor/buffer.h"

namespace kante::core {
namespace {

// Runs ranges last to first, so that results which depend on their order show.
constexpr auto kBackwards = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = (count - 1) / grain * grain; begin >= 0 && count > 0; begin -= grain) {
    body(begin, std::min(count, begin + grain));
  }
  return true;
};
constexpr auto kSerial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
  body(0, count);
  return true;
};

struct Case {
  int rank;
  int64_t batch, groups, in, out;  // channels for each group
  int64_t height, width, kernel_h, kernel_w, stride, dilation, pad_begin, pad_end;
};

constexpr Case kCases[] = {
    {2, 1, 1, 1, 8, 28, 28, 5, 5, 1, 1, 2, 2},       {2, 1, 1, 8, 16, 14, 14, 5, 5, 1, 1, 2, 2},
    {2, 2, 1, 3, 33, 57, 61, 7, 7, 2, 1, 3, 3},      {2, 1, 1, 3, 16, 64, 64, 3, 3, 2, 1, 1, 0},
    {2, 1, 3, 5, 19, 17, 13, 3, 3, 1, 2, 2, 2},      {1, 2, 1, 129, 40, 1, 4, 1, 3, 1, 1, 1, 1},
    {1, 1, 1, 1, 258, 1, 640, 1, 256, 128, 1, 0, 0}, {2, 1, 1, 24, 17, 30, 1, 5, 1, 1, 1, 2, 2},
    {2, 1, 2, 4, 70, 3, 2, 3, 3, 1, 1, 3, 3},        {2, 1, 1, 6, 7, 9, 9, 2, 2, 3, 1, 0, 0},
    {2, 1, 1, 2, 40, 128, 64, 3, 3, 1, 1, 1, 1},     {1, 1, 1, 20, 40, 1, 512, 1, 5, 1, 1, 0, 0},
    {2, 1, 1, 17, 9, 64, 8, 3, 1, 1, 1, 1, 1},
};

ConvShape ShapeOf(const Case& c) {
  ConvShape s;
  s.rank = c.rank;
  s.batch = c.batch;
  s.groups = c.groups;
  s.in_channels = c.groups * c.in;
  s.out_channels = c.groups * c.out;
  for (size_t d = 0; d < static_cast<size_t>(c.rank); ++d) {
    const bool rows = c.rank == 2 && d == 0;
    const bool column = c.width == 1 && !rows;
    s.in[d] = rows ? c.height : c.width;
    s.kernel[d] = rows ? c.kernel_h : c.kernel_w;
    s.stride[d] = c.stride;
    s.dilation[d] = c.dilation;
    s.pad_begin[d] = column ? 0 : c.pad_begin;
    s.pad_end[d] = column ? 0 : c.pad_end;
    s.out[d] = (s.in[d] + s.pad_begin[d] + s.pad_end[d] - (s.kernel[d] - 1) * s.dilation[d] - 1) / s.stride[d] + 1;
  }
  return s;
}

std::vector<float> Noise(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> v(static_cast<size_t>(n));
  for (float& f : v) f = uniform(random);
  return v;
}

TEST(ConvByLanes, AgreesWithPlainLoops) {
  if constexpr (kForSize) GTEST_SKIP() << "not in builds for size";
  for (size_t i = 0; i < std::size(kCases); ++i) {
    SCOPED_TRACE(i);
    const ConvShape s = ShapeOf(kCases[i]);
    ASSERT_TRUE(LanesFit(s));
    const std::vector<float> x = Noise(s.batch * s.in_channels * s.in_pixels(), 1);
    const std::vector<float> w = Noise(s.out_channels * s.depth(), 2), bias = Noise(s.out_channels, 3);
    const int64_t n = s.batch * s.out_channels * s.out_pixels();
    const std::vector<float> residual = Noise(n, 4);
    std::vector<double> want(static_cast<size_t>(n));
    const std::vector<double> wide_x(x.begin(), x.end()), wide_w(w.begin(), w.end()), wide_b(bias.begin(), bias.end());
    ConvDirect(s, wide_x.data(), wide_w.data(), wide_b.data(), want.data(), kSerial);
    const double root = std::sqrt(static_cast<double>(s.depth())), bound = 2 * 1.2e-7 * root * (1 + root);

    kernels::OnEveryTarget([&] {
      const ConvPlan plan = PlanLanes(s);
      const uint64_t format = ConvWeightFormat(plan, s);
      ASSERT_NE(format, 0u);
      const auto bytes = PackedConvBytes(format, s.out_channels, s.in_per_group());
      ASSERT_TRUE(bytes.ok());
      auto packed = Buffer::Allocate(*bytes);
      auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
      ASSERT_TRUE(packed.ok() && scratch.ok());
      float* weights = reinterpret_cast<float*>((*packed)->data());
      ASSERT_TRUE(PackConvWeights(weights, w.data(), format, s.out_channels, s.in_per_group(), kBackwards));
      for (bool fused : {false, true}) {
        std::vector<float> y(static_cast<size_t>(n), NAN), again(y);
        ConvOperands o{.x = x.data(), .w = weights, .bias = bias.data(), .scratch = (*scratch)->data()};
        if (fused) {
          o.residual = residual.data();
          o.act = kernels::UnaryOp::kRelu;
        }
        o.y = y.data();
        ASSERT_TRUE(RunConv(plan, s, o, kSerial));
        o.y = again.data();
        ASSERT_TRUE(RunConv(plan, s, o, kBackwards));
        EXPECT_TRUE(std::equal(y.begin(), y.end(), again.begin()));  // not a bit may depend on the ranges
        for (size_t k = 0; k < y.size(); ++k) {
          const double v = fused ? std::max(0.0, want[k] + static_cast<double>(residual[k])) : want[k];
          ASSERT_NEAR(v, static_cast<double>(y[k]), bound) << "element " << k;
        }
      }
    });
  }
}

TEST(ConvByLanes, IsChosenForFewChannels) {
  if constexpr (kForSize) GTEST_SKIP() << "not in builds for size";
  const auto chosen = [](const Case& c, bool constant) { return PlanConv(ShapeOf(c), constant).algorithm; };
  const Case stem{2, 1, 1, 3, 64, 224, 224, 7, 7, 2, 1, 3, 3}, deep{2, 1, 1, 512, 512, 28, 28, 3, 3, 2, 1, 1, 1},
      square{2, 1, 1, 64, 64, 56, 56, 3, 3, 1, 1, 1, 1};
  EXPECT_EQ(chosen(stem, true), ConvAlgorithm::kLanes);
  EXPECT_EQ(chosen(stem, false), ConvAlgorithm::kImplicit);
  EXPECT_EQ(chosen(deep, true), ConvAlgorithm::kWinograd);
  EXPECT_EQ(chosen(square, true), ConvAlgorithm::kWinograd);
}

TEST(ConvByLanes, WeightsThatAreTooManyAreRefused) {
  if constexpr (kForSize) GTEST_SKIP() << "not in builds for size";
  const uint64_t format = LanesWeightFormat(ShapeOf(kCases[0]));
  EXPECT_FALSE(PackedConvBytes(format, INT64_MAX, 3).ok());
  EXPECT_FALSE(PackedConvBytes(format, int64_t{1} << 40, int64_t{1} << 30).ok());
}

}  // namespace
}  // namespace kante::core
