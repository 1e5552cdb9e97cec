// SPDX-License-Identifier: MIT
//
// y[i] = f(x[i]) over contiguous rows. The list of functions is kernels.inc: handles, definitions, tests and benchmarks
// come from it. There is no table of all of them: a program links those that it names.
//
// y == x is allowed (in place), any other overlap is not. No alignment is asked for. NaN goes in, NaN comes out;
// infinities, denormals and the sign of zero follow IEEE (the line of each function in kernels.inc gives its error
// bound). An element's result does not depend on n, on its place in the row or on alignment, so a row may be split
// anywhere.
#pragma once

#include <cstddef>

namespace kante::kernels {

/// alpha and beta are read only by functions that have parameters; see kernels.inc for which is what.
using UnaryFn = void (*)(float* y, const float* x, size_t n, float alpha, float beta);
using UnaryDoubleFn = void (*)(double* y, const double* x, size_t n, double alpha, double beta);

struct UnaryFunction {
  const char* name;       // in kernels.inc, for example "HardSigmoid"
  const UnaryFn* rows;    // by target
  UnaryDoubleFn doubles;  // a plain loop
  double cost;            // nanoseconds an element, roughly
};

namespace unary_functions {
#define KANTE_UNARY_SIMD(name, ...) extern const UnaryFunction k##name;
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"
}  // namespace unary_functions

/// Which function: UnaryOp::kRelu. Equal handles name equal functions; may be a template argument.
struct UnaryOp {
  const UnaryFunction* function;

  friend constexpr bool operator==(UnaryOp, UnaryOp) = default;

#define KANTE_UNARY_SIMD(name, ...) static const UnaryOp k##name;
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"
};

#define KANTE_UNARY_SIMD(name, ...) inline constexpr UnaryOp UnaryOp::k##name{&unary_functions::k##name};
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"

/// The function for the current target; fetch it once per tensor, call it once per row or tile.
UnaryFn GetUnary(UnaryOp op);

inline void Unary(UnaryOp op, float* y, const float* x, size_t n, float alpha = 0.0f, float beta = 0.0f) {
  GetUnary(op)(y, x, n, alpha, beta);
}

}  // namespace kante::kernels
