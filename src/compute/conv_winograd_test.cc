// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/build.h"
#include "base/checked.h"
#include "base/thread_pool.h"
#include "compute/conv_algorithms.h"
#include "compute/conv_test_util.h"
#include "kernels/test_util.h"
#include "tensor/buffer.h"

namespace kante::core {
namespace {

struct Pads {
  int64_t top, left, bottom, right;
};

ConvShape Shape3x3(int64_t batch, int64_t groups, int64_t in, int64_t out, int64_t h, int64_t w, const Pads& pads,
                   int64_t stride = 1) {
  ConvShape s;
  s.rank = 2;
  s.batch = batch;
  s.groups = groups;
  s.in_channels = groups * in;
  s.out_channels = groups * out;
  s.in = {h, w};
  s.kernel = {3, 3};
  s.stride = {stride, stride};
  s.dilation = {1, 1};
  s.pad_begin = {pads.top, pads.left};
  s.pad_end = {pads.bottom, pads.right};
  s.out = {(h + pads.top + pads.bottom - 3) / stride + 1, (w + pads.left + pads.right - 3) / stride + 1};
  if (h + pads.top + pads.bottom < 3 || w + pads.left + pads.right < 3) s.out = {0, 0};
  return s;
}

std::vector<float> Normal(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> v(static_cast<size_t>(n));
  for (float& f : v) f = normal(random);
  return v;
}

// Normally distributed operands of a shape and what the convolution of them is in double.
struct Problem {
  ConvShape s;
  std::vector<float> x, w, bias, residual;
  std::vector<double> want;
  double rms = 0;

  explicit Problem(const ConvShape& shape) : s(shape) {
    x = Normal(s.batch * s.in_channels * s.in_pixels(), 1);
    w = Normal(s.out_channels * s.depth(), 2);
    bias = Normal(s.out_channels, 3);
    want.resize(static_cast<size_t>(s.batch * s.out_channels * s.out_pixels()));
    residual = Normal(static_cast<int64_t>(want.size()), 4);
    ConvDirect(s, Wide(x).data(), Wide(w).data(), static_cast<const double*>(nullptr), want.data(), kSerial);
    for (double v : want) rms += v * v / static_cast<double>(want.size());
    // Windows that are mostly padding are smaller than the errors of the tile that they lie in.
    rms = std::max(std::sqrt(rms), std::sqrt(static_cast<double>(s.depth())) / 2);
  }

  std::vector<float> Run(const ConvPlan& plan, bool fused, ParallelFor parallel) const {
    const uint64_t format = ConvWeightFormat(plan, s);
    auto packed = Buffer::Allocate(format ? PackedConvBytes(format, s.out_channels, s.in_per_group()).value() : 0);
    auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
    std::vector<float> y(want.size(), NAN);
    if (!packed.ok() || !scratch.ok()) return y;
    float* weights = reinterpret_cast<float*>((*packed)->data());
    if (plan.slice == 0) PackConvWeights(weights, w.data(), format, s.out_channels, s.in_per_group(), parallel);
    ConvOperands o{.x = x.data(), .w = weights, .y = y.data(), .scratch = (*scratch)->data()};
    if (plan.slice != 0) o.w = w.data();
    if (fused) {
      o.bias = bias.data();
      o.residual = residual.data();
      o.act = kernels::UnaryOp::kRelu;
    }
    EXPECT_TRUE(RunConv(plan, s, o, parallel));
    return y;
  }

