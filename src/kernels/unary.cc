// SPDX-License-Identifier: MIT
#include "kernels/unary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/unary.cc"
#include "kernels/simd.h"

#include "kernels/unary_ops_inl.h"
#include "kernels/unary_scalar.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

#define KANTE_UNARY_SIMD(name, ...)                                             \
  void name##Row(float* y, const float* x, size_t n, float alpha, float beta) { \
    UnaryRow<name##Op>(y, x, n, alpha, beta);                                   \
  }
#include "kernels/kernels.inc"

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

#define KANTE_UNARY_SIMD(name, ...) KANTE_DISPATCH(name##Row);
#define KANTE_UNARY_LIBM(name, ...) KANTE_SAME_FOR_ALL(name##Row);
#include "kernels/kernels.inc"

namespace unary_functions {
#define KANTE_UNARY_SIMD(name, cost, ...) const UnaryFunction k##name{#name, k##name##RowTable, &name##Doubles, cost};
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"
}  // namespace unary_functions

UnaryFn GetUnary(UnaryOp op) { return op.function->rows[KANTE_TARGET_ROW]; }

}  // namespace kante::kernels
#endif
