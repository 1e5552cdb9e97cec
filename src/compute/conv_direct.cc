// SPDX-License-Identifier: MIT
#include "compute/conv_direct.h"

#include <algorithm>

namespace kante::core {
namespace {

// Counts through dims like an odometer, last one fastest. False once it is back at zero.
bool Next(ConvShape::Dims& at, const ConvShape::Dims& dims, int rank) {
  for (int i = rank - 1; i >= 0; --i) {
    const size_t d = static_cast<size_t>(i);
    if (++at[d] < dims[d]) return true;
    at[d] = 0;
  }
  return false;
}

// Offset in the large image of window `tap` at small pixel `pixel`; -1 outside.
int64_t LargeOffset(const ConvShape& s, const ConvShape::Dims& pixel, const ConvShape::Dims& tap) {
  int64_t offset = 0;
  for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
    const int64_t at = pixel[d] * s.stride[d] - s.pad_begin[d] + tap[d] * s.dilation[d];
    if (at < 0 || at >= s.in[d]) return -1;
    offset = offset * s.in[d] + at;
  }
  return offset;
}

}  // namespace

template <typename T>
bool ConvDirect(const ConvShape& s, const T* x, const T* w, const T* bias, T* y, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels(), taps = s.taps(), depth = s.depth();
  if (out_px == 0) return true;
  return parallel(s.batch * s.out_channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t n = plane / s.out_channels, m = plane % s.out_channels;
      const T* from = x + (n * s.in_channels + m / s.out_per_group() * s.in_per_group()) * in_px;
      T* to = y + plane * out_px;
      std::fill(to, to + out_px, bias ? bias[m] : T(0));
      for (int64_t k = 0; k < depth; ++k) {
        ConvShape::Dims tap{}, pixel{};
        for (int64_t rest = k % taps, d = s.rank - 1; d >= 0; --d) {
          tap[static_cast<size_t>(d)] = rest % s.kernel[static_cast<size_t>(d)];
          rest /= s.kernel[static_cast<size_t>(d)];
        }
        const T weight = w[m * depth + k];
        const T* channel = from + k / taps * in_px;
        int64_t i = 0;
        do {
          const int64_t at = LargeOffset(s, pixel, tap);
          if (at >= 0) to[i] += weight * channel[at];
          ++i;
        } while (Next(pixel, s.out, s.rank));
      }
    }
  });
}

template <typename T>
bool ConvTransposeDirect(const ConvShape& s, const T* x, const T* w, const T* bias, T* y, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels(), taps = s.taps();
  const int64_t from_group = s.out_per_group(), to_group = s.in_per_group();
  return parallel(s.batch * s.in_channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t n = plane / s.in_channels, c = plane % s.in_channels, g = c / to_group;
      T* to = y + plane * in_px;
      std::fill(to, to + in_px, bias ? bias[c] : T(0));
      if (out_px == 0) continue;
      for (int64_t m = g * from_group; m < (g + 1) * from_group; ++m) {
        const T* from = x + (n * s.out_channels + m) * out_px;
        const T* weight = w + (m * to_group + c % to_group) * taps;
        ConvShape::Dims tap{};
        for (int64_t k = 0; k < taps; ++k) {
          ConvShape::Dims pixel{};
          int64_t i = 0;
          do {
            const int64_t at = LargeOffset(s, pixel, tap);
            if (at >= 0) to[at] += weight[k] * from[i];
            ++i;
          } while (Next(pixel, s.out, s.rank));
          Next(tap, s.kernel, s.rank);
        }
      }
    }
  });
}

template bool ConvDirect(const ConvShape&, const float*, const float*, const float*, float*, ParallelFor);
template bool ConvDirect(const ConvShape&, const double*, const double*, const double*, double*, ParallelFor);
template bool ConvTransposeDirect(const ConvShape&, const float*, const float*, const float*, float*, ParallelFor);
template bool ConvTransposeDirect(const ConvShape&, const double*, const double*, const double*, double*, ParallelFor);

}  // namespace kante::core
