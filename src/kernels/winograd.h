// SPDX-License-Identifier: MIT
//
// 3x3 convolution with stride 1 or 2 and dilation 1 by Winograd's F(m x m, 3 x 3), m = 2 or 4, on channels-first
// planes.
//
// An output is cut into tiles of m x m pixels, numbered row by row. A range of tiles goes through the input transform,
// n^2 matrix products (tiles x in channels) * (in channels x out channels), and the output transform, where n x n is
// the input under a tile. F(4) does a quarter of the multiplications of a direct convolution. With stride 2 the outer
// taps of a row see every second pixel: F(m, 2) of them, and the middle one as it is: F(4) does 0.56 of the
// multiplications, F(2) 0.69.
//
// Ranges of tiles are independent of each other; for one range, so are ranges of input channels in WinogradInput and,
// once that is done, ranges of output channels in WinogradOutput. The bits of an output do not depend on the ranges.
//
// Errors, N(0, 1) operands, largest |error| / rms of the output: F(2) about 3e-6, F(4) about 1.5e-5, with stride 2
// about 2e-6 (direct: about 1e-6).
#pragma once

#include <cstddef>

#include "kernels/activation.h"

namespace kante::kernels {

struct WinogradShape {
  size_t m = 4;  ///< tile: 2 or 4
  size_t in_channels = 0, out_channels = 0;
  ptrdiff_t in_h = 0, in_w = 0, out_h = 0, out_w = 0;
  ptrdiff_t pad_top = 0, pad_left = 0;
  size_t stride = 1;  ///< 1 or 2, in both directions

  size_t side() const { return (m - 1) * stride + 3; }  ///< of the input under a tile
  size_t matrices() const { return side() * side(); }
  size_t tile_rows() const { return (static_cast<size_t>(out_h) + m - 1) / m; }
  size_t tile_cols() const { return (static_cast<size_t>(out_w) + m - 1) / m; }
  size_t tiles() const { return tile_rows() * tile_cols(); }
};

/// How the matrices [tiles][channels] of a range lie in memory: a little longer than needed, to stay off
/// powers of two.
struct WinogradMatrix {
  size_t ld;     ///< floats from a tile to the next
  size_t plane;  ///< floats from a matrix to the next
  WinogradMatrix(size_t tiles, size_t channels) : ld((channels + 31) / 32 * 32 + 16), plane(ld * tiles + 16) {}
};

/// Floats of transformed weights: [matrices][panels of out channels][in channels][nr], and those of one of the
/// matrices, a little longer than needed, too. The layout depends on the target.
size_t WinogradWeightSize(const WinogradShape& s);
size_t WinogradWeightMatrix(const WinogradShape& s);

/// Transforms ONNX weights (out x in x 3 x 3 floats, any alignment) and packs them: output channels [k0, k1),
/// k0 a multiple of GemmTile().nr; k1, too, or out_channels.
void WinogradPackWeights(float* dst, const void* weights, const WinogradShape& s, size_t k0, size_t k1);

/// Floats of a transformed range of tiles, and of what WinogradInput needs beside it.
inline size_t WinogradInputSize(const WinogradShape& s, size_t tiles) {
  return s.matrices() * WinogradMatrix(tiles, s.in_channels).plane;
}
size_t WinogradInputScratch();

/// Transforms input channels [c0, c1), c0 a multiple of 16, under tiles [t0, t1) of x (in channels x in_h x in_w).
void WinogradInput(float* transformed, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0,
                   size_t c1, float* scratch);

/// Floats of scratch for WinogradOutput on so many tiles and output channels.
size_t WinogradOutputScratch(const WinogradShape& s, size_t tiles, size_t channels);

/// Computes output channels [k0, k1) (k0 a multiple of GemmTile().nr; k1, too, or out_channels) of tiles [t0, t1) of y
/// (out channels x out_h x out_w) from the whole of their transformed input. The epilogue's pointers are those of the
/// whole output seen as a matrix out_channels x (out_h * out_w); may be null; its residual may be y.
void WinogradOutput(float* y, const float* transformed, const float* packed_weights, const WinogradShape& s, size_t t0,
                    size_t t1, size_t k0, size_t k1, const Epilogue* epilogue, float* scratch);

}  // namespace kante::kernels
