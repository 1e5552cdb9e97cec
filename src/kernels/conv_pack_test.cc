// SPDX-License-Identifier: MIT
#include "kernels/conv_pack.h"

#include "kernels/conv_test_util.h"
#include "kernels/gemm.h"
#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

constexpr ptrdiff_t kChannels = 3;

std::vector<ConvGeometry> Geometries() {
  auto all = Planes();
  ConvGeometry g;
  g.in_d = 5, g.in_h = 6, g.in_w = 9, g.kernel_d = 3, g.kernel_h = 2, g.kernel_w = 3;
  g.stride_d = 2, g.stride_w = 2, g.dilation_h = 2, g.pad_front = 1, g.pad_top = 1, g.pad_left = 2;
  all.push_back(WithOutput(g));
  // Rows of several panels: the second way to pack.
  for (ptrdiff_t width : {70, 129, 640}) {
    for (ptrdiff_t stride : {1, 2}) {
      for (ptrdiff_t dilation : {1, 3}) {
        ConvGeometry wide;
        wide.in_h = 5, wide.in_w = width, wide.kernel_h = 3, wide.kernel_w = 5;
        wide.stride_h = wide.stride_w = stride, wide.dilation_w = dilation;
        wide.pad_top = 1, wide.pad_left = 2 * dilation;
        all.push_back(WithOutput(wide));
      }
    }
  }
  return all;
}

size_t K(const ConvGeometry& g) { return static_cast<size_t>(kChannels * g.kernel_d * g.kernel_h * g.kernel_w); }
size_t Pixels(const ConvGeometry& g) { return static_cast<size_t>(g.out_d * g.out_h * g.out_w); }

// Offset of the input element that tap k of pixel n reads, or -1 in the padding.
ptrdiff_t Source(const ConvGeometry& g, size_t k, size_t n) {
  const ptrdiff_t kk = static_cast<ptrdiff_t>(k), nn = static_cast<ptrdiff_t>(n);
  const ptrdiff_t kx = kk % g.kernel_w, ky = kk / g.kernel_w % g.kernel_h,
                  kz = kk / (g.kernel_w * g.kernel_h) % g.kernel_d;
  const ptrdiff_t c = kk / (g.kernel_w * g.kernel_h * g.kernel_d);
  const ptrdiff_t x = nn % g.out_w * g.stride_w - g.pad_left + kx * g.dilation_w;
  const ptrdiff_t y = nn / g.out_w % g.out_h * g.stride_h - g.pad_top + ky * g.dilation_h;
  const ptrdiff_t z = nn / (g.out_w * g.out_h) * g.stride_d - g.pad_front + kz * g.dilation_d;
  if (x < 0 || x >= g.in_w || y < 0 || y >= g.in_h || z < 0 || z >= g.in_d) return -1;
  return ((c * g.in_d + z) * g.in_h + y) * g.in_w + x;
}

TightBuffer<float> Input(const ConvGeometry& g) {
  TightBuffer<float> x(static_cast<size_t>(kChannels * g.in_d * g.in_h * g.in_w));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i + 1);
  return x;
}

TEST(ConvPack, PanelsHoldWhatTheTapsRead) {
  OnEveryTarget([] {
    const size_t nr = GemmTile().nr;
    for (const ConvGeometry& g : Geometries()) {
      const auto x = Input(g);
      const size_t k = K(g), n = Pixels(g);
      for (auto [k0, k1] : {std::pair<size_t, size_t>{0, k}, {k / 3, k}, {1, std::max<size_t>(2, k / 2)}}) {
        for (size_t n0 : {size_t{0}, n / 2 / nr * nr}) {
          const size_t panels = (n - n0 + nr - 1) / nr;
          TightBuffer<float> dst(panels * (k1 - k0) * nr);
          PackConvPanels(dst.data(), x.data(), g, k0, k1, n0, n);
          size_t at = 0;
          for (size_t p = 0; p < panels; ++p) {
            for (size_t kk = k0; kk < k1; ++kk) {
              for (size_t j = 0; j < nr; ++j, ++at) {
                const size_t pixel = n0 + p * nr + j;
                const ptrdiff_t from = pixel < n ? Source(g, kk, pixel) : -1;
                ASSERT_EQ(dst[at], from < 0 ? 0.0f : x[static_cast<size_t>(from)]) << "k " << kk << " pixel " << pixel;
              }
            }
          }
        }
      }
    }
  });
}

TEST(ConvPack, ScatterIsTheTransposeOfPacking) {
  for (const ConvGeometry& g : Geometries()) {
    const size_t k = K(g), n = Pixels(g);
    TightBuffer<float> col(k * n), x = Input(g);
    Random random(k);
    for (float& v : col) v = static_cast<float>(random.Below(16));
    std::vector<float> want(x.begin(), x.end());
    for (size_t kk = 0; kk < k; ++kk) {
      for (size_t j = 0; j < n; ++j) {
        const ptrdiff_t to = Source(g, kk, j);
        if (to >= 0) want[static_cast<size_t>(to)] += col[kk * n + j];
      }
    }
    ScatterConvColumns(x.data(), col.data(), n, g, 0, k / 2);
    ScatterConvColumns(x.data(), col.data() + k / 2 * n, n, g, k / 2, k);
    for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(x[i], want[i]);
  }
}

}  // namespace
}  // namespace kante::kernels
