// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "base/build.h"
#include "compute/conv_algorithms.h"
#include "compute/conv_test_util.h"
#include "kernels/test_util.h"

namespace kante::core {
namespace {

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

TEST(ConvByLanes, AgreesWithPlainLoops) {
  if constexpr (kForSize) GTEST_SKIP() << "not in builds for size";
  for (size_t i = 0; i < std::size(kCases); ++i) {
    SCOPED_TRACE(i);
    const NoisyConv conv(ShapeOf(kCases[i]));
    const ConvShape& s = conv.s;
    ASSERT_TRUE(LanesFit(s));
    kernels::OnEveryTarget([&] {
      const ConvPlan plan = PlanLanes(s);
      const uint64_t format = ConvWeightFormat(plan, s);
      ASSERT_NE(format, 0u);
      const auto bytes = PackedConvBytes(format, s.out_channels, s.in_per_group());
      ASSERT_TRUE(bytes.ok());
      auto packed = Buffer::Allocate(*bytes);
      ASSERT_TRUE(packed.ok());
      float* weights = reinterpret_cast<float*>((*packed)->data());
      ASSERT_TRUE(PackConvWeights(weights, conv.w.data(), format, s.out_channels, s.in_per_group(), kBackwards));
      conv.Check(plan, weights);
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
