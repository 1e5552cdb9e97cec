// SPDX-License-Identifier: MIT
//
// A band of the plane is copied into L1 with its padding and split into phases (plane_inl.h); after that no tap needs a
// border case and every load is contiguous. 3x3 keeps its weights in registers and computes four output rows at once.
#include "kernels/depthwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/plane_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr ptrdiff_t kBandFloats = 6144;  // 24 kB: a band, not the plane, has to stay in L1

struct Band {
  ptrdiff_t width;       // of one phase
  ptrdiff_t row_stride;  // of one split input row
  ptrdiff_t rows;        // output rows of a band
};

Band BandOf(const ConvGeometry& g) {
  Band b;
  b.width = PhaseWidth(g);
  b.row_stride = b.width * g.stride_w;
  const ptrdiff_t reach = (g.kernel_h - 1) * g.dilation_h + 1;
  b.rows = (kBandFloats / b.row_stride - reach) / g.stride_h + 1;
  if (b.rows < 4) b.rows = 4;
  if (b.rows > g.out_h) b.rows = g.out_h;
  return b;
}

struct Task {
  const ConvGeometry* g;
  const float* w;
  const float* rows;  // first split input row of the first output row
  Band band;
  float* y;
  VF start;  // the bias
  bool add;  // start from y instead
  const VectorAct* act;

  HWY_INLINE VF Start(const float* p, ptrdiff_t left) const {
    if (!add) return start;
    return left >= kPlaneLanes ? hn::LoadU(DF(), p) : LoadPartial(p, static_cast<size_t>(left));
  }
  HWY_INLINE void Store(VF v, float* p, ptrdiff_t left) const {
    v = act->Apply(v);
    if (left >= kPlaneLanes) {
      hn::StoreU(v, DF(), p);
    } else {
      StorePartial(v, p, static_cast<size_t>(left));
    }
  }
};

// kRows output rows of a 3x3 kernel with dilation 1; every input vector is loaded once for all rows that use it.
template <int kRows, int kStride>
HWY_NOINLINE void Rows3x3(const Task& t) {
  const DF d;
  const ConvGeometry& g = *t.g;
  VF w[9];
#pragma GCC unroll 9
  for (int i = 0; i < 9; ++i) w[i] = Const(t.w[i]);
  const ptrdiff_t width = t.band.width, row_stride = t.band.row_stride;
  const ptrdiff_t tap[3] = {0, kStride == 1 ? 1 : width, kStride == 1 ? 2 : 1};
  for (ptrdiff_t x = 0; x < g.out_w; x += kPlaneLanes) {
    const ptrdiff_t left = g.out_w - x;
    float* out = t.y + x;
    VF sum[kRows];
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) sum[i] = t.Start(out + i * g.out_w, left);
#pragma GCC unroll 9
    for (int j = 0; j < (kRows - 1) * kStride + 3; ++j) {
      const float* in = t.rows + j * row_stride + x;
#pragma GCC unroll 3
      for (int k = 0; k < 3; ++k) {
        const VF v = hn::LoadU(d, in + tap[k]);
#pragma GCC unroll 4
        for (int i = 0; i < kRows; ++i) {
          const int ky = j - i * kStride;
          if (ky >= 0 && ky < 3) sum[i] = hn::MulAdd(v, w[ky * 3 + k], sum[i]);
        }
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) t.Store(sum[i], out + i * g.out_w, left);
  }
}

