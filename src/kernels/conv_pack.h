// SPDX-License-Identifier: MIT
//
// Implicit GEMM for convolutions: packs panels of B straight from a channels-first input, so the im2col matrix never
// exists.
//
// For one image and one group, output (channels out x pixels) = weights (channels out x k) * B (k x pixels) with
// k = ((c * kernel_d + kz) * kernel_h + ky) * kernel_w + kx and pixel = (oz * out_h + oy) * out_w + ox, that is: both
// the weights and the output are the plain ONNX arrays. 1-d convolutions set d = h = 1, 2-d ones d = 1.
#pragma once

#include <cstddef>

namespace kante::kernels {

/// Sizes of a convolution's input plane(s). Pads at the end do not matter here: out_* say how far windows go.
struct ConvGeometry {
  ptrdiff_t in_d = 1, in_h = 1, in_w = 1;
  ptrdiff_t out_d = 1, out_h = 1, out_w = 1;
  ptrdiff_t kernel_d = 1, kernel_h = 1, kernel_w = 1;
  ptrdiff_t stride_d = 1, stride_h = 1, stride_w = 1;
  ptrdiff_t dilation_d = 1, dilation_h = 1, dilation_w = 1;
  ptrdiff_t pad_front = 0, pad_top = 0, pad_left = 0;
};

/// Writes rows [k0, k1) of the panels of pixels [n0, n1): dst[panel][kk - k0][nr], zero for padding and beyond pixel
/// n1. n0 is a multiple of GemmTile().nr. dst holds ceil((n1 - n0) / nr) * (k1 - k0) * nr floats; x is the first
/// channel of the group. Feed it to GemmBlock with b_panel_stride = (k1 - k0) * nr.
void PackConvPanels(float* dst, const float* x, const ConvGeometry& g, size_t k0, size_t k1, size_t n0, size_t n1);

/// The reverse, for transposed convolutions: adds column matrix col (k rows [k0, k1) of `ldcol` floats, one per pixel
/// of the *small* image, which is "out" in g) into the large image x, which the caller has initialised. Columns outside
/// x are dropped.
void ScatterConvColumns(float* x, const float* col, size_t ldcol, const ConvGeometry& g, size_t k0, size_t k1);

}  // namespace kante::kernels
