// SPDX-License-Identifier: MIT
#include "compute/conv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/build.h"
#include "compute/conv_direct.h"
#include "compute/conv_transpose.h"
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

struct Case {
  int rank;
  int64_t batch, groups, in, out;  // channels for each group
  int64_t side, kernel, stride, dilation, pad;
};

ConvShape ShapeOf(const Case& c) {
  ConvShape s;
  s.rank = c.rank;
  s.batch = c.batch;
  s.groups = c.groups;
  s.in_channels = c.groups * c.in;
  s.out_channels = c.groups * c.out;
  for (size_t d = 0; d < static_cast<size_t>(c.rank); ++d) {
    s.in[d] = c.side + static_cast<int64_t>(d);
    s.kernel[d] = c.kernel;
    s.stride[d] = c.stride;
    s.dilation[d] = c.dilation;
    s.pad_begin[d] = s.pad_end[d] = c.pad;
    s.out[d] = (s.in[d] + 2 * c.pad - (c.kernel - 1) * c.dilation - 1) / c.stride + 1;
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

std::vector<double> Wide(const std::vector<float>& v) { return {v.begin(), v.end()}; }

// eps * sqrt(k) times what sums grow to (about sqrt(k)), with room for the order of additions.
double Bound(int64_t depth) {
  const double root = std::sqrt(static_cast<double>(depth));
  return 2 * 1.2e-7 * root * (1 + root);
}

constexpr Case kCases[] = {
    {1, 1, 1, 3, 8, 40, 3, 1, 1, 1},   {1, 2, 1, 16, 33, 17, 5, 2, 2, 3}, {2, 1, 1, 3, 16, 20, 3, 1, 1, 1},
    {2, 2, 1, 17, 19, 13, 3, 2, 1, 1}, {2, 1, 1, 40, 40, 9, 1, 1, 1, 0},  {2, 3, 4, 3, 5, 8, 3, 1, 2, 2},
    {2, 1, 24, 1, 1, 15, 3, 1, 1, 1},  {2, 1, 7, 1, 2, 12, 5, 2, 1, 2},   {2, 1, 1, 8, 2, 30, 3, 1, 1, 1},
    {2, 1, 1, 5, 7, 4, 4, 1, 1, 0},    {2, 9, 2, 6, 7, 3, 3, 1, 1, 0},    {3, 1, 1, 4, 6, 6, 3, 1, 1, 1},
    {3, 2, 3, 1, 1, 5, 2, 2, 1, 1},    {3, 1, 2, 2, 9, 4, 3, 1, 1, 2},    {4, 1, 1, 2, 3, 3, 2, 1, 1, 1},
    {2, 1, 1, 300, 20, 6, 3, 1, 1, 1}, {2, 1, 1, 1, 1, 50, 7, 3, 1, 3},   {1, 1, 1, 0, 4, 9, 3, 1, 1, 1},
    {2, 2, 20, 1, 1, 9, 5, 2, 1, 2},   {1, 1, 16, 1, 1, 33, 3, 1, 2, 2},  {2, 1, 8, 1, 1, 70, 3, 1, 1, 1},
    {2, 1, 37, 1, 1, 7, 7, 1, 1, 3},   {2, 3, 16, 1, 1, 18, 3, 2, 1, 0},
};

TEST(Conv, AgreesWithPlainLoops) {
  for (size_t i = 0; i < std::size(kCases); ++i) {
    SCOPED_TRACE(i);
    const ConvShape s = ShapeOf(kCases[i]);
    const std::vector<float> x = Noise(s.batch * s.in_channels * s.in_pixels(), 1);
    const std::vector<float> w = Noise(s.out_channels * s.depth(), 2), bias = Noise(s.out_channels, 3);
    const int64_t n = s.batch * s.out_channels * s.out_pixels();
    const std::vector<float> residual = Noise(n, 4);
    const auto serial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
      body(0, count);
      return true;
    };
    std::vector<double> want(static_cast<size_t>(n));
    const std::vector<double> wide_x = Wide(x), wide_w = Wide(w), wide_bias = Wide(bias);
    ConvDirect(s, wide_x.data(), wide_w.data(), wide_bias.data(), want.data(), serial);

    const ConvPlan plan = PlanConv(s, false);
    SCOPED_TRACE(ConvAlgorithmName(plan.algorithm));
    auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
    ASSERT_TRUE(scratch.ok());
    for (bool fused : {false, true}) {
      std::vector<float> y(static_cast<size_t>(n), NAN), again(y);
      ConvOperands o{.x = x.data(), .w = w.data(), .bias = bias.data(), .scratch = (*scratch)->data()};
      if (fused) {
        o.residual = residual.data();
        o.act = kernels::UnaryOp::kRelu;
      }
      o.y = y.data();
      ASSERT_TRUE(RunConv(plan, s, o, serial));
      o.y = again.data();
      ASSERT_TRUE(RunConv(plan, s, o, kBackwards));
      EXPECT_TRUE(std::equal(y.begin(), y.end(), again.begin()));  // not a bit may depend on the ranges
      for (size_t k = 0; k < y.size(); ++k) {
        const double v = fused ? std::max(0.0, want[k] + static_cast<double>(residual[k])) : want[k];
        ASSERT_NEAR(v, static_cast<double>(y[k]), Bound(s.depth())) << "element " << k;
      }
    }
  }
}

TEST(Conv, TransposedAgreesWithPlainLoops) {
  for (size_t i = 0; i < std::size(kCases); ++i) {
    SCOPED_TRACE(i);
    const ConvShape s = ShapeOf(kCases[i]);
    const std::vector<float> x = Noise(s.batch * s.out_channels * s.out_pixels(), 1);
    const std::vector<float> w = Noise(s.out_channels * s.depth(), 2), bias = Noise(s.in_channels, 3);
    const int64_t n = s.batch * s.in_channels * s.in_pixels();
    const auto serial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
      body(0, count);
      return true;
    };
    std::vector<double> want(static_cast<size_t>(n));
    const std::vector<double> wide_x = Wide(x), wide_w = Wide(w), wide_bias = Wide(bias);
    ConvTransposeDirect(s, wide_x.data(), wide_w.data(), wide_bias.data(), want.data(), serial);
    const ConvTransposePlan plan = PlanConvTranspose(s);
    auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
    ASSERT_TRUE(scratch.ok());
    std::vector<float> y(static_cast<size_t>(n), NAN), again(y);
    std::byte* memory = (*scratch)->data();
    ASSERT_TRUE(RunConvTranspose(plan, s, x.data(), w.data(), bias.data(), y.data(), memory, serial));
    ASSERT_TRUE(RunConvTranspose(plan, s, x.data(), w.data(), bias.data(), again.data(), memory, kBackwards));
    EXPECT_TRUE(std::equal(y.begin(), y.end(), again.begin()));
    const double bound = Bound(s.out_per_group() * s.taps());
    for (size_t k = 0; k < y.size(); ++k) ASSERT_NEAR(want[k], static_cast<double>(y[k]), bound) << "element " << k;
  }
}

