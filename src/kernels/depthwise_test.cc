// SPDX-License-Identifier: MIT
#include "kernels/depthwise.h"

#include "kernels/conv_test_util.h"
#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

struct Pixel {
  double value, norm;
};

Pixel Convolve(const ConvGeometry& g, const float* x, const float* w, ptrdiff_t oy, ptrdiff_t ox) {
  Pixel p = {0, 0};
  for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky) {
    for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx) {
      const ptrdiff_t iy = oy * g.stride_h - g.pad_top + ky * g.dilation_h,
                      ix = ox * g.stride_w - g.pad_left + kx * g.dilation_w;
      if (iy < 0 || iy >= g.in_h || ix < 0 || ix >= g.in_w) continue;
      const double v = double{x[iy * g.in_w + ix]} * w[ky * g.kernel_w + kx];
      p.value += v;
      p.norm += v * v;
    }
  }
  return p;
}

TEST(Depthwise, EveryGeometry) {
  OnEveryTarget([] {
    for (const ConvGeometry& g : Planes()) {
      SCOPED_TRACE(testing::Message() << g.in_h << "x" << g.in_w << " kernel " << g.kernel_h << "x" << g.kernel_w
                                      << " stride " << g.stride_h << "," << g.stride_w);
      TightBuffer<float> x(static_cast<size_t>(g.in_h * g.in_w), 1), w(static_cast<size_t>(g.kernel_h * g.kernel_w));
      TightBuffer<float> y(static_cast<size_t>(g.out_h * g.out_w), 3), scratch(DepthwiseScratch(g));
      Random(1).Fill(x.data(), x.size(), -1, 1);
      Random(2).Fill(w.data(), w.size(), -1, 1);
      for (UnaryOp act : {UnaryOp::kIdentity, UnaryOp::kRelu, UnaryOp::kClip, UnaryOp::kHardSwish}) {
        Epilogue e;
        e.act = act;
        e.alpha = -0.5f;
        e.beta = 0.5f;
        DepthwisePlane(y.data(), x.data(), w.data(), 0.25f, g, act == UnaryOp::kIdentity ? nullptr : &e,
                       scratch.data());
        for (ptrdiff_t oy = 0; oy < g.out_h; ++oy) {
          for (ptrdiff_t ox = 0; ox < g.out_w; ++ox) {
            const Pixel p = Convolve(g, x.data(), w.data(), oy, ox);
            double v = p.value + 0.25;
            if (act == UnaryOp::kRelu) v = std::max(v, 0.0);
            if (act == UnaryOp::kClip) v = std::min(std::max(v, -0.5), 0.5);
            if (act == UnaryOp::kHardSwish) v *= std::min(std::max(v / 6 + 0.5, 0.0), 1.0);
            const double bound = 1e-6 * (std::sqrt(p.norm) + 1) * 2;
            ASSERT_NEAR(y[static_cast<size_t>(oy * g.out_w + ox)], v, bound)
                << oy << ", " << ox << " " << act.function->name;
          }
        }
      }
      for (float& v : y) v = 2.0f;
      DepthwisePlaneAdd(y.data(), x.data(), w.data(), g, scratch.data());
      for (ptrdiff_t oy = 0; oy < g.out_h; ++oy) {
        for (ptrdiff_t ox = 0; ox < g.out_w; ++ox) {
          const Pixel p = Convolve(g, x.data(), w.data(), oy, ox);
          ASSERT_NEAR(y[static_cast<size_t>(oy * g.out_w + ox)], p.value + 2, 2e-6 * (std::sqrt(p.norm) + 1));
        }
      }
    }
  });
}

TEST(Depthwise, PlanesTogetherHaveTheSameBits) {
  OnEveryTarget([] {
    const ptrdiff_t n = static_cast<ptrdiff_t>(DepthwiseLanes());
    std::vector<ConvGeometry> planes = Planes();
    for (ptrdiff_t width = 1; width <= 3 * n + 1; ++width) {
      for (ptrdiff_t kernel : {3, 5}) {
        for (ptrdiff_t stride : {1, 2}) {
          planes.push_back(Plane(4, width, kernel, kernel, stride, stride, 1, 1, kernel / 2, kernel / 2));
        }
      }
    }
    for (const ConvGeometry& g : planes) {
      SCOPED_TRACE(testing::Message() << g.in_h << "x" << g.in_w << " kernel " << g.kernel_h << "x" << g.kernel_w
                                      << " stride " << g.stride_h << "," << g.stride_w);
      const ptrdiff_t plane_x = g.in_h * g.in_w, plane_y = g.out_h * g.out_w, taps = g.kernel_h * g.kernel_w;
      TightBuffer<float> x(static_cast<size_t>(n * plane_x), 1), w(static_cast<size_t>(n * taps), 1);
      TightBuffer<float> y(static_cast<size_t>(n * plane_y), 3), bias(static_cast<size_t>(n), 1);
      TightBuffer<float> want(static_cast<size_t>(plane_y)), scratch(DepthwiseScratch(g));
      TightBuffer<float> own(DepthwisePlanesScratch(g));
      Random(1).Fill(x.data(), x.size(), -1, 1);
      Random(2).Fill(w.data(), w.size(), -1, 1);
      Random(3).Fill(bias.data(), bias.size(), -1, 1);
      for (UnaryOp act : {UnaryOp::kIdentity, UnaryOp::kClip, UnaryOp::kHardSwish}) {
        Epilogue e;
        e.act = act;
        e.alpha = -0.5f;
        e.beta = 0.5f;
        const bool fused = act != UnaryOp::kIdentity;
        DepthwisePlanes(y.data(), plane_y, x.data(), plane_x, w.data(), fused ? bias.data() : nullptr, g,
                        fused ? &e : nullptr, own.data());
        for (ptrdiff_t c = 0; c < n; ++c) {
          DepthwisePlane(want.data(), x.data() + c * plane_x, w.data() + c * taps,
                         fused ? bias[static_cast<size_t>(c)] : 0.0f, g, fused ? &e : nullptr, scratch.data());
          for (ptrdiff_t i = 0; i < plane_y; ++i) {
            ASSERT_TRUE(SameBits(want[static_cast<size_t>(i)], y[static_cast<size_t>(c * plane_y + i)]))
                << "channel " << c << " pixel " << i << " " << act.function->name;
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
