// SPDX-License-Identifier: MIT
//
// Separable: the rows of a window are combined first, for the whole width, then its columns from the split row
// (plane_inl.h).
#include "kernels/pool.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool.cc"
#include "kernels/simd.h"

#include "kernels/plane_inl.h"
#include "kernels/reduce_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

// column[x] = R over the rows iy0, iy0 + dilation, ... (n of them, all inside the plane).
template <class R>
HWY_INLINE void CombineRows(float* column, const float* first, ptrdiff_t step, ptrdiff_t n, ptrdiff_t in_w) {
  const DF d;
  if (in_w < kPlaneLanes) {
    const size_t left = static_cast<size_t>(in_w);
    VF v = LoadPartial(first, left);
    for (ptrdiff_t i = 1; i < n; ++i) v = R::Combine(v, LoadPartial(first + i * step, left));
    return StorePartial(v, column, left);
  }
  // The last step goes back over columns that exist already.
  for (ptrdiff_t x = 0; x < in_w; x += kPlaneLanes) {
    const ptrdiff_t at = HWY_MIN(x, in_w - kPlaneLanes);
    VF v = hn::LoadU(d, first + at);
    for (ptrdiff_t i = 1; i < n; ++i) v = R::Combine(v, hn::LoadU(d, first + i * step + at));
    hn::StoreU(v, d, column + at);
  }
}

// Rows of the window of output row oy that lie inside [lo, hi): the first tap and how many.
HWY_INLINE void TapsInside(ptrdiff_t start, ptrdiff_t dilation, ptrdiff_t kernel, ptrdiff_t lo, ptrdiff_t hi,
                           ptrdiff_t& first, ptrdiff_t& count) {
  first = start < lo ? (lo - start + dilation - 1) / dilation : 0;
  ptrdiff_t end = start >= hi ? 0 : (hi - 1 - start) / dilation + 1;
  if (end > kernel) end = kernel;
  count = end > first ? end - first : 0;
}

// No window reaches into padding.
bool AllInside(const ConvGeometry& g) {
  return g.pad_top == 0 && g.pad_left == 0 && (g.out_h - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h < g.in_h &&
         (g.out_w - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w < g.in_w;
}

HWY_INLINE VF LoadUpTo(const float* p, ptrdiff_t n) {
  return n >= kPlaneLanes ? hn::LoadU(DF(), p) : n > 0 ? LoadPartial(p, static_cast<size_t>(n)) : hn::Zero(DF());
}

// A row of windows two columns wide, side by side.
template <class R, class Finish>
HWY_INLINE void PairRow(float* y, const float* x, const ConvGeometry& g, ptrdiff_t oy, const Finish& finish) {
  const DF d;
  if (const ptrdiff_t n = g.out_w; n < kPlaneLanes) {
    VF low = LoadUpTo(x, 2 * n), high = LoadUpTo(x + kPlaneLanes, 2 * n - kPlaneLanes);
    for (ptrdiff_t i = 1; i < g.kernel_h; ++i) {
      x += g.dilation_h * g.in_w;
      low = R::Combine(low, LoadUpTo(x, 2 * n));
      high = R::Combine(high, LoadUpTo(x + kPlaneLanes, 2 * n - kPlaneLanes));
    }
    const VF v = finish(R::Combine(hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low)), oy, 0);
    return StorePartial(v, y, static_cast<size_t>(n));
  }
  // The last step goes back over outputs that exist already.
  for (ptrdiff_t ox = 0; ox < g.out_w; ox += kPlaneLanes) {
    const ptrdiff_t at = HWY_MIN(ox, g.out_w - kPlaneLanes);
    const float* p = x + 2 * at;
    VF low = hn::LoadU(d, p), high = hn::LoadU(d, p + kPlaneLanes);
    for (ptrdiff_t i = 1; i < g.kernel_h; ++i) {
      p += g.dilation_h * g.in_w;
      low = R::Combine(low, hn::LoadU(d, p));
      high = R::Combine(high, hn::LoadU(d, p + kPlaneLanes));
    }
    hn::StoreU(finish(R::Combine(hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low)), oy, at), d, y + at);
  }
}

// A row of fewer outputs than a vector has lanes, from the combined rows.
template <class R, class Finish>
HWY_INLINE void ShortRow(float* y, const float* column, const ConvGeometry& g, ptrdiff_t oy, const Finish& finish) {
  for (ptrdiff_t ox = 0; ox < g.out_w; ++ox, column += g.stride_w) {
    VF v = Const(column[0]);
    for (ptrdiff_t kx = 1; kx < g.kernel_w; ++kx) v = R::Combine(v, Const(column[kx * g.dilation_w]));
    y[ox] = hn::GetLane(finish(v, oy, ox));
  }
}

