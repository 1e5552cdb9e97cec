// SPDX-License-Identifier: MIT
//
// Convolution with vector lanes over output channels: every input pixel is broadcast from where it lies, so no window
// is ever packed. For few input channels, for strides, and for a few pixels against many weights.
//
// Order of additions: from the bias over ascending k, the same for every pixel and in every split.
#pragma once

#include <cstddef>

#include "kernels/activation.h"

namespace kante::kernels {

/// Output channels of a block of packed weights, for the current target.
size_t ConvLanesBlock();

/// One block: dst[k][block] from `channels` (at most a block) rows of `depth` weights, zeros for the other lanes. The
/// source may be unaligned.
void PackConvLanes(float* dst, const void* w, size_t channels, size_t depth);

/// 2-d; a 1-d convolution has one row. Lines outside the input are skipped, but inside a line every window has to lie
/// in it: borders at the sides are a matter of a padded copy.
struct ConvLanesArgs {
  const float* x = nullptr;   ///< first line of the input, under tap 0 of the first output pixel
  ptrdiff_t lines = 0;        ///< of the input from there on
  ptrdiff_t lines_above = 0;  ///< how far the first window begins above it; below 0: under it
  ptrdiff_t plane_x = 0;      ///< floats from one input channel to the next
  ptrdiff_t line_x = 0;       ///< floats from one input line to the next
  ptrdiff_t in_channels = 0;
  ptrdiff_t kernel_h = 1, kernel_w = 1;
  ptrdiff_t stride_h = 1, stride_w = 1;
  ptrdiff_t dilation_h = 1, dilation_w = 1;
  const float* w = nullptr;     ///< blocks one after the other, from the one of the first channel on
  const float* bias = nullptr;  ///< [channels] or null
  float* y = nullptr;           ///< rows of width_y floats without gaps; overlaps nothing
  ptrdiff_t plane_y = 0;
  ptrdiff_t width_y = 0, rows = 0;
  ptrdiff_t channels = 0;              ///< of the output
  const Epilogue* epilogue = nullptr;  ///< of it only act, alpha and beta are used
};
void ConvLanes(const ConvLanesArgs& args);

}  // namespace kante::kernels