TEST(Conv, ChoosesByShape) {
  EXPECT_EQ(ConvAlgorithm::kImplicit, PlanConv(ShapeOf(kCases[2]), false).algorithm);
  EXPECT_EQ(ConvAlgorithm::kPointwise, PlanConv(ShapeOf(kCases[4]), false).algorithm);
  EXPECT_EQ(ConvAlgorithm::kPlanes, PlanConv(ShapeOf(kCases[6]), false).algorithm);
  EXPECT_EQ(kForSize ? ConvAlgorithm::kImplicit : ConvAlgorithm::kColumn,
            PlanConv(ShapeOf({1, 1, 1, 5, 7, 4, 4, 1, 1, 0}), false).algorithm);
  EXPECT_EQ(ConvAlgorithm::kDirect, PlanConv(ShapeOf(kCases[14]), false).algorithm);
}

TEST(Conv, BandsCoverThePlane) {
  const kernels::ConvGeometry g = ShapeOf({2, 1, 1, 1, 1, 20, 5, 2, 1, 2}).Geometry();
  int64_t offset = -1;
  const kernels::ConvGeometry first = BandOf(g, 0, 4, &offset);
  EXPECT_EQ(0, offset);
  EXPECT_EQ(2, first.pad_top);
  EXPECT_EQ(4, first.out_h);
  const kernels::ConvGeometry second = BandOf(g, 4, 9, &offset);
  EXPECT_EQ((4 * 2 - 2) * g.in_w, offset);
  EXPECT_EQ(0, second.pad_top);
  EXPECT_EQ(g.in_h - 6, second.in_h);
}

}  // namespace
}  // namespace kante::core
