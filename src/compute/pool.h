// SPDX-License-Identifier: MIT
// Poolings over the windows of a ConvShape (in_channels == out_channels, groups and depth are not looked at).
// Threads over planes. All return false when the run was cancelled.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compute/conv_shape.h"
#include "compute/parallel.h"

namespace kante::core {

// Scratch of MaxPoolFloat and AveragePoolFloat.
int64_t PoolScratchBytes(const ConvShape& s);

// index (may be null) gets places in the whole of x: plane * pixels + place in the plane, which counts the first
// dimension fastest if column_major. Windows without any element give the lowest value and -1.
bool MaxPoolFloat(const ConvShape& s, const float* x, float* y, int64_t* index, bool column_major, std::byte* scratch,
                  ParallelFor parallel);
// The same for any rank and T = float, double, int8_t, uint8_t, without scratch.
template <typename T>
bool MaxPoolPlain(const ConvShape& s, const T* x, T* y, int64_t* index, bool column_major, ParallelFor parallel);

// Divides by the elements inside the image or, with count_pads, inside the padded image.
bool AveragePoolFloat(const ConvShape& s, const float* x, float* y, bool count_pads, std::byte* scratch,
                      ParallelFor parallel);
template <typename T>
bool AveragePoolPlain(const ConvShape& s, const T* x, T* y, bool count_pads, ParallelFor parallel);

// (sum |x|^p)^(1/p); padding counts as zero.
template <typename T>
bool LpPoolPlain(const ConvShape& s, const T* x, T* y, double p, ParallelFor parallel);

}  // namespace kante::core
