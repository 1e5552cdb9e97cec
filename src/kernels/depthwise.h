// SPDX-License-Identifier: MIT
//
// Depthwise convolution of one channel plane (channels-first): y (out_h x out_w) from x (in_h x in_w) and kernel_h x
// kernel_w weights.
#pragma once

#include <cstddef>

#include "kernels/activation.h"
#include "kernels/conv_pack.h"

namespace kante::kernels {

/// Floats of scratch that DepthwisePlane needs for this geometry (one per thread, reusable); a few kB to tens of kB.
size_t DepthwiseScratch(const ConvGeometry& g);

/// y = act(conv(x, w) + bias). g.*_d are ignored (2-d; a 1-d convolution sets h = 1). Any kernel size, stride, dilation
/// and padding; 3x3 and 5x5 with dilation 1 are fastest. Of the epilogue only act, alpha and beta are used, nullptr for
/// none. y must not overlap x. Order of additions: ascending taps, the same for every pixel.
void DepthwisePlane(float* y, const float* x, const float* w, float bias, const ConvGeometry& g,
                    const Epilogue* epilogue, float* scratch);

/// DepthwiseLanes() channels at once, vector lanes over channels: faster for kernels of more than 3x3 and for short
/// rows. Planes lie plane_x and plane_y floats apart; w [channels][taps], bias [channels] or null. The bits are
/// DepthwisePlane's.
size_t DepthwiseLanes();
size_t DepthwisePlanesScratch(const ConvGeometry& g);
void DepthwisePlanes(float* y, ptrdiff_t plane_y, const float* x, ptrdiff_t plane_x, const float* w, const float* bias,
                     const ConvGeometry& g, const Epilogue* epilogue, float* scratch);

/// Adds into y instead: y += conv(x, w). For the channels of a small grouped convolution.
void DepthwisePlaneAdd(float* y, const float* x, const float* w, const ConvGeometry& g, float* scratch);

}  // namespace kante::kernels
