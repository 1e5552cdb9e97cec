// SPDX-License-Identifier: MIT
// What the tests of convolutions share: ways to run ranges, operands, and the comparison with plain loops in double.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "compute/conv.h"
#include "compute/conv_direct.h"
#include "tensor/buffer.h"

namespace kante::core {

inline constexpr auto kSerial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
  body(0, count);
  return true;
};

// Runs ranges last to first, so that results which depend on their order show.
inline constexpr auto kBackwards = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = (count - 1) / grain * grain; begin >= 0 && count > 0; begin -= grain) {
    body(begin, std::min(count, begin + grain));
  }
  return true;
};

inline std::vector<float> Noise(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> v(static_cast<size_t>(n));
  for (float& f : v) f = uniform(random);
  return v;
}

inline std::vector<double> Wide(const std::vector<float>& v) { return {v.begin(), v.end()}; }

// eps * sqrt(k) times what sums grow to (about sqrt(k)), with room for the order of additions.
inline double Bound(int64_t depth) {
  const double root = std::sqrt(static_cast<double>(depth));
  return 2 * 1.2e-7 * root * (1 + root);
}

// Noise as operands of a convolution, and what comes of them in double.
struct NoisyConv {
  ConvShape s;
  std::vector<float> x, w, bias, residual;
  std::vector<double> want;

  explicit NoisyConv(const ConvShape& shape) : s(shape) {
    x = Noise(s.batch * s.in_channels * s.in_pixels(), 1);
    w = Noise(s.out_channels * s.depth(), 2);
    bias = Noise(s.out_channels, 3);
    want.resize(static_cast<size_t>(s.batch * s.out_channels * s.out_pixels()));
    residual = Noise(static_cast<int64_t>(want.size()), 4);
    ConvDirect(s, Wide(x).data(), Wide(w).data(), Wide(bias).data(), want.data(), kSerial);
  }

  // Runs the plan on weights in its format, with and without what may be fused.
  void Check(const ConvPlan& plan, const float* weights) const {
    auto scratch = Buffer::Allocate(std::max<int64_t>(plan.scratch_bytes, 1));
    ASSERT_TRUE(scratch.ok());
    for (bool fused : {false, true}) {
      std::vector<float> y(want.size(), NAN), again(y);
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
        ASSERT_NEAR(v, static_cast<double>(y[k]), Bound(s.depth())) << "element " << k;
      }
    }
  }
};

}  // namespace kante::core
