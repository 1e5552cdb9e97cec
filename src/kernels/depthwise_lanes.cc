// SPDX-License-Identifier: MIT
//
// Lanes are channels, but where depthwise_rows.cc has something faster: a band of the planes becomes padded pixels in
// L1, after which every tap is an aligned load, on rows of any length and with any stride. The output goes back through
// registers.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_lanes.cc"
#include "kernels/simd.h"

#include "kernels/depthwise.h"
#include "kernels/depthwise_rows.h"
#include "kernels/epilogue_inl.h"
#include "kernels/pixels_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

// depthwise_rows.cc
bool DepthwiseByRows(const ConvGeometry& g);
void DepthwiseRows(const DepthwiseTask& task, float* zeros);

namespace {

constexpr ptrdiff_t kLanes = static_cast<ptrdiff_t>(kPixelLanes);
constexpr ptrdiff_t kBandFloats = 10240;  // 40 kB, hardly more than L1

struct Band {
  ptrdiff_t width;  // of a padded line, in pixels
  ptrdiff_t rows;   // output rows

  explicit Band(const ConvGeometry& g) {
    width = (g.out_w - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w + 1;
    const ptrdiff_t reach = (g.kernel_h - 1) * g.dilation_h + 1;
    rows = HWY_MIN(HWY_MAX((kBandFloats / (width * kLanes) - reach) / g.stride_h + 1, reach), g.out_h);
  }
  ptrdiff_t lines(const ConvGeometry& g, ptrdiff_t n) const {
    return (n - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1;
  }
};

struct Row {
  const ConvGeometry* g;
  const float* w;      // [taps][kLanes]
  const float* lines;  // first line under this row of output
  ptrdiff_t width;
  float* y;
  ptrdiff_t plane;
  VF bias;
  const VectorAct* act;
};

// kPixels outputs from column ox on, any kernel.
template <int kPixels>
HWY_INLINE void Accumulate(const Row& r, ptrdiff_t ox, VF (&sum)[kPixels]) {
  const DF d;
  const ConvGeometry& g = *r.g;
  const ptrdiff_t step = g.stride_w * kLanes;
  const float* w = r.w;
  for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky) {
    const float* in = r.lines + ky * g.dilation_h * r.width * kLanes + ox * step;
    for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx, w += kLanes, in += g.dilation_w * kLanes) {
      const VF weight = hn::LoadU(d, w);
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) sum[p] = hn::MulAdd(hn::LoadU(d, in + p * step), weight, sum[p]);
    }
  }
}

// The same for kTaps taps side by side: every pixel is loaded once for all outputs that see it.
template <int kPixels, int kTaps, int kStride>
HWY_INLINE void AccumulateTaps(const Row& r, ptrdiff_t ox, VF (&sum)[kPixels]) {
  const DF d;
  const ConvGeometry& g = *r.g;
  const float* w = r.w;
  for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky, w += kTaps * kLanes) {
    const float* in = r.lines + (ky * g.dilation_h * r.width + ox * kStride) * kLanes;
    VF weight[kTaps];
#pragma GCC unroll 8
    for (int t = 0; t < kTaps; ++t) weight[t] = hn::LoadU(d, w + t * kLanes);
#pragma GCC unroll 32
    for (int j = 0; j < (kPixels - 1) * kStride + kTaps; ++j) {
      const VF pixel = hn::LoadU(d, in + j * kLanes);
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        const int t = j - p * kStride;
        if (t >= 0 && t < kTaps) sum[p] = hn::MulAdd(pixel, weight[t], sum[p]);
      }
    }
  }
}

template <int kPixels, int kTaps, int kStride>
HWY_INLINE void RunPixels(const Row& r, ptrdiff_t ox) {
  const DF d;
  VF sum[kPixels];
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) sum[p] = r.bias;
  if constexpr (kTaps > 0 && kPixels >= 4) {
    AccumulateTaps<kPixels, kTaps, kStride>(r, ox, sum);
  } else {
    Accumulate<kPixels>(r, ox, sum);
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) sum[p] = r.act->Apply(sum[p]);
  if constexpr (kPixels >= 4) {
#pragma GCC unroll 2
    for (int p = 0; p < kPixels; p += 4) {
      const int at = HWY_MIN(p, kPixels - 4);
      VF turned[4] = {sum[at], sum[at + 1], sum[at + 2], sum[at + 3]};
      TransposeBlocks(turned[0], turned[1], turned[2], turned[3]);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        StoreBlocks(d, turned[i], r.y + i * r.plane + ox + at, 4 * static_cast<size_t>(r.plane));
      }
    }
  } else {
    HWY_ALIGN float lanes[kPixelLanes];
    hn::Store(sum[0], d, lanes);
    for (ptrdiff_t c = 0; c < kLanes; ++c) r.y[c * r.plane + ox] = lanes[c];
  }
}

