// SPDX-License-Identifier: MIT
//
// Padded rows split into phases, shared by depthwise convolution and pooling.
//
// A padded row has column j at phase j % stride_w, index j / stride_w; each phase is contiguous (`width` floats). What
// tap kx reads for output columns ox, ox + 1, ... is then contiguous for any stride and dilation: phase (kx *
// dilation_w) % stride_w from index ox + (kx * dilation_w) / stride_w.
#include "kernels/conv_pack.h"
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_PLANE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_PLANE_INL_H_
#undef KANTE_KERNELS_PLANE_INL_H_
#else
#define KANTE_KERNELS_PLANE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

constexpr ptrdiff_t kPlaneLanes = HWY_MAX_BYTES / sizeof(float);

// Floats of one phase: whole vectors of output columns plus the reach of the taps.
inline ptrdiff_t PhaseWidth(const ConvGeometry& g) {
  const ptrdiff_t columns = (g.out_w + kPlaneLanes - 1) / kPlaneLanes * kPlaneLanes;
  const ptrdiff_t width = columns + (g.kernel_w - 1) * g.dilation_w / g.stride_w + 1;
  return (width + kPlaneLanes - 1) / kPlaneLanes * kPlaneLanes;
}

// Walks the taps of a row: offset() is where tap kx starts within a split row.
struct TapOffset {
  ptrdiff_t phase = 0, index = 0;
  HWY_INLINE ptrdiff_t offset(ptrdiff_t width) const { return phase * width + index; }
  HWY_INLINE void Next(const ConvGeometry& g, ptrdiff_t phase_step, ptrdiff_t index_step) {
    phase += phase_step;
    index += index_step;
    if (phase >= g.stride_w) {
      phase -= g.stride_w;
      ++index;
    }
  }
};

inline void FillFloats(float* p, ptrdiff_t n, float value) {
  for (ptrdiff_t i = 0; i < n; ++i) p[i] = value;
}

// Elements src[first + i * step], i < n, at to[i]; `fill` around them up to width. step = 1 or any.
HWY_INLINE void CopyPhase(float* dst, ptrdiff_t width, const float* src, ptrdiff_t in_w, ptrdiff_t first,
                          ptrdiff_t step, float fill) {
  ptrdiff_t from = first < 0 ? (-first + step - 1) / step : 0;
  ptrdiff_t to = first >= in_w ? 0 : (in_w - 1 - first) / step + 1;
  if (from > width) from = width;
  if (to > width) to = width;
  if (to < from) to = from;
  FillFloats(dst, from, fill);
  ptrdiff_t i = from;
  if (step == 1) {
    if (to > from) std::memcpy(dst + from, src + first + from, static_cast<size_t>(to - from) * sizeof(float));
    i = to;
  } else if (step == 2) {
    // Both phases of the pair are loaded and one is kept; the extra element that is read lies inside the row.
    const DF d;
    for (; i + kPlaneLanes <= to && first + 2 * (i + kPlaneLanes) <= in_w; i += kPlaneLanes) {
      const float* p = src + first + 2 * i;
      hn::StoreU(hn::ConcatEven(d, hn::LoadU(d, p + kPlaneLanes), hn::LoadU(d, p)), d, dst + i);
    }
  }
  for (; i < to; ++i) dst[i] = src[first + i * step];
  FillFloats(dst + to, width - to, fill);
}

// One input row (null: a row of padding) into its stride_w phases.
HWY_INLINE void SplitRow(float* dst, ptrdiff_t width, const float* src, const ConvGeometry& g, float fill) {
  if (!src) {
    FillFloats(dst, width * g.stride_w, fill);
    return;
  }
  for (ptrdiff_t phase = 0; phase < g.stride_w; ++phase) {
    CopyPhase(dst + phase * width, width, src, g.in_w, phase - g.pad_left, g.stride_w, fill);
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_PLANE_INL_H_