  void Check(int tile, const ThreadPool::Options& options) const {
    const ConvPlan plan = PlanWinograd(s, tile);
    SCOPED_TRACE(testing::Message() << "F(" << tile << "), stride " << s.stride[0] << ", batch " << s.batch << ", "
                                    << s.groups << " groups, " << s.in_channels << " to " << s.out_channels << ", "
                                    << s.in[0] << "x" << s.in[1] << ", pads " << s.pad_begin[0] << " " << s.pad_begin[1]
                                    << " " << s.pad_end[0] << " " << s.pad_end[1]);
    auto pool = ThreadPool::Create(options);
    ASSERT_TRUE(pool.ok());
    const auto threads = [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
      return (*pool)->ParallelFor(count, grain, options.threads, body);
    };
    const double bound = (tile == 4 && s.stride[0] == 1 ? 3e-5 : 1e-5) * rms;
    for (bool fused : {false, true}) {
      const std::vector<float> y = Run(plan, fused, kSerial);
      ASSERT_EQ(y, Run(plan, fused, kBackwards));  // not a bit may depend on the ranges
      ASSERT_EQ(y, Run(plan, fused, threads));
      ASSERT_EQ(y, Run(PlanWinograd(s, tile, 12 << 20), fused, threads));
      ASSERT_EQ(y, Run(ReplanConv(s, ConvPlanCode(plan), false), fused, threads));
      for (size_t i = 0; i < y.size(); ++i) {
        double v = want[i];
        if (fused) {
          const size_t channel = i / static_cast<size_t>(s.out_pixels()) % static_cast<size_t>(s.out_channels);
          v = std::max(0.0, v + double{bias[channel]} + double{residual[i]});
        }
        ASSERT_NEAR(v, static_cast<double>(y[i]), bound) << "element " << i;
      }
    }
  }
};

TEST(ConvWinograd, EveryRemainderOfTheTile) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  constexpr Pads kPads[] = {{1, 1, 1, 1}, {0, 0, 0, 0}, {2, 1, 0, 2}, {2, 2, 2, 2}, {0, 2, 1, 0}, {3, 4, 5, 3}};
  constexpr int64_t kChannels[][2] = {{5, 9}, {2, 1}, {8, 16}, {17, 35}, {1, 70}, {33, 8}};
  size_t at = 0;
  for (int64_t h = 1; h <= 20; ++h) {
    for (const Pads& pads : kPads) {
      const int64_t w = (h * 7 + static_cast<int64_t>(at)) % 20 + 1, *c = kChannels[at++ % std::size(kChannels)];
      for (int64_t stride : {1, 2}) {
        const ConvShape s = Shape3x3(at % 3 == 0 ? 2 : 1, at % 5 == 0 ? 3 : 1, c[0], c[1], h, w, pads, stride);
        if (s.out[0] < 1 || s.out[1] < 1) continue;
        const Problem problem(s);
        kernels::OnEveryTarget([&] {
          for (int tile : {2, 4}) problem.Check(tile, {.threads = 2});
        });
      }
    }
  }
}

// Many blocks of tiles, rows longer than a strip, channels beyond one product.
TEST(ConvWinograd, LargeMaps) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  constexpr Pads kOne = {1, 1, 1, 1};
  for (const ConvShape& s : {Shape3x3(1, 1, 20, 150, 23, 141, kOne), Shape3x3(1, 1, 64, 64, 56, 56, kOne),
                             Shape3x3(5, 2, 16, 24, 30, 33, kOne), Shape3x3(2, 1, 130, 200, 14, 14, kOne),
                             Shape3x3(2, 1, 256, 420, 5, 6, kOne), Shape3x3(1, 1, 40, 100, 45, 141, kOne, 2),
                             Shape3x3(2, 2, 130, 70, 28, 28, kOne, 2)}) {
    const Problem problem(s);
    kernels::OnEveryTarget([&] {
      for (int tile : {2, 4}) problem.Check(tile, {.threads = 3});
    });
  }
}

TEST(ConvWinograd, ErrorGrowsWithTheRootOfChannelsOnly) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  const Problem deep(Shape3x3(1, 1, 512, 20, 9, 10, {1, 1, 1, 1}));
  for (int tile : {2, 4}) deep.Check(tile, {.threads = 2});
}

TEST(ConvWinograd, KeepsTransformedWeightsWhereThatSavesTime) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  if (kernels::GemmTile().nr < 16) GTEST_SKIP();  // costs are those of AVX2
  constexpr Pads kOne = {1, 1, 1, 1};
  const ConvShape small = Shape3x3(1, 1, 64, 64, 56, 56, kOne), large = Shape3x3(1, 1, 512, 512, 64, 64, kOne);
  EXPECT_EQ(0, PlanConv(small, true).slice);
  EXPECT_NE(0u, ConvWeightFormat(PlanConv(small, true), small));
  EXPECT_EQ(0, PlanConv(Shape3x3(1, 1, 512, 512, 7, 7, kOne), true).slice);
  for (const ConvPlan& plan : {PlanConv(large, true), PlanConv(small, true, kKeepNothing)}) {
    EXPECT_EQ(ConvAlgorithm::kWinograd, plan.algorithm);
    EXPECT_GE(plan.slice, 64);
    EXPECT_EQ(0u, ConvWeightFormat(plan, small));
  }
  // So few tiles that the transform would cost more than it saves.
  EXPECT_NE(ConvAlgorithm::kWinograd, PlanConv(Shape3x3(1, 1, 64, 64, 4, 4, kOne), true, kKeepNothing).algorithm);
}

