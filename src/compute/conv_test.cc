// SPDX-License-Identifier: MIT
#include "compute/conv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/build.h"
#include "compute/conv_test_util.h"
#include "compute/conv_transpose.h"
#include "tensor/buffer.h"

namespace kante::core {
namespace {

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
    const NoisyConv conv(ShapeOf(kCases[i]));
    const ConvPlan plan = PlanConv(conv.s, false);
    SCOPED_TRACE(ConvAlgorithmName(plan.algorithm));
    conv.Check(plan, conv.w.data());
  }
}

TEST(Conv, TransposedAgreesWithPlainLoops) {
  for (size_t i = 0; i < std::size(kCases); ++i) {
    SCOPED_TRACE(i);
    const ConvShape s = ShapeOf(kCases[i]);
    const std::vector<float> x = Noise(s.batch * s.out_channels * s.out_pixels(), 1);
    const std::vector<float> w = Noise(s.out_channels * s.depth(), 2), bias = Noise(s.in_channels, 3);
    const int64_t n = s.batch * s.in_channels * s.in_pixels();
    std::vector<double> want(static_cast<size_t>(n));
    const std::vector<double> wide_x = Wide(x), wide_w = Wide(w), wide_bias = Wide(bias);
    ConvTransposeDirect(s, wide_x.data(), wide_w.data(), wide_bias.data(), want.data(), kSerial);
    const ConvTransposePlan plan = PlanConvTranspose(s);
    auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
    ASSERT_TRUE(scratch.ok());
    std::vector<float> y(static_cast<size_t>(n), NAN), again(y);
    std::byte* memory = (*scratch)->data();
    ASSERT_TRUE(RunConvTranspose(plan, s, x.data(), w.data(), bias.data(), y.data(), memory, kSerial));
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
