// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/conv_shape.h"

namespace kante::core {

// Calls visit(offset in the plane) for every element of the window of output `pixel` that lies inside the plane, in
// ascending order of taps. Any rank.
template <typename Visit>
void ForWindow(const ConvShape& s, const ConvShape::Dims& pixel, const Visit& visit) {
  // Per dimension: the taps [first, last) that fall inside.
  ConvShape::Dims start{}, first{}, last{}, tap{};
  for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
    start[d] = pixel[d] * s.stride[d] - s.pad_begin[d];
    first[d] = start[d] < 0 ? (-start[d] + s.dilation[d] - 1) / s.dilation[d] : 0;
    const int64_t room = s.in[d] - start[d];
    last[d] = room <= 0 ? 0 : (room + s.dilation[d] - 1) / s.dilation[d];
    if (last[d] > s.kernel[d]) last[d] = s.kernel[d];
    if (first[d] >= last[d]) return;
    tap[d] = first[d];
  }
  for (;;) {
    int64_t offset = 0;
    for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
      offset = offset * s.in[d] + start[d] + tap[d] * s.dilation[d];
    }
    visit(offset);
    int d = s.rank - 1;
    for (; d >= 0; --d) {
      const size_t i = static_cast<size_t>(d);
      if (++tap[i] < last[i]) break;
      tap[i] = first[i];
    }
    if (d < 0) return;
  }
}

// Calls body(i, pixel) for the output pixels of a plane in order.
template <typename Body>
void ForPixels(const ConvShape& s, const Body& body) {
  const int64_t count = s.out_pixels();
  ConvShape::Dims pixel{};
  for (int64_t i = 0; i < count; ++i) {
    body(i, pixel);
    for (int d = s.rank - 1; d >= 0; --d) {
      const size_t k = static_cast<size_t>(d);
      if (++pixel[k] < s.out[k]) break;
      pixel[k] = 0;
    }
  }
}

}  // namespace kante::core
