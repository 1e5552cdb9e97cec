// SPDX-License-Identifier: MIT
//
// Max and average pooling of one channel plane. 1-d: h = 1 everywhere. For 3-d the driver combines planes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/conv_pack.h"

namespace kante::kernels {

/// Floats of scratch for the three functions below.
size_t PoolScratch(const ConvGeometry& g);

/// y[oy][ox] = max over the window's elements inside the plane (-inf for a window without any). A NaN in the window
/// wins.
void MaxPoolPlane(float* y, const float* x, const ConvGeometry& g, float* scratch);

/// As MaxPoolPlane and stores the place of the first maximum: index[oy][ox] = iy * in_w + ix, or -1 for an empty
/// window.
void MaxPoolPlaneIndex(float* y, int64_t* index, const float* x, const ConvGeometry& g);

/// Sum over the window's elements inside the plane (0 for none), times 1 / count.
/// count: elements inside the plane or, with count_include_pad, inside the plane grown by pad_top, pad_left, pad_bottom
/// and pad_right.
void AveragePoolPlane(float* y, const float* x, const ConvGeometry& g, bool count_include_pad, ptrdiff_t pad_bottom,
                      ptrdiff_t pad_right, float* scratch);

}  // namespace kante::kernels
