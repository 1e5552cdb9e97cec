// SPDX-License-Identifier: MIT
//
// Geometries that the convolution and pooling tests share.
#pragma once

#include <vector>

#include "kernels/conv_pack.h"

namespace kante::kernels {

/// Sets out_* as ONNX does for explicit pads (the end pads equal the begin pads plus `extra`).
inline ConvGeometry WithOutput(ConvGeometry g, ptrdiff_t extra = 0) {
  const auto out = [&](ptrdiff_t in, ptrdiff_t kernel, ptrdiff_t stride, ptrdiff_t dilation, ptrdiff_t pad,
                       ptrdiff_t more) { return (in + 2 * pad + more - (dilation * (kernel - 1) + 1)) / stride + 1; };
  g.out_d = out(g.in_d, g.kernel_d, g.stride_d, g.dilation_d, g.pad_front, 0);
  g.out_h = out(g.in_h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top, extra);
  g.out_w = out(g.in_w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left, extra);
  return g;
}

inline ConvGeometry Plane(ptrdiff_t h, ptrdiff_t w, ptrdiff_t kh, ptrdiff_t kw, ptrdiff_t sh, ptrdiff_t sw,
                          ptrdiff_t dh, ptrdiff_t dw, ptrdiff_t top, ptrdiff_t left, ptrdiff_t extra = 0) {
  ConvGeometry g;
  g.in_h = h, g.in_w = w, g.kernel_h = kh, g.kernel_w = kw, g.stride_h = sh, g.stride_w = sw;
  g.dilation_h = dh, g.dilation_w = dw, g.pad_top = top, g.pad_left = left;
  return WithOutput(g, extra);
}

/// Planes with every kind of border: odd sizes, strides, dilations, pads wider than the image, single rows and columns.
inline std::vector<ConvGeometry> Planes() {
  return {
      Plane(1, 1, 1, 1, 1, 1, 1, 1, 0, 0),   Plane(5, 7, 1, 1, 1, 1, 1, 1, 0, 0),
      Plane(8, 8, 3, 3, 1, 1, 1, 1, 1, 1),   Plane(7, 19, 3, 3, 1, 1, 1, 1, 1, 1),
      Plane(9, 33, 3, 3, 2, 2, 1, 1, 1, 1),  Plane(16, 40, 3, 3, 2, 2, 1, 1, 0, 0, 1),
      Plane(12, 30, 5, 5, 1, 1, 1, 1, 2, 2), Plane(11, 31, 5, 5, 2, 2, 1, 1, 2, 2),
      Plane(14, 22, 3, 3, 1, 1, 2, 2, 2, 2), Plane(13, 29, 3, 5, 1, 2, 2, 3, 3, 4),
      Plane(1, 100, 1, 7, 1, 1, 1, 1, 0, 3), Plane(1, 101, 1, 31, 1, 4, 1, 1, 0, 15),
      Plane(30, 1, 7, 1, 2, 1, 1, 1, 3, 0),  Plane(2, 2, 3, 3, 1, 1, 1, 1, 2, 2),
      Plane(3, 3, 7, 7, 1, 1, 1, 1, 4, 4),   Plane(20, 20, 2, 2, 2, 2, 1, 1, 0, 0),
      Plane(17, 70, 3, 3, 3, 5, 1, 1, 1, 2), Plane(6, 66, 2, 4, 1, 1, 1, 1, 0, 1, 1),
      Plane(56, 56, 3, 3, 1, 1, 1, 1, 1, 1), Plane(40, 112, 3, 3, 2, 2, 1, 1, 1, 1),
      Plane(14, 14, 3, 3, 1, 1, 1, 1, 1, 1), Plane(15, 16, 3, 3, 1, 1, 1, 1, 0, 0),
      Plane(5, 35, 3, 3, 2, 2, 1, 1, 0, 0),  Plane(6, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1),
      Plane(3, 32, 3, 3, 2, 2, 1, 1, 1, 1),  Plane(2, 25, 3, 3, 1, 1, 1, 1, 0, 1),
      Plane(7, 7, 3, 3, 1, 1, 1, 1, 1, 1),   Plane(7, 7, 5, 5, 1, 1, 1, 1, 2, 2),
      Plane(14, 14, 3, 3, 2, 2, 1, 1, 1, 1), Plane(14, 14, 5, 5, 2, 2, 1, 1, 2, 2),
  };
}

}  // namespace kante::kernels
