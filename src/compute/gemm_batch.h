// SPDX-License-Identifier: MIT
// Many matrix products of one shape: the batch dimensions of MatMul and attention, broadcasting.
#pragma once

#include <cstdint>

#include "compute/broadcast.h"
#include "compute/gemm.h"

namespace kante::core {

// C[i] = epilogue(A[i] * B[i]) for every index i of `batch`.
struct BatchGemmPlan {
  GemmPlan one;
  BroadcastPlan batch;  // operands A and B; its offsets count whole matrices
  int64_t count = 1;    // products
  bool across = false;  // threads take whole products, else they share each
  int64_t grain = 1;
  int64_t slots = 1;
  int64_t scratch_bytes = 0;  // what RunBatchGemm needs
};

// `a_batch` and `b_batch` broadcast to `batch`. Callers make one taller product of a B without batch dimensions under a
// dense A.
BatchGemmPlan PlanBatchGemm(const Shape& batch, const Shape& a_batch, const Shape& b_batch, int64_t m, int64_t n,
                            int64_t k, GemmB source, int64_t a_row_stride, int64_t a_col_stride,
                            kernels::PanelType panels = kernels::PanelType::kF32);

// Strides between matrices. Epilogue pointers are of the first product; bias_row, bias_col are shared by all,
// `residual` lies like C.
struct BatchStrides {
  int64_t a = 0;
  int64_t b = 0;  // elements; of the packed form for kPacked
  int64_t c = 0;
};
bool RunBatchGemm(const BatchGemmPlan& plan, const GemmArgs& first, const BatchStrides& strides, ParallelFor parallel);

}  // namespace kante::core
