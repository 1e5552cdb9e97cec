// SPDX-License-Identifier: MIT
//
// y[i] = f(x[i]) over contiguous float rows. The list of functions is kernels.inc: enum, tables, tests and benchmarks
// come from it.
//
// y == x is allowed (in place), any other overlap is not. No alignment is asked for. NaN goes in, NaN comes out;
// infinities, denormals and the sign of zero follow IEEE (the line of each function in kernels.inc gives its error
// bound). An element's result does not depend on n, on its place in the row or on alignment, so a row may be split
// anywhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

enum class UnaryOp : uint8_t {
#define KANTE_UNARY_SIMD(name, ...) k##name,
#define KANTE_UNARY_LIBM(name, ...) k##name,
#include "kernels/kernels.inc"
  kCount
};

/// alpha and beta are read only by functions that have parameters; see kernels.inc for which is what.
using UnaryFn = void (*)(float* y, const float* x, size_t n, float alpha, float beta);

/// The function for the current target; fetch it once per tensor, call it once per row or tile.
UnaryFn GetUnary(UnaryOp op);

inline void Unary(UnaryOp op, float* y, const float* x, size_t n, float alpha = 0.0f, float beta = 0.0f) {
  GetUnary(op)(y, x, n, alpha, beta);
}

/// The name in kernels.inc, for example "HardSigmoid"; never null.
const char* UnaryName(UnaryOp op);

}  // namespace kante::kernels
