// SPDX-License-Identifier: MIT
//
// Inner loops of Resize and GridSample-like operators on float rows. Indices and weights are computed by the caller,
// who has also checked that every index lies in the row. Nearest neighbour is GatherRow of move.h. y must not overlap
// the inputs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

/// y[j] = w0[j] * x[i0[j]] + w1[j] * x[i1[j]].
void LerpGatherRow(float* y, const float* x, const int32_t* i0, const int32_t* i1, const float* w0, const float* w1,
                   size_t n);

/// y[j] = sum over t < taps of w[t * n + j] * x[index[t * n + j]], t ascending: cubic (4 taps) and antialiased filters.
void TapsGatherRow(float* y, const float* x, const int32_t* index, const float* w, size_t taps, size_t n);

/// y[j] = sum over t < taps of w[t] * rows[t][j], t ascending: the vertical pass. y may be one of the rows.
void WeightedRows(float* y, const float* const* rows, const float* w, size_t taps, size_t n);

}  // namespace kante::kernels
