// SPDX-License-Identifier: MIT
//
// Channels-first planes as pixels of kPixelLanes channels and back, for kernels whose lanes are channels.
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_PIXELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_PIXELS_INL_H_
#undef KANTE_KERNELS_PIXELS_INL_H_
#else
#define KANTE_KERNELS_PIXELS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

constexpr size_t kPixelLanes = HWY_MAX_BYTES / sizeof(float);

// Vector from 128-bit blocks `step` floats apart, and back.
template <class D>
HWY_INLINE hn::Vec<D> LoadBlocks(D d, const float* p, ptrdiff_t step) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, p);
  } else {
    const hn::Half<D> half;
    constexpr ptrdiff_t kBlocks = static_cast<ptrdiff_t>(hn::MaxLanes(D()) / 8);
    return hn::Combine(d, LoadBlocks(half, p + kBlocks * step, step), LoadBlocks(half, p, step));
  }
}
template <class D>
HWY_INLINE void StoreBlocks(D d, hn::Vec<D> v, float* p, size_t step) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    hn::StoreU(v, d, p);
  } else {
    const hn::Half<D> half;
    StoreBlocks(half, hn::LowerHalf(half, v), p, step);
    StoreBlocks(half, hn::UpperHalf(half, v), p + hn::MaxLanes(D()) / 8 * step, step);
  }
}

// The 4 x 4 matrix in every 128-bit block.
HWY_INLINE void TransposeBlocks(VF& a, VF& b, VF& c, VF& e) {
  const DF d;
  const VF ac = hn::InterleaveLower(d, a, c), be = hn::InterleaveLower(d, b, e);
  const VF ac1 = hn::InterleaveUpper(d, a, c), be1 = hn::InterleaveUpper(d, b, e);
  a = hn::InterleaveLower(d, ac, be);
  b = hn::InterleaveUpper(d, ac, be);
  c = hn::InterleaveLower(d, ac1, be1);
  e = hn::InterleaveUpper(d, ac1, be1);
}

// Four pixels of kPixelLanes planes.
HWY_INLINE void LoadPixels(float* to, const float* from, ptrdiff_t plane) {
  const DF d;
  VF a = LoadBlocks(d, from, 4 * plane), b = LoadBlocks(d, from + plane, 4 * plane),
     c = LoadBlocks(d, from + 2 * plane, 4 * plane), e = LoadBlocks(d, from + 3 * plane, 4 * plane);
  TransposeBlocks(a, b, c, e);
  hn::StoreU(a, d, to);
  hn::StoreU(b, d, to + kPixelLanes);
  hn::StoreU(c, d, to + 2 * kPixelLanes);
  hn::StoreU(e, d, to + 3 * kPixelLanes);
}

// Lines [n][width][kPixelLanes channels] from line y0 and column x0 of planes (height x in_w, `plane` floats
// apart) on, zeros outside and in lanes beyond `channels`.
HWY_INLINE void LoadLines(float* to, const float* x, ptrdiff_t plane, size_t channels, ptrdiff_t height, ptrdiff_t in_w,
                          ptrdiff_t y0, ptrdiff_t x0, ptrdiff_t n, ptrdiff_t width) {
  constexpr ptrdiff_t kLanes = static_cast<ptrdiff_t>(kPixelLanes);
  const ptrdiff_t from = HWY_MIN(HWY_MAX(-x0, ptrdiff_t{0}), width), end = HWY_MAX(HWY_MIN(in_w - x0, width), from);
  for (ptrdiff_t i = 0; i < n; ++i) {
    float* line = to + i * width * kLanes;
    const ptrdiff_t y = y0 + i;
    if (y < 0 || y >= height || channels < kPixelLanes) {
      std::memset(line, 0, static_cast<size_t>(width) * kPixelLanes * sizeof(float));
      if (y < 0 || y >= height) continue;
    }
    for (ptrdiff_t p = 0; p < from; ++p) hn::StoreU(hn::Zero(DF()), DF(), line + p * kLanes);
    for (ptrdiff_t p = end; p < width; ++p) hn::StoreU(hn::Zero(DF()), DF(), line + p * kLanes);
    const float* src = x + y * in_w + x0;
    if (channels == kPixelLanes && end - from >= 4) {
      ptrdiff_t p = from;
      for (; p + 4 <= end; p += 4) LoadPixels(line + p * kLanes, src + p, plane);
      if (p < end) LoadPixels(line + (end - 4) * kLanes, src + end - 4, plane);  // some pixels once more
      continue;
    }
    for (ptrdiff_t p = from; p < end; ++p) {
      for (size_t c = 0; c < channels; ++c)
        line[p * kLanes + static_cast<ptrdiff_t>(c)] = src[static_cast<ptrdiff_t>(c) * plane + p];
    }
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_PIXELS_INL_H_
