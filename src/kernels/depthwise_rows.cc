// SPDX-License-Identifier: MIT
//
// 3x3 with stride 1 or 2, plane by plane with lanes along rows: nothing is copied, masked loads are the border. For
// targets that have such loads.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_rows.cc"
#include "kernels/simd.h"

#include <type_traits>

#include "base/build.h"
#include "kernels/depthwise_rows.h"
#include "kernels/epilogue_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace {

constexpr ptrdiff_t kLanes = static_cast<ptrdiff_t>(HWY_MAX_BYTES / sizeof(float));
constexpr ptrdiff_t kFloatsAtOnce = 2048;  // outputs that an activation finds in L1

// Even and odd lanes of two neighbours, in an order that Restore puts right.
HWY_INLINE VF Even(VF low, VF high) {
#if HWY_TARGET == HWY_AVX2
  return VF{_mm256_shuffle_ps(low.raw, high.raw, 0x88)};
#else
  return hn::ConcatEven(DF(), high, low);
#endif
}
HWY_INLINE VF Odd(VF low, VF high) {
#if HWY_TARGET == HWY_AVX2
  return VF{_mm256_shuffle_ps(low.raw, high.raw, 0xDD)};
#else
  return hn::ConcatOdd(DF(), high, low);
#endif
}
HWY_INLINE VF Restore(VF v) {
#if HWY_TARGET == HWY_AVX2
  return VF{_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v.raw), 0xD8))};
#else
  return v;
#endif
}

// What the three taps of one line see: kLoads vectors, of which borders may hide lanes of the first and of the last.
template <int kStride>
struct Taps {
  static constexpr int kLoads = kStride == 1 ? 3 : 4;
  static constexpr ptrdiff_t At(int i) { return kStride == 1 ? i : i / 2 * 2 + i % 2 * kLanes; }

  // Column of the last load of a row.
  static ptrdiff_t Last(const ConvGeometry& g) { return (g.out_w - kLanes) * kStride - g.pad_left + At(kLoads - 1); }

  template <bool kBorder, class M>
  static HWY_INLINE void Load(const float* p, const M& left, const M& right, VF (&tap)[3]) {
    const DF d;
    VF v[kLoads];
    v[0] = kBorder ? hn::MaskedLoad(left, d, p) : hn::LoadU(d, p);
#pragma GCC unroll 2
    for (int i = 1; i + 1 < kLoads; ++i) v[i] = hn::LoadU(d, p + At(i));
    v[kLoads - 1] = kBorder ? hn::MaskedLoad(right, d, p + At(kLoads - 1)) : hn::LoadU(d, p + At(kLoads - 1));
    if constexpr (kStride == 1) {
      tap[0] = v[0], tap[1] = v[1], tap[2] = v[2];
    } else {
      tap[0] = Even(v[0], v[1]), tap[1] = Odd(v[0], v[1]), tap[2] = Even(v[2], v[3]);
    }
  }
};

struct Plane {
  const ConvGeometry* g;
  const float* zeros;  // a line of them
  const float* w;
  float bias, low, high;
  float* y;
  const float* x;
  hn::Mask<DF> all, after_pad, inside;  // lanes of a first load, and of the last one of a row
};

// Output rows [from, to), kRows at a time.
template <int kRows, int kStride>
HWY_NOINLINE void Rows(const Plane& p, ptrdiff_t from, ptrdiff_t to) {
  constexpr int kLines = (kRows - 1) * kStride + 3;
  using T = Taps<kStride>;
  const DF d;
  const ptrdiff_t out_w = p.g->out_w, in_w = p.g->in_w, in_h = p.g->in_h, pad = p.g->pad_left, top = p.g->pad_top;
  const ptrdiff_t tail = out_w - kLanes;
  const auto all = p.all, after_pad = p.after_pad, inside = p.inside;
  const float *x = p.x, *zeros = p.zeros;
  VF w[9];
#pragma GCC unroll 9
  for (int i = 0; i < 9; ++i) w[i] = Const(p.w[i]);
  for (ptrdiff_t oy = from; oy < to; oy += kRows) {
    const float* lines[kLines];
#pragma GCC unroll 8
    for (int j = 0; j < kLines; ++j) {
      const ptrdiff_t iy = oy * kStride - top + j;
      lines[j] = iy >= 0 && iy < in_h ? x + iy * in_w : zeros;
    }
    float* out_row = p.y + oy * out_w;
    const auto block = [&](auto border, ptrdiff_t ox, auto left, auto right) HWY_ATTR {
      const ptrdiff_t column = ox * kStride - pad;
      VF sum[kRows];
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i) sum[i] = Const(p.bias);
#pragma GCC unroll 8
      for (int j = 0; j < kLines; ++j) {
        VF tap[3];
        T::template Load<border()>(lines[j] + column, left, right, tap);
#pragma GCC unroll 3
        for (int k = 0; k < 3; ++k) {
#pragma GCC unroll 4
          for (int i = 0; i < kRows; ++i) {
            const int ky = j - i * kStride;
            if (ky >= 0 && ky < 3) sum[i] = hn::MulAdd(tap[k], w[ky * 3 + k], sum[i]);
          }
        }
      }
      // Fetched where they are used: there is no register for them.
      const VF low = Const(p.low), high = Const(p.high);
      float* out = out_row + ox;
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i, out += out_w) {
        const VF v = NanMin(high, NanMax(low, sum[i]));
        hn::StoreU(kStride == 2 ? Restore(v) : v, d, out);
      }
    };
    if (tail > 0) {
      block(std::true_type(), 0, after_pad, all);
      for (ptrdiff_t ox = kLanes; ox < tail; ox += kLanes) block(std::false_type(), ox, all, all);
      block(std::true_type(), tail, all, inside);
    } else {
      block(std::true_type(), 0, after_pad, inside);
    }
  }
}

