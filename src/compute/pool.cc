// SPDX-License-Identifier: MIT
#include "compute/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "compute/conv_slots.h"
#include "compute/pool_window.h"
#include "kernels/pool.h"

namespace kante::core {
namespace {

// The plane kernels walk whole windows: they take planes, and windows that are not mostly padding.
bool Planar(const ConvShape& s) { return s.rank <= 2 && s.in_pixels() > 0 && s.taps() / 64 <= s.in_pixels(); }

int64_t SlotBytes(const ConvShape& s) {
  return AlignUp(static_cast<int64_t>(kernels::PoolScratch(s.Geometry())) * 4, 64);
}

template <typename T>
constexpr T LowestOf() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}

// Place in the plane with the first dimension fastest.
int64_t ColumnMajor(const ConvShape& s, int64_t offset) {
  int64_t step = s.in_pixels(), out = 0;
  for (int d = s.rank - 1; d >= 0; --d) {
    const int64_t side = s.in[static_cast<size_t>(d)];
    step /= side;
    out += offset % side * step;
    offset /= side;
  }
  return out;
}

int64_t WholeIndex(const ConvShape& s, int64_t plane, int64_t offset, bool column_major) {
  if (offset < 0) return -1;
  return plane * s.in_pixels() + (column_major ? ColumnMajor(s, offset) : offset);
}

// Elements of a window inside the padded image.
int64_t PaddedCount(const ConvShape& s, const ConvShape::Dims& pixel) {
  int64_t count = 1;
  for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
    const int64_t room = s.in[d] + s.pad_begin[d] + s.pad_end[d] - pixel[d] * s.stride[d];
    count *= std::min(s.kernel[d], CeilDiv(std::max<int64_t>(room, 0), s.dilation[d]));
  }
  return count;
}

}  // namespace

int64_t PoolScratchBytes(const ConvShape& s) {
  if (!Planar(s)) return 0;
  return SlotBytes(s) * ScratchSlots::CountFor(s.batch * s.in_channels);
}

bool MaxPoolFloat(const ConvShape& s, const float* x, float* y, int64_t* index, bool column_major, std::byte* scratch,
                  ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels();
  if (!Planar(s)) return MaxPoolPlain(s, x, y, index, column_major, parallel);
  if (out_px == 0) return true;
  const kernels::ConvGeometry g = s.Geometry();
  ScratchSlots slots(reinterpret_cast<float*>(scratch), SlotBytes(s) / 4);
  return slots.Run(s.batch * s.in_channels, parallel, [&](int64_t begin, int64_t end, float* memory) {
    for (int64_t p = begin; p < end; ++p) {
      if (!index) {
        kernels::MaxPoolPlane(y + p * out_px, x + p * in_px, g, memory);
        continue;
      }
      int64_t* to = index + p * out_px;
      kernels::MaxPoolPlaneIndex(y + p * out_px, to, x + p * in_px, g);
      for (int64_t i = 0; i < out_px; ++i) to[i] = WholeIndex(s, p, to[i], column_major);
    }
  });
}

template <typename T>
bool MaxPoolPlain(const ConvShape& s, const T* x, T* y, int64_t* index, bool column_major, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels();
  return parallel(s.batch * s.in_channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const T* from = x + p * in_px;
      ForPixels(s, [&](int64_t i, const ConvShape::Dims& pixel) {
        T best = LowestOf<T>();
        int64_t place = -1;
        ForWindow(s, pixel, [&](int64_t at) {
          const T v = from[at];
          if (place < 0 || v > best || (v != v && best == best)) {
            best = v;
            place = at;
          }
        });
        y[p * out_px + i] = best;
        if (index) index[p * out_px + i] = WholeIndex(s, p, place, column_major);
      });
    }
  });
}

bool AveragePoolFloat(const ConvShape& s, const float* x, float* y, bool count_pads, std::byte* scratch,
                      ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels();
  if (!Planar(s)) return AveragePoolPlain(s, x, y, count_pads, parallel);
  if (out_px == 0) return true;
  const kernels::ConvGeometry g = s.Geometry();
  const int64_t right = s.pad_end[static_cast<size_t>(s.rank) - 1], bottom = s.rank > 1 ? s.pad_end[0] : 0;
  ScratchSlots slots(reinterpret_cast<float*>(scratch), SlotBytes(s) / 4);
  return slots.Run(s.batch * s.in_channels, parallel, [&](int64_t begin, int64_t end, float* memory) {
    for (int64_t p = begin; p < end; ++p) {
      kernels::AveragePoolPlane(y + p * out_px, x + p * in_px, g, count_pads, bottom, right, memory);
    }
  });
}

template <typename T>
bool AveragePoolPlain(const ConvShape& s, const T* x, T* y, bool count_pads, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels();
  return parallel(s.batch * s.in_channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      ForPixels(s, [&](int64_t i, const ConvShape::Dims& pixel) {
        double sum = 0;
        int64_t inside = 0;
        ForWindow(s, pixel, [&](int64_t at) {
          sum += static_cast<double>(x[p * in_px + at]);
          ++inside;
        });
        const int64_t count = count_pads ? PaddedCount(s, pixel) : inside;
        y[p * out_px + i] = static_cast<T>(count > 0 ? sum / static_cast<double>(count) : 0.0);
      });
    }
  });
}

template <typename T>
bool LpPoolPlain(const ConvShape& s, const T* x, T* y, double power, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels();
  return parallel(s.batch * s.in_channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      ForPixels(s, [&](int64_t i, const ConvShape::Dims& pixel) {
        double sum = 0;
        ForWindow(s, pixel, [&](int64_t at) {
          const double v = std::fabs(static_cast<double>(x[p * in_px + at]));
          sum += power == 1 ? v : power == 2 ? v * v : std::pow(v, power);
        });
        y[p * out_px + i] = static_cast<T>(power == 1 ? sum : power == 2 ? std::sqrt(sum) : std::pow(sum, 1 / power));
      });
    }
  });
}

template bool MaxPoolPlain(const ConvShape&, const float*, float*, int64_t*, bool, ParallelFor);
template bool MaxPoolPlain(const ConvShape&, const double*, double*, int64_t*, bool, ParallelFor);
template bool MaxPoolPlain(const ConvShape&, const int8_t*, int8_t*, int64_t*, bool, ParallelFor);
template bool MaxPoolPlain(const ConvShape&, const uint8_t*, uint8_t*, int64_t*, bool, ParallelFor);
template bool AveragePoolPlain(const ConvShape&, const float*, float*, bool, ParallelFor);
template bool AveragePoolPlain(const ConvShape&, const double*, double*, bool, ParallelFor);
template bool LpPoolPlain(const ConvShape&, const float*, float*, double, ParallelFor);
template bool LpPoolPlain(const ConvShape&, const double*, double*, double, ParallelFor);

}  // namespace kante::core
