// SPDX-License-Identifier: MIT
//
// 3x3 convolution with stride 1 and dilation 1 by Winograd's F(m x m, 3 x 3), m = 2 or 4, on channels-first planes.
//
// An output is cut into tiles of m x m pixels. A rectangle of tiles goes through the input transform, (m + 2)^2 matrix
// products (tiles x in channels) * (in channels x out channels), and the output transform; rectangles and ranges of
// output channels are independent of each other, so threads share those out. F(4) does a quarter of the multiplications
// of a direct convolution.
//
// Errors, N(0, 1) operands, largest |error| / rms of the output: F(2) about 3e-6, F(4) about 1.5e-5 (direct: about
// 1e-6). The bits of a tile do not depend on the rectangle that it is computed in.
#pragma once

#include <cstddef>

#include "kernels/activation.h"

namespace kante::kernels {

struct WinogradShape {
  size_t m = 4;  ///< tile: 2 or 4
  size_t in_channels = 0, out_channels = 0;
  ptrdiff_t in_h = 0, in_w = 0, out_h = 0, out_w = 0;
  ptrdiff_t pad_top = 0, pad_left = 0;

  size_t tile_rows() const { return (static_cast<size_t>(out_h) + m - 1) / m; }
  size_t tile_cols() const { return (static_cast<size_t>(out_w) + m - 1) / m; }
};

/// Floats of transformed weights: [(m + 2)^2][panels of out channels][in channels][nr]. The layout depends on the
/// target.
size_t WinogradWeightSize(const WinogradShape& s);

/// Transforms ONNX weights (out x in x 3 x 3 floats, any alignment) in double and packs them: output channels [k0, k1),
/// k0 a multiple of GemmTile().nr; k1, too, or out_channels.
void WinogradPackWeights(float* dst, const void* weights, const WinogradShape& s, size_t k0, size_t k1);

/// A rectangle of tiles and a range of output channels of one image.
struct WinogradBlock {
  size_t row0 = 0, row1 = 0;  ///< tile rows
  size_t col0 = 0, col1 = 0;  ///< tile columns
  size_t k0 = 0, k1 = 0;      ///< output channels: k0 a multiple of GemmTile().nr; k1, too, or out_channels
};

/// Floats of scratch for a block; 12 to 72 tiles is the flat optimum, as long as scratch stays near the size of L2.
size_t WinogradScratch(const WinogradShape& s, const WinogradBlock& b);

/// Computes the block's part of y (out channels x out_h x out_w) from x (in channels x in_h x in_w).
/// The epilogue's pointers are those of the whole output seen as a matrix out_channels x (out_h * out_w); may be null.
void WinogradConv(float* y, const float* x, const float* packed_weights, const WinogradShape& s, const WinogradBlock& b,
                  const Epilogue* epilogue, float* scratch);

}  // namespace kante::kernels