template <int kStride>
void RunPlane(const Plane& p, const VectorAct& act, const Epilogue* epilogue) {
  constexpr int kMost = kStride == 1 ? 4 : 2;
  const ConvGeometry& g = *p.g;
  const ptrdiff_t step = HWY_MAX(kFloatsAtOnce / g.out_w / kMost, ptrdiff_t{1}) * kMost;
  for (ptrdiff_t oy = 0; oy < g.out_h; oy += step) {
    const ptrdiff_t end = HWY_MIN(g.out_h, oy + step), whole = oy + (end - oy) / kMost * kMost;
    Rows<kMost, kStride>(p, oy, whole);
    const ptrdiff_t pairs = kMost == 4 ? (end - whole) / 2 * 2 : 0;
    if (pairs > 0) Rows<2, kStride>(p, whole, whole + pairs);
    if (whole + pairs < end) Rows<1, kStride>(p, whole + pairs, end);
    float* out = p.y + oy * g.out_w;
    if (act.rows) act.rows(out, out, static_cast<size_t>((end - oy) * g.out_w), epilogue->alpha, epilogue->beta);
  }
}

}  // namespace

bool DepthwiseByRows(const ConvGeometry& g) {
  if (core::kForSize || g.kernel_h != 3 || g.kernel_w != 3 || g.dilation_h != 1 || g.dilation_w != 1) return false;
  if (g.stride_h != g.stride_w || g.stride_w > 2 || g.pad_left > 1 || g.out_w < kLanes) return false;
  // Only the first and the last load of a row may see the border.
  return (g.out_w - 1) * g.stride_w + 3 - g.pad_left - g.in_w <= 1;
}

void DepthwiseRows(const DepthwiseTask& t, float* zeros) {
  const ConvGeometry& g = *t.g;
  std::memset(zeros, 0, static_cast<size_t>(g.in_w) * sizeof(float));
  const VectorAct act(t.epilogue);
  const DF d;
  const ptrdiff_t end = (g.stride_w == 1 ? Taps<1>::Last(g) : Taps<2>::Last(g));
  Plane p = {.g = &g,
             .zeros = zeros,
             .w = t.w,
             .bias = 0.0f,
             .low = -__builtin_inff(),
             .high = __builtin_inff(),
             .y = t.y,
             .x = t.x,
             .all = hn::FirstN(d, static_cast<size_t>(kLanes)),
             .after_pad = hn::Not(hn::FirstN(d, static_cast<size_t>(g.pad_left))),
             .inside = hn::FirstN(d, static_cast<size_t>(HWY_MIN(g.in_w - end, kLanes)))};
  if (act.clamp) p.low = hn::GetLane(act.lo), p.high = hn::GetLane(act.hi);
  for (ptrdiff_t c = 0; c < t.channels; ++c, p.w += 9, p.x += t.plane_x, p.y += t.plane_y) {
    if (t.bias) p.bias = t.bias[c];
    if (g.stride_w == 1) {
      RunPlane<1>(p, act, t.epilogue);
    } else {
      RunPlane<2>(p, act, t.epilogue);
    }
  }
}

#else

bool DepthwiseByRows(const ConvGeometry&) { return false; }
void DepthwiseRows(const DepthwiseTask&, float*) {}

#endif

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