// kVectors vectors of one output row, any kernel.
template <int kVectors>
HWY_INLINE void RowStrip(const Task& t, ptrdiff_t x, ptrdiff_t left) {
  const DF d;
  const ConvGeometry& g = *t.g;
  const ptrdiff_t phase_step = g.dilation_w % g.stride_w, index_step = g.dilation_w / g.stride_w;
  VF sum[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) sum[v] = t.Start(t.y + x + v * kPlaneLanes, left - v * kPlaneLanes);
  const float* w = t.w;
  for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky) {
    const float* in = t.rows + ky * g.dilation_h * t.band.row_stride + x;
    TapOffset tap;
    for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx, tap.Next(g, phase_step, index_step)) {
      const VF weight = Const(*w++);
      const float* p = in + tap.offset(t.band.width);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[v] = hn::MulAdd(hn::LoadU(d, p + v * kPlaneLanes), weight, sum[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) t.Store(sum[v], t.y + x + v * kPlaneLanes, left - v * kPlaneLanes);
}

HWY_NOINLINE void AnyRow(const Task& t) {
  const ptrdiff_t out_w = t.g->out_w;
  ptrdiff_t x = 0;
  for (; x + 4 * kPlaneLanes <= out_w; x += 4 * kPlaneLanes) RowStrip<4>(t, x, out_w - x);
  for (; x < out_w; x += kPlaneLanes) RowStrip<1>(t, x, out_w - x);
}

// Returns how many output rows were computed.
HWY_INLINE ptrdiff_t SomeRows(const Task& t, ptrdiff_t rows) {
  const ConvGeometry& g = *t.g;
  const bool small =
      g.kernel_h == 3 && g.kernel_w == 3 && g.dilation_h == 1 && g.dilation_w == 1 && g.stride_h == g.stride_w;
  if (small && g.stride_h == 1) {
    if (rows >= 4) return Rows3x3<4, 1>(t), 4;
    return Rows3x3<1, 1>(t), 1;
  }
  if (small && g.stride_h == 2) {
    if (rows >= 2) return Rows3x3<2, 2>(t), 2;
    return Rows3x3<1, 2>(t), 1;
  }
  AnyRow(t);
  return 1;
}

void Run(float* y, const float* x, const float* w, float bias, bool add, const ConvGeometry& g,
         const Epilogue* epilogue, float* scratch) {
  const Band band = BandOf(g);
  const VectorAct act(epilogue);
  const ptrdiff_t reach = (g.kernel_h - 1) * g.dilation_h + 1;
  for (ptrdiff_t y0 = 0; y0 < g.out_h; y0 += band.rows) {
    const ptrdiff_t rows = g.out_h - y0 < band.rows ? g.out_h - y0 : band.rows;
    const ptrdiff_t in_rows = (rows - 1) * g.stride_h + reach;
    for (ptrdiff_t r = 0; r < in_rows; ++r) {
      const ptrdiff_t iy = y0 * g.stride_h - g.pad_top + r;
      SplitRow(scratch + r * band.row_stride, band.width, iy >= 0 && iy < g.in_h ? x + iy * g.in_w : nullptr, g, 0.0f);
    }
    for (ptrdiff_t r = 0; r < rows;) {
      float* out = y + (y0 + r) * g.out_w;
      const Task t = {&g, w, scratch + r * g.stride_h * band.row_stride, band, out, Const(bias), add, &act};
      const ptrdiff_t done = SomeRows(t, rows - r);
      if (act.rows) act.rows(out, out, static_cast<size_t>(done * g.out_w), epilogue->alpha, epilogue->beta);
      r += done;
    }
  }
}

}  // namespace

size_t DepthwiseScratch(const ConvGeometry& g) {
  const Band band = BandOf(g);
  return static_cast<size_t>(((band.rows - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1) * band.row_stride);
}

void DepthwisePlane(float* y, const float* x, const float* w, float bias, const ConvGeometry& g,
                    const Epilogue* epilogue, float* scratch) {
  Run(y, x, w, bias, false, g, epilogue, scratch);
}

void DepthwisePlaneAdd(float* y, const float* x, const float* w, const ConvGeometry& g, float* scratch) {
  Run(y, x, w, 0.0f, true, g, nullptr, scratch);
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(DepthwiseScratch);
KANTE_DISPATCH(DepthwisePlane);
KANTE_DISPATCH(DepthwisePlaneAdd);

size_t DepthwiseScratch(const ConvGeometry& g) { return KANTE_CALL(DepthwiseScratch)(g); }

void DepthwisePlane(float* y, const float* x, const float* w, float bias, const ConvGeometry& g,
                    const Epilogue* epilogue, float* scratch) {
  KANTE_CALL(DepthwisePlane)(y, x, w, bias, g, epilogue, scratch);
}

void DepthwisePlaneAdd(float* y, const float* x, const float* w, const ConvGeometry& g, float* scratch) {
  KANTE_CALL(DepthwisePlaneAdd)(y, x, w, g, scratch);
}

}  // namespace kante::kernels
#endif
