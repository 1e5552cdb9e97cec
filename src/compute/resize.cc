// SPDX-License-Identifier: MIT
#include "compute/resize.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/move.h"
#include "kernels/resize.h"

namespace kante::core {
namespace {

constexpr int64_t kRangeWork = 1 << 14;  // outputs that are worth a thread
constexpr int64_t kMaxRows = 32;         // rows that one call mixes

int64_t GrainFor(int64_t row) { return std::max<int64_t>(1, kRangeWork / std::max<int64_t>(row, 1)); }

// y [inner] = sum of w[t] * x rows; long filters in several calls.
void MixRows(float* y, const float* x, int64_t inner, const int32_t* index, const float* w, int64_t stride,
             int64_t taps) {
  std::array<const float*, kMaxRows> rows;
  std::array<float, kMaxRows> weights;
  bool first = true;
  for (int64_t t = 0; t < taps;) {
    size_t count = 0;
    if (!first) {
      rows[count] = y;
      weights[count++] = 1.0f;
    }
    for (; t < taps && count < static_cast<size_t>(kMaxRows); ++t) {
      rows[count] = x + index[t * stride] * inner;
      weights[count++] = w[t * stride];
    }
    kernels::WeightedRows(y, rows.data(), weights.data(), count, static_cast<size_t>(inner));
    first = false;
  }
}

}  // namespace

bool ResizePass(float* y, const float* x, int64_t outer, const ResizeAxis& axis, int64_t inner, int64_t taps,
                const int32_t* index, const float* w, ParallelFor parallel) {
  const int64_t in = axis.in, out = axis.out;
  if (inner == 1) {
    return parallel(outer, GrainFor(out * taps), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) {
        if (taps == 2) {
          kernels::LerpGatherRow(y + o * out, x + o * in, index, index + out, w, w + out, static_cast<size_t>(out));
        } else {
          kernels::TapsGatherRow(y + o * out, x + o * in, index, w, static_cast<size_t>(taps),
                                 static_cast<size_t>(out));
        }
      }
    });
  }
  return parallel(outer * out, GrainFor(inner * taps), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row % out;
      MixRows(y + row * inner, x + row / out * in * inner, inner, index + at, w + at, out, taps);
    }
  });
}

bool GatherGrid(void* y, const void* x, const Shape& in_shape, const Shape& out_shape,
                std::span<const int32_t* const> index, size_t element_size, ParallelFor parallel) {
  const int last = out_shape.rank() - 1;
  const int64_t row = out_shape[last], in_row = in_shape[last];
  const int64_t size = static_cast<int64_t>(element_size);
  const int32_t* columns = index[static_cast<size_t>(last)];
  bool whole_rows = row == in_row;
  for (int64_t i = 0; whole_rows && i < row; ++i) whole_rows = columns[i] == i;
  std::byte* to = static_cast<std::byte*>(y);
  const std::byte* from = static_cast<const std::byte*>(x);
  return parallel(out_shape.Product(0, last), GrainFor(row), [&](int64_t begin, int64_t end) {
    int64_t before = -1;
    for (int64_t r = begin; r < end; ++r) {
      int64_t rest = r, source = 0, step = 1;
      for (int d = last - 1; d >= 0; --d) {
        source += index[static_cast<size_t>(d)][rest % out_shape[d]] * step;
        rest /= out_shape[d];
        step *= in_shape[d];
      }
      std::byte* dst = to + r * row * size;
      if (source == before) {  // rows repeat when they are spread
        std::memcpy(dst, dst - row * size, static_cast<size_t>(row * size));
      } else if (whole_rows) {
        std::memcpy(dst, from + source * in_row * size, static_cast<size_t>(row * size));
      } else {
        kernels::GatherRow(dst, from + source * in_row * size, columns, static_cast<size_t>(row), element_size);
      }
      before = source;
    }
  });
}

}  // namespace kante::core
