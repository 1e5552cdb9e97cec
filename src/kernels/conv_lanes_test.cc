// SPDX-License-Identifier: MIT
#include "kernels/conv_lanes.h"

#include <algorithm>

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

struct Sizes {
  ptrdiff_t in_channels, kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, width_y, rows;
  ptrdiff_t above = 0, below = 0;  // lines that windows reach beyond the input
};

// Every tile and every remainder of a row, all strides, dilations, and the depths of stems.
std::vector<Sizes> AllSizes() {
  std::vector<Sizes> sizes;
  for (ptrdiff_t width = 1; width <= 29; ++width) {
    for (ptrdiff_t stride = 1; stride <= 3; ++stride) sizes.push_back({2, 2, 3, 1, stride, 1, 1, width, 2});
  }
  sizes.push_back({3, 7, 7, 2, 2, 1, 1, 31, 3});
  sizes.push_back({1, 5, 5, 1, 1, 1, 1, 28, 4});
  sizes.push_back({5, 3, 2, 3, 1, 2, 3, 11, 2});
  sizes.push_back({1, 1, 40, 1, 16, 1, 1, 7, 1});
  sizes.push_back({3, 5, 3, 2, 1, 1, 1, 9, 4, 2, 2});
  sizes.push_back({2, 3, 2, 1, 1, 3, 1, 6, 9, 6, 6});
  sizes.push_back({1, 2, 3, 1, 1, 1, 1, 4, 6, 3, 2});
  sizes.push_back({33, 1, 3, 1, 2, 1, 1, 3, 1});
  sizes.push_back({2, 1, 3, 1, 1, 1, 1, 128, 4});  // planes that lie apart badly
  sizes.push_back({1, 1, 2, 1, 2, 1, 1, 512, 1});
  return sizes;
}

TEST(ConvLanes, EveryTile) {
  OnEveryTarget([] {
    const size_t block = ConvLanesBlock();
    for (const Sizes& s : AllSizes()) {
      const ptrdiff_t line = (s.width_y - 1) * s.stride_w + (s.kernel_w - 1) * s.dilation_w + 1;
      const ptrdiff_t lines = (s.rows - 1) * s.stride_h + (s.kernel_h - 1) * s.dilation_h + 1 - s.above - s.below;
      const size_t depth = static_cast<size_t>(s.in_channels * s.kernel_h * s.kernel_w);
      for (const size_t channels : {size_t{1}, block / 2 - 1, block / 2, block, block + 3, 2 * block + block / 2 + 1}) {
        SCOPED_TRACE(testing::Message() << channels << " channels, width " << s.width_y << ", stride " << s.stride_w);
        TightBuffer<float> x(static_cast<size_t>(s.in_channels * lines * line), 1), w(channels * depth, 1);
        TightBuffer<float> packed((channels + block - 1) / block * block * depth), bias(channels, 1);
        const size_t pixels = static_cast<size_t>(s.rows * s.width_y);
        TightBuffer<float> y(channels * pixels, 3);
        Random(1).Fill(x.data(), x.size(), -1, 1);
        Random(2).Fill(w.data(), w.size(), -1, 1);
        Random(3).Fill(bias.data(), bias.size(), -1, 1);
        for (size_t c = 0; c < channels; c += block) {
          PackConvLanes(packed.data() + c * depth, w.data() + c * depth, std::min(block, channels - c), depth);
        }
        for (UnaryOp act : {UnaryOp::kIdentity, UnaryOp::kRelu, UnaryOp::kHardSwish}) {
          const Epilogue e{.act = act};
          const bool fused = act != UnaryOp::kIdentity;
          ConvLanes({.x = x.data(),
                     .lines = lines,
                     .lines_above = s.above,
                     .plane_x = lines * line,
                     .line_x = line,
                     .in_channels = s.in_channels,
                     .kernel_h = s.kernel_h,
                     .kernel_w = s.kernel_w,
                     .stride_h = s.stride_h,
                     .stride_w = s.stride_w,
                     .dilation_h = s.dilation_h,
                     .dilation_w = s.dilation_w,
                     .w = packed.data(),
                     .bias = fused ? bias.data() : nullptr,
                     .y = y.data(),
                     .plane_y = static_cast<ptrdiff_t>(pixels),
                     .width_y = s.width_y,
                     .rows = s.rows,
                     .channels = static_cast<ptrdiff_t>(channels),
                     .epilogue = fused ? &e : nullptr});
          for (size_t i = 0; i < y.size(); ++i) {
            const ptrdiff_t oy = static_cast<ptrdiff_t>(i % pixels) / s.width_y,
                            ox = static_cast<ptrdiff_t>(i % pixels) % s.width_y;
            double v = fused ? bias[i / pixels] : 0.0, norm = v * v;
            size_t k = i / pixels * depth;
            for (ptrdiff_t c = 0; c < s.in_channels; ++c) {
              for (ptrdiff_t ky = 0; ky < s.kernel_h; ++ky) {
                for (ptrdiff_t kx = 0; kx < s.kernel_w; ++kx, ++k) {
                  const ptrdiff_t iy = oy * s.stride_h + ky * s.dilation_h - s.above;
                  if (iy < 0 || iy >= lines) continue;
                  const ptrdiff_t at = (c * lines + iy) * line + ox * s.stride_w + kx * s.dilation_w;
                  const double product = double{x[static_cast<size_t>(at)]} * w[k];
                  v += product;
                  norm += product * product;
                }
              }
            }
            if (act == UnaryOp::kRelu) v = std::max(v, 0.0);
            if (act == UnaryOp::kHardSwish) v *= std::clamp(v / 6 + 0.5, 0.0, 1.0);
            ASSERT_NEAR(y[i], v, 2e-6 * (std::sqrt(norm) + 1)) << "element " << i;
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