// Dearer bytes are never more of them, and a run makes the same plan of its code.
TEST(ConvWinograd, PriceOfBytes) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  if (kernels::GemmTile().nr < 16) GTEST_SKIP();  // costs are those of AVX2
  constexpr Pads kOne = {1, 1, 1, 1};
  for (const ConvShape& s : {Shape3x3(1, 1, 64, 64, 56, 56, kOne), Shape3x3(1, 1, 256, 256, 14, 14, kOne),
                             Shape3x3(1, 1, 512, 512, 7, 7, kOne), Shape3x3(1, 1, 3, 64, 56, 56, kOne)}) {
    int64_t most = INT64_MAX;
    for (double price : {0.0, 1e-3, 3e-2, 0.1, 0.3, 1.0, 10.0, kKeepNothing}) {
      const ConvPlan plan = PlanConv(s, true, price);
      const uint64_t format = ConvWeightFormat(plan, s);
      const int64_t bytes = format ? PackedConvBytes(format, s.out_channels, s.in_per_group()).value() : 0;
      EXPECT_LE(bytes, most);
      most = bytes;
      const ConvPlan again = ReplanConv(s, ConvPlanCode(plan), format != 0);
      EXPECT_EQ(plan.algorithm, again.algorithm);
      EXPECT_EQ(plan.tile, again.tile);
      EXPECT_EQ(plan.slice, again.slice);
      EXPECT_EQ(plan.scratch_bytes, again.scratch_bytes);
    }
  }
  const auto tile = [&](double price) { return PlanConv(Shape3x3(1, 1, 256, 256, 14, 14, kOne), true, price).tile; };
  EXPECT_EQ(4, tile(0));
  EXPECT_EQ(2, tile(0.1));  // nearly as fast, in a quarter of the extra bytes
  EXPECT_EQ(0, PlanConv(Shape3x3(1, 1, 512, 512, 7, 7, kOne), true, 1).tile);
}

TEST(ConvWinograd, TakesWhatItIsGoodFor) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  const auto tile = [](const ConvShape& s) { return PlanConv(s, true).tile; };
  constexpr Pads kOne = {1, 1, 1, 1};
  for (int64_t n : {16, 64, 128}) {
    for (int64_t side : {28, 56, 112, 224}) EXPECT_EQ(4, tile(Shape3x3(1, 1, n, n, side, side, kOne)));
  }
  EXPECT_EQ(4, tile(Shape3x3(1, 8, 32, 32, 14, 14, kOne)));
  EXPECT_EQ(4, tile(Shape3x3(1, 1, 128, 128, 56, 56, kOne, 2)));
  EXPECT_EQ(2, tile(Shape3x3(1, 1, 128, 256, 28, 28, kOne, 2)));
  EXPECT_EQ(2, tile(Shape3x3(1, 1, 512, 512, 7, 7, kOne)));  // F(4) would wait for 38 MB of weights
  EXPECT_EQ(0, tile(Shape3x3(1, 1, 3, 64, 224, 224, kOne)));
  EXPECT_EQ(0, tile(Shape3x3(1, 64, 1, 1, 56, 56, kOne)));
  EXPECT_EQ(0, tile(Shape3x3(1, 1, 64, 1, 112, 112, kOne)));
  EXPECT_EQ(0, PlanConv(Shape3x3(0, 1, 64, 64, 56, 56, kOne), true).tile);  // nothing to do
  EXPECT_EQ(0, PlanConv(Shape3x3(1, 1, 64, 64, 56, 56, kOne), false).tile);
  EXPECT_FALSE(WinogradFits(Shape3x3(1, 1, 64, 64, 56, 56, kOne, 3)));
  for (size_t d : {0u, 1u}) {
    for (int i = 0; i < 3; ++i) {
      ConvShape other = Shape3x3(1, 1, 64, 64, 56, 56, kOne);
      (i == 0 ? other.kernel : i == 1 ? other.stride : other.dilation)[d] = 2;
      EXPECT_FALSE(WinogradFits(other));
    }
  }
}

TEST(ConvWinograd, WeightFormatsDiffer) {
  if (kForSize) GTEST_SKIP() << "a build for size has no Winograd";
  const ConvShape one = Shape3x3(1, 1, 8, 16, 14, 14, {1, 1, 1, 1}), two = Shape3x3(1, 2, 8, 8, 14, 14, {1, 1, 1, 1});
  const uint64_t format = ConvWeightFormat(PlanWinograd(one, 4), one);
  EXPECT_NE(format, ConvWeightFormat(PlanWinograd(one, 2), one));
  EXPECT_NE(format, ConvWeightFormat(PlanWinograd(two, 4), two));
  const ConvShape half = Shape3x3(1, 1, 8, 16, 14, 14, {1, 1, 1, 1}, 2);
  const uint64_t by_two = ConvWeightFormat(PlanWinograd(half, 4), half);
  EXPECT_NE(format, by_two);
  EXPECT_EQ(0u, ConvWeightFormat(PlanConv(one, false), one));
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr);
  EXPECT_EQ(36 * (8 * AlignUp(16, nr) + 16) * 4, PackedConvBytes(format, 16, 8).value());
  EXPECT_EQ(81 * (8 * AlignUp(16, nr) + 16) * 4, PackedConvBytes(by_two, 16, 8).value());
  EXPECT_FALSE(PackedConvBytes(format, int64_t{1} << 40, int64_t{1} << 40).ok());
}

}  // namespace
}  // namespace kante::core
