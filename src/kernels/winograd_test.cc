// SPDX-License-Identifier: MIT
#include "kernels/winograd.h"

#include "kernels/gemm.h"
#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

WinogradShape Shape(size_t m, size_t in, size_t out, ptrdiff_t h, ptrdiff_t w, ptrdiff_t pad_top, ptrdiff_t pad_left,
                    ptrdiff_t out_h, ptrdiff_t out_w, size_t stride = 1) {
  WinogradShape s;
  s.stride = stride;
  s.m = m, s.in_channels = in, s.out_channels = out, s.in_h = h, s.in_w = w, s.out_h = out_h, s.out_w = out_w;
  s.pad_top = pad_top, s.pad_left = pad_left;
  return s;
}

struct Pixel {
  double value, bound;
};

// The direct convolution, and 32 eps |w| |x| of its window (4 direct: design).
Pixel Direct(const WinogradShape& s, const float* x, const float* w, size_t k, ptrdiff_t oy, ptrdiff_t ox) {
  double sum = 0, norm_x = 0, norm_w = 0;
  for (size_t c = 0; c < s.in_channels; ++c) {
    for (ptrdiff_t i = 0; i < 9; ++i) {
      const ptrdiff_t stride = static_cast<ptrdiff_t>(s.stride);
      const ptrdiff_t iy = oy * stride - s.pad_top + i / 3, ix = ox * stride - s.pad_left + i % 3;
      const double weight = w[(k * s.in_channels + c) * 9 + static_cast<size_t>(i)];
      norm_w += weight * weight;
      if (iy < 0 || iy >= s.in_h || ix < 0 || ix >= s.in_w) continue;
      const double v = x[(static_cast<ptrdiff_t>(c) * s.in_h + iy) * s.in_w + ix];
      sum += v * weight;
      norm_x += v * v;
    }
  }
  // The tile sees pixels outside the window, too: a floor for windows that are mostly padding.
  return {sum, 32 * 1.1920929e-7 * std::sqrt(norm_w * (norm_x + static_cast<double>(s.in_channels) * 9 * 0.3))};
}

TEST(Winograd, MatchesTheDirectConvolution) {
  OnEveryTarget([] {
    const size_t nr = GemmTile().nr;
    for (size_t m : {2u, 4u}) {
      for (const WinogradShape& s :
           {Shape(m, 1, 1, 3, 3, 0, 0, 1, 1), Shape(m, 3, 5, 8, 9, 1, 1, 8, 9),
            Shape(m, 16, nr + 3, 13, 30, 1, 1, 13, 30), Shape(m, 9, 2 * nr, 7, 7, 1, 1, 7, 7),
            Shape(m, 20, 4, 10, 11, 2, 0, 10, 9), Shape(m, 4, 8, 2, 70, 1, 2, 2, 72),
            Shape(m, 1, 1, 3, 3, 0, 0, 1, 1, 2), Shape(m, 3, 5, 8, 9, 1, 1, 4, 5, 2),
            Shape(m, 18, nr + 3, 13, 30, 1, 1, 7, 15, 2), Shape(m, 9, 2 * nr, 14, 14, 1, 1, 7, 7, 2),
            Shape(m, 20, 4, 10, 11, 2, 0, 6, 5, 2), Shape(m, 4, 8, 3, 141, 0, 2, 1, 72, 2)}) {
        SCOPED_TRACE(testing::Message() << "F(" << m << ") stride " << s.stride << " " << s.in_channels << " to "
                                        << s.out_channels << ", " << s.in_h << "x" << s.in_w);
        TightBuffer<float> x(s.in_channels * static_cast<size_t>(s.in_h * s.in_w), 1);
        TightBuffer<float> w(s.out_channels * s.in_channels * 9, 3), bias(s.out_channels);
        const size_t pixels = static_cast<size_t>(s.out_h * s.out_w);
        TightBuffer<float> y(s.out_channels * pixels, 1), split(y.size()), residual(y.size());
        Random(1).Fill(x.data(), x.size(), -1, 1);
        Random(2).Fill(w.data(), w.size(), -1, 1);
        Random(3).Fill(bias.data(), bias.size(), -1, 1);
        Random(4).Fill(residual.data(), residual.size(), -1, 1);
        TightBuffer<float> packed(WinogradWeightSize(s));
        for (size_t k = 0; k < s.out_channels; k += nr) {
          WinogradPackWeights(packed.data(), w.data(), s, k, std::min(s.out_channels, k + nr));
        }
        // Tiles and channels in ranges, the output's in other ones.
        const auto run = [&](float* to, size_t tiles, size_t in_step, size_t out_step, const Epilogue* e) {
          for (size_t t0 = 0; t0 < s.tiles(); t0 += tiles) {
            const size_t t1 = std::min(s.tiles(), t0 + tiles);
            TightBuffer<float> v(WinogradInputSize(s, t1 - t0)), strip(WinogradInputScratch());
            for (size_t c = 0; c < s.in_channels; c += in_step) {
              WinogradInput(v.data(), x.data(), s, t0, t1, c, std::min(s.in_channels, c + in_step), strip.data());
            }
            for (size_t k = 0; k < s.out_channels; k += out_step) {
              const size_t end = std::min(s.out_channels, k + out_step);
              TightBuffer<float> own(WinogradOutputScratch(s, t1 - t0, end - k));
              WinogradOutput(to, v.data(), packed.data(), s, t0, t1, k, end, e, own.data());
            }
          }
        };
        run(y.data(), s.tiles(), s.in_channels, s.out_channels, nullptr);
        std::vector<Pixel> want(y.size());
        for (size_t i = 0; i < y.size(); ++i) {
          const ptrdiff_t p = static_cast<ptrdiff_t>(i % pixels);
          want[i] = Direct(s, x.data(), w.data(), i / pixels, p / s.out_w, p % s.out_w);
          ASSERT_NEAR(y[i], want[i].value, want[i].bound) << i;
        }
        run(split.data(), 5, 16, nr, nullptr);
        for (size_t i = 0; i < y.size(); ++i) ASSERT_TRUE(SameBits(y[i], split[i])) << i;
        // Bias, residual (the output itself) and activation.
        Epilogue e;
        e.bias_row = bias.data();
        e.residual = residual.data();
        e.ld_residual = pixels;
        e.act = UnaryOp::kRelu;
        const std::vector<float> before(residual.begin(), residual.end());
        run(residual.data(), 7, 32, 2 * nr, &e);
        for (size_t i = 0; i < y.size(); ++i) {
          const double v = double{y[i]} + bias[i / pixels] + before[i];
          ASSERT_NEAR(residual[i], std::max(v, 0.0), 1e-6 * (std::fabs(y[i]) + 3));
        }
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
