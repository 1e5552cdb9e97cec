// SPDX-License-Identifier: MIT
//
// Reductions of float rows (inner axis) and columns (outer axes).
//
// The order of additions depends on the length only (and on the target): splitting other axes over threads does not
// change a bit. Sums are blocked: error about eps * (sqrt(n) / 8 + 10) * sum |x| for any n that fits in memory. Max and
// Min return NaN if any element is NaN. n == 0 gives the identity (0, 1 for kProd, -inf for kMax, +inf for kMin).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

enum class ReduceOp : uint8_t {
#define KANTE_REDUCE(name, ...) k##name,
#include "kernels/kernels.inc"
  kCount
};

float ReduceIdentity(ReduceOp op);

/// Reduces n contiguous floats; kSumSquare and kSumAbs apply their function first.
float Reduce(ReduceOp op, const float* x, size_t n);

/// y[j] = op over i < rows of x[i * row_stride + j], j < cols. With `accumulate` the old y[j] takes part as one more
/// value that is already reduced (not squared). y must not overlap x. Threads may split columns anywhere.
void ReduceColumns(ReduceOp op, float* y, const float* x, size_t rows, size_t cols, size_t row_stride, bool accumulate);

const char* ReduceName(ReduceOp op);

}  // namespace kante::kernels
