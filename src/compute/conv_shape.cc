// SPDX-License-Identifier: MIT
#include "compute/conv_shape.h"

#include <algorithm>

namespace kante::core {
namespace {

// Moves the start of one dimension from output 0 to output `begin`; answers how many inputs were passed.
int64_t ShiftStart(ptrdiff_t begin, ptrdiff_t stride, ptrdiff_t* pad, ptrdiff_t* in) {
  const ptrdiff_t start = begin * stride - *pad;
  const ptrdiff_t passed = std::clamp<ptrdiff_t>(start, 0, *in);
  *pad = passed - start;
  *in -= passed;
  return passed;
}

}  // namespace

bool ConvShape::pointwise() const {
  for (size_t i = 0; i < static_cast<size_t>(rank); ++i) {
    if (kernel[i] != 1 || stride[i] != 1 || pad_begin[i] != 0 || in[i] != out[i]) return false;
  }
  return true;
}

kernels::ConvGeometry ConvShape::Geometry() const {
  kernels::ConvGeometry g;
  const size_t w = static_cast<size_t>(rank) - 1;
  g.in_w = in[w];
  g.out_w = out[w];
  g.kernel_w = kernel[w];
  g.stride_w = stride[w];
  g.dilation_w = dilation[w];
  g.pad_left = pad_begin[w];
  if (rank > 1) {
    g.in_h = in[w - 1];
    g.out_h = out[w - 1];
    g.kernel_h = kernel[w - 1];
    g.stride_h = stride[w - 1];
    g.dilation_h = dilation[w - 1];
    g.pad_top = pad_begin[w - 1];
  }
  if (rank > 2) {
    g.in_d = in[w - 2];
    g.out_d = out[w - 2];
    g.kernel_d = kernel[w - 2];
    g.stride_d = stride[w - 2];
    g.dilation_d = dilation[w - 2];
    g.pad_front = pad_begin[w - 2];
  }
  return g;
}

kernels::ConvGeometry BandOf(const kernels::ConvGeometry& g, int64_t begin, int64_t end, int64_t* in_offset) {
  kernels::ConvGeometry band = g;
  if (g.out_d > 1 || g.in_d > 1) {
    band.out_d = end - begin;
    *in_offset = ShiftStart(begin, g.stride_d, &band.pad_front, &band.in_d) * g.in_h * g.in_w;
  } else {
    band.out_h = end - begin;
    *in_offset = ShiftStart(begin, g.stride_h, &band.pad_top, &band.in_h) * g.in_w;
  }
  return band;
}

}  // namespace kante::core