// finish(v, oy, ox) turns the combined vector into outputs from column ox on; it may read a vector of per-column data.
template <class R, class Finish>
HWY_INLINE void PoolPlane(float* y, const float* x, const ConvGeometry& g, float identity, float* scratch,
                          const Finish& finish) {
  const DF d;
  const ptrdiff_t width = PhaseWidth(g);
  float* split = scratch;
  float* column = scratch + width * g.stride_w;
  const ptrdiff_t phase_step = g.dilation_w % g.stride_w, index_step = g.dilation_w / g.stride_w;
  const bool inside = AllInside(g), narrow = inside && g.out_w < kPlaneLanes;
  const bool pairs = inside && g.kernel_w == 2 && g.stride_w == 2 && g.dilation_w == 1;
  for (ptrdiff_t oy = 0; oy < g.out_h; ++oy, y += g.out_w) {
    const ptrdiff_t start = oy * g.stride_h - g.pad_top;
    if (pairs) {
      PairRow<R>(y, x + start * g.in_w, g, oy, finish);
      continue;
    }
    ptrdiff_t first = 0, count = g.kernel_h;
    if (!inside) TapsInside(start, g.dilation_h, g.kernel_h, 0, g.in_h, first, count);
    if (count > 0)
      CombineRows<R>(column, x + (start + first * g.dilation_h) * g.in_w, g.dilation_h * g.in_w, count, g.in_w);
    if (narrow) {
      ShortRow<R>(y, column, g, oy, finish);
      continue;
    }
    SplitRow(split, width, count > 0 ? column : nullptr, g, identity);
    for (ptrdiff_t ox = 0; ox < g.out_w; ox += kPlaneLanes) {
      TapOffset tap;
      VF v = Const(identity);
      for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx, tap.Next(g, phase_step, index_step)) {
        v = R::Combine(v, hn::LoadU(d, split + tap.offset(width) + ox));
      }
      v = finish(v, oy, ox);
      if (const ptrdiff_t left = g.out_w - ox; left >= kPlaneLanes) {
        hn::StoreU(v, d, y + ox);
      } else {
        StorePartial(v, y + ox, static_cast<size_t>(left));
      }
    }
  }
}

ptrdiff_t RoundedRow(ptrdiff_t n) { return (n + kPlaneLanes - 1) / kPlaneLanes * kPlaneLanes; }

}  // namespace

size_t PoolScratch(const ConvGeometry& g) {
  // ShortRow reads a vector of per-column data from each column on.
  return static_cast<size_t>(PhaseWidth(g) * g.stride_w + RoundedRow(g.in_w) + RoundedRow(g.out_w) + kPlaneLanes);
}

void MaxPoolPlane(float* y, const float* x, const ConvGeometry& g, float* scratch) {
  PoolPlane<MaxReducer>(y, x, g, -std::numeric_limits<float>::infinity(), scratch,
                        [](VF v, ptrdiff_t, ptrdiff_t) HWY_ATTR { return v; });
}

void AveragePoolPlane(float* y, const float* x, const ConvGeometry& g, bool count_include_pad, ptrdiff_t pad_bottom,
                      ptrdiff_t pad_right, float* scratch) {
  // Per output column: how many of the window's columns count.
  float* columns = scratch + PhaseWidth(g) * g.stride_w + RoundedRow(g.in_w);
  ptrdiff_t first, count;
  for (ptrdiff_t ox = 0; ox < RoundedRow(g.out_w); ++ox) {
    const ptrdiff_t lo = count_include_pad ? -g.pad_left : 0, hi = g.in_w + (count_include_pad ? pad_right : 0);
    TapsInside(ox * g.stride_w - g.pad_left, g.dilation_w, g.kernel_w, lo, hi, first, count);
    columns[ox] = static_cast<float>(count);
  }
  PoolPlane<SumReducer>(y, x, g, 0.0f, scratch, [=, &g](VF sum, ptrdiff_t oy, ptrdiff_t ox) HWY_ATTR {
    ptrdiff_t top, rows;
    const ptrdiff_t lo = count_include_pad ? -g.pad_top : 0, hi = g.in_h + (count_include_pad ? pad_bottom : 0);
    TapsInside(oy * g.stride_h - g.pad_top, g.dilation_h, g.kernel_h, lo, hi, top, rows);
    const VF n = hn::Mul(hn::LoadU(DF(), columns + ox), Const(static_cast<float>(rows)));
    return hn::IfThenZeroElse(hn::Eq(n, hn::Zero(DF())), hn::Div(sum, n));
  });
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(PoolScratch);
KANTE_DISPATCH(MaxPoolPlane);
KANTE_DISPATCH(AveragePoolPlane);

size_t PoolScratch(const ConvGeometry& g) { return KANTE_CALL(PoolScratch)(g); }
void MaxPoolPlane(float* y, const float* x, const ConvGeometry& g, float* scratch) {
  KANTE_CALL(MaxPoolPlane)(y, x, g, scratch);
}
void AveragePoolPlane(float* y, const float* x, const ConvGeometry& g, bool count_include_pad, ptrdiff_t pad_bottom,
                      ptrdiff_t pad_right, float* scratch) {
  KANTE_CALL(AveragePoolPlane)(y, x, g, count_include_pad, pad_bottom, pad_right, scratch);
}

void MaxPoolPlaneIndex(float* y, int64_t* index, const float* x, const ConvGeometry& g) {
  for (ptrdiff_t oy = 0; oy < g.out_h; ++oy) {
    for (ptrdiff_t ox = 0; ox < g.out_w; ++ox) {
      float best = -std::numeric_limits<float>::infinity();
      int64_t at = -1;
      for (ptrdiff_t ky = 0; ky < g.kernel_h; ++ky) {
        const ptrdiff_t iy = oy * g.stride_h - g.pad_top + ky * g.dilation_h;
        if (iy < 0 || iy >= g.in_h) continue;
        for (ptrdiff_t kx = 0; kx < g.kernel_w; ++kx) {
          const ptrdiff_t ix = ox * g.stride_w - g.pad_left + kx * g.dilation_w;
          if (ix < 0 || ix >= g.in_w) continue;
          const float v = x[iy * g.in_w + ix];
          if (at >= 0 && !(v > best || (v != v && best == best))) continue;
          best = v;
          at = iy * g.in_w + ix;
        }
      }
      *y++ = best;
      *index++ = at;
    }
  }
}

}  // namespace kante::kernels
#endif
