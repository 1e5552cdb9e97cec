// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/conv_shape.h"
#include "compute/parallel.h"

namespace kante::core {

// Convolution of any rank by plain loops, T = float or double. Threads over output planes. `bias` may be null.
template <typename T>
bool ConvDirect(const ConvShape& s, const T* x, const T* w, const T* bias, T* y, ParallelFor parallel);

// Transposed convolution of any rank: x holds the small image (s.out), y the large one (s.in), weights
// [out_channels, in_per_group, kernel...]. Threads over the planes of y.
template <typename T>
bool ConvTransposeDirect(const ConvShape& s, const T* x, const T* w, const T* bias, T* y, ParallelFor parallel);

}  // namespace kante::core
