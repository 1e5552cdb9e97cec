// SPDX-License-Identifier: MIT
// Matrix products of the types that have no vector kernels: f64 and the 32- and 64-bit integers (which wrap around).
#pragma once

#include <cstdint>

#include "compute/parallel.h"
#include "tensor/element_type.h"

namespace kante::core {

// C (m x n, rows contiguous) = A * B, strides in elements. Sums run over ascending k.
struct PlainGemmArgs {
  int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;
  int64_t a_row_stride = 0, a_col_stride = 1;
  const void* b = nullptr;
  int64_t b_row_stride = 0, b_col_stride = 1;
  void* c = nullptr;
  int64_t ldc = 0;
};
// REQUIRES: type is float64, int32, uint32, int64 or uint64. False when cancelled.
bool RunPlainGemm(ElementType type, const PlainGemmArgs& args, ParallelFor parallel);

}  // namespace kante::core
