// SPDX-License-Identifier: MIT
#include "kernels/pool.h"

#include "kernels/conv_test_util.h"
#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

// Calls f(iy, ix) for every tap of a window, inside the plane or not.
template <class F>
void ForEachTap(const ConvGeometry& g, ptrdiff_t oy, ptrdiff_t ox, F f) {
  for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky) {
    for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx) {
      f(oy * g.stride_h - g.pad_top + ky * g.dilation_h, ox * g.stride_w - g.pad_left + kx * g.dilation_w);
    }
  }
}

TEST(Pool, EveryGeometry) {
  OnEveryTarget([] {
    std::vector<ConvGeometry> planes = Planes();
    for (ptrdiff_t side : {14, 28, 33, 66}) planes.push_back(Plane(side, side, 2, 2, 2, 2, 1, 1, 0, 0));
    for (ptrdiff_t side : {6, 14, 20}) planes.push_back(Plane(side, side, 3, 3, 3, 3, 1, 1, 0, 0));
    planes.push_back(Plane(9, 40, 3, 2, 1, 2, 2, 1, 0, 0));
    for (ptrdiff_t width = 3; width <= 49; ++width) {  // three vectors and one of the widest target
      planes.push_back(Plane(4, width, 2, 2, 2, 2, 1, 1, 0, 0));
      planes.push_back(Plane(4, width, 3, 3, 3, 3, 1, 1, 0, 0));
    }
    for (const ConvGeometry& g : planes) {
      SCOPED_TRACE(testing::Message() << g.in_h << "x" << g.in_w << " kernel " << g.kernel_h << "x" << g.kernel_w);
      TightBuffer<float> x(static_cast<size_t>(g.in_h * g.in_w), 1), scratch(PoolScratch(g));
      const size_t outputs = static_cast<size_t>(g.out_h * g.out_w);
      TightBuffer<float> max(outputs, 1), max2(outputs), mean(outputs), mean_pad(outputs);
      TightBuffer<int64_t> index(outputs);
      Random(7).Fill(x.data(), x.size(), -1, 1);
      MaxPoolPlane(max.data(), x.data(), g, scratch.data());
      MaxPoolPlaneIndex(max2.data(), index.data(), x.data(), g);
      AveragePoolPlane(mean.data(), x.data(), g, false, 0, 0, scratch.data());
      AveragePoolPlane(mean_pad.data(), x.data(), g, true, g.pad_top, g.pad_left, scratch.data());
      for (ptrdiff_t oy = 0, at = 0; oy < g.out_h; ++oy) {
        for (ptrdiff_t ox = 0; ox < g.out_w; ++ox, ++at) {
          double best = -std::numeric_limits<double>::infinity(), sum = 0;
          int64_t best_at = -1;
          int inside = 0, padded = 0;
          ForEachTap(g, oy, ox, [&](ptrdiff_t iy, ptrdiff_t ix) {
            if (iy >= -g.pad_top && iy < g.in_h + g.pad_top && ix >= -g.pad_left && ix < g.in_w + g.pad_left) ++padded;
            if (iy < 0 || iy >= g.in_h || ix < 0 || ix >= g.in_w) return;
            const float v = x[static_cast<size_t>(iy * g.in_w + ix)];
            if (v > best) best = v, best_at = iy * g.in_w + ix;
            sum += v;
            ++inside;
          });
          const size_t i = static_cast<size_t>(at);
          ASSERT_EQ(max[i], best);
          ASSERT_EQ(max2[i], best);
          ASSERT_EQ(index[i], best_at);
          ASSERT_NEAR(mean[i], inside ? sum / inside : 0, 1e-6);
          ASSERT_NEAR(mean_pad[i], padded ? sum / padded : 0, 1e-6);
        }
      }
    }
  });
}

TEST(Pool, NanWinsInItsWindows) {
  OnEveryTarget([] {
    const ConvGeometry g = Plane(6, 20, 3, 3, 2, 2, 1, 1, 1, 1);
    std::vector<float> x(120, 1.0f), y(static_cast<size_t>(g.out_h * g.out_w)), scratch(PoolScratch(g));
    std::vector<int64_t> index(y.size());
    x[2 * 20 + 7] = std::numeric_limits<float>::quiet_NaN();
    MaxPoolPlane(y.data(), x.data(), g, scratch.data());
    int nans = 0;
    for (float v : y) nans += std::isnan(v);
    EXPECT_EQ(nans, 2);  // row 2 is read by output row 1 only, column 7 by output columns 3 and 4
    MaxPoolPlaneIndex(y.data(), index.data(), x.data(), g);
    EXPECT_TRUE(std::isnan(y[static_cast<size_t>(g.out_w) + 3]));
    EXPECT_EQ(index[static_cast<size_t>(g.out_w) + 3], 47);
  });
}

}  // namespace
}  // namespace kante::kernels
