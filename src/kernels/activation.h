// SPDX-License-Identifier: MIT
//
// Activations and what GEMM, convolution and depthwise kernels do to a tile of their output while it is in cache.
#pragma once

#include <cstddef>

#include "kernels/unary.h"

namespace kante::kernels {

/// y = act(scale * acc + bias_row[i] + bias_col[j] + residual[i][j]), every part optional.
///
/// All pointers are relative to element (0, 0) of the block of C that the kernel is given: a driver that hands out
/// blocks moves them. `residual` may be the output itself only where a kernel says so; no other aliasing with C. `act`
/// is any unary operator (UnaryOp::kIdentity: none) with its two parameters, see kernels.inc. Relu and Clip cost next
/// to nothing, the others run over the tile's rows in L1.
struct Epilogue {
  float scale = 1.0f;
  const float* bias_row = nullptr;
  const float* bias_col = nullptr;
  const float* residual = nullptr;
  size_t ld_residual = 0;
  UnaryOp act = UnaryOp::kIdentity;
  float alpha = 0.0f;
  float beta = 0.0f;
};

/// Applies an epilogue to a block of C in place (rows x cols, leading dimension ldc). For drivers whose algorithm has
/// no fused form; GemmBlock does it itself.
void ApplyEpilogue(float* c, size_t ldc, size_t rows, size_t cols, const Epilogue& epilogue);

}  // namespace kante::kernels