// The last step of a row goes back over pixels that exist already: their bits are the same. Rows of seven, the last
// maps of many networks, are one step: sums of four pixels at a time would wait for each other.
template <int kTaps, int kStride>
HWY_NOINLINE void RunRow(const Row& r) {
  const ptrdiff_t n = r.g->out_w;
  if (kTaps > 0 && n == 7) return RunPixels<7, kTaps, kStride>(r, 0);
  ptrdiff_t x = 0;
  for (; x < n && n >= 8 && (x + 8 <= n || n - x > 4); x += 8) RunPixels<8, kTaps, kStride>(r, HWY_MIN(x, n - 8));
  for (; x < n && n >= 4; x += 4) RunPixels<4, kTaps, kStride>(r, HWY_MIN(x, n - 4));
  for (; x < n; ++x) RunPixels<1, kTaps, kStride>(r, x);
}

using RowFn = void (*)(const Row&);

RowFn ChooseRow([[maybe_unused]] const ConvGeometry& g) {
#if HWY_TARGET != HWY_SSE4  // the floor has to be right, not large
  if (g.dilation_w == 1 && g.stride_w <= 2) {
    if (g.kernel_w == 3) return g.stride_w == 1 ? &RunRow<3, 1> : &RunRow<3, 2>;
    if (g.kernel_w == 5) return g.stride_w == 1 ? &RunRow<5, 1> : &RunRow<5, 2>;
  }
#endif
  return &RunRow<0, 0>;
}

// w [kLanes][taps] -> [taps][kLanes]
void TurnWeights(float* to, const float* w, ptrdiff_t taps) {
  ptrdiff_t t = 0;
  for (; t + 4 <= taps; t += 4) LoadPixels(to + t * kLanes, w + t, taps);
  for (; t < taps; ++t) {
    for (ptrdiff_t c = 0; c < kLanes; ++c) to[t * kLanes + c] = w[c * taps + t];
  }
}

}  // namespace

size_t DepthwiseLanes() { return kPixelLanes; }

size_t DepthwisePlanesScratch(const ConvGeometry& g) {
  if (DepthwiseByRows(g)) return static_cast<size_t>(g.in_w);
  const Band band(g);
  return static_cast<size_t>((band.lines(g, band.rows) * band.width + g.kernel_h * g.kernel_w) * kLanes);
}

void DepthwisePlanes(float* y, ptrdiff_t plane_y, const float* x, ptrdiff_t plane_x, const float* w, const float* bias,
                     const ConvGeometry& g, const Epilogue* epilogue, float* scratch) {
  if (DepthwiseByRows(g)) return DepthwiseRows({y, plane_y, x, plane_x, w, bias, kLanes, &g, epilogue}, scratch);
  const Band band(g);
  const VectorAct act(epilogue);
  TurnWeights(scratch, w, g.kernel_h * g.kernel_w);
  float* lines = scratch + g.kernel_h * g.kernel_w * kLanes;
  Row r = {&g, scratch, lines, band.width, y, plane_y, bias ? hn::LoadU(DF(), bias) : hn::Zero(DF()), &act};
  const RowFn run = ChooseRow(g);
  for (ptrdiff_t y0 = 0; y0 < g.out_h; y0 += band.rows) {
    const ptrdiff_t rows = HWY_MIN(g.out_h - y0, band.rows);
    LoadLines(lines, x, plane_x, kPixelLanes, g.in_h, g.in_w, y0 * g.stride_h - g.pad_top, -g.pad_left,
              band.lines(g, rows), band.width);
    for (ptrdiff_t i = 0; i < rows; ++i, r.y += g.out_w) {
      r.lines = lines + i * g.stride_h * band.width * kLanes;
      run(r);
    }
    if (!act.rows) continue;
    for (ptrdiff_t c = 0; c < kLanes; ++c) {
      float* out = y + c * plane_y + y0 * g.out_w;
      act.rows(out, out, static_cast<size_t>(rows * g.out_w), epilogue->alpha, epilogue->beta);
    }
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(DepthwiseLanes);
KANTE_DISPATCH(DepthwisePlanesScratch);
KANTE_DISPATCH(DepthwisePlanes);

size_t DepthwiseLanes() { return KANTE_CALL(DepthwiseLanes)(); }

size_t DepthwisePlanesScratch(const ConvGeometry& g) { return KANTE_CALL(DepthwisePlanesScratch)(g); }

void DepthwisePlanes(float* y, ptrdiff_t plane_y, const float* x, ptrdiff_t plane_x, const float* w, const float* bias,
                     const ConvGeometry& g, const Epilogue* epilogue, float* scratch) {
  KANTE_CALL(DepthwisePlanes)(y, plane_y, x, plane_x, w, bias, g, epilogue, scratch);
}

}  // namespace kante::kernels
#endif
