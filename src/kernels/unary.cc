// SPDX-License-Identifier: MIT
#include "kernels/unary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/unary.cc"
#include "kernels/simd.h"

#include "kernels/unary_libm.h"
#include "kernels/unary_ops_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

UnaryFn GetUnary(UnaryOp op) {
  static constexpr UnaryFn kRows[] = {
#define KANTE_UNARY_SIMD(name, ...) &UnaryRow<name##Op>,
#define KANTE_UNARY_LIBM(name, ...) &Libm##name,
#include "kernels/kernels.inc"
  };
  return kRows[static_cast<size_t>(op)];
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(GetUnary);

UnaryFn GetUnary(UnaryOp op) { return KANTE_CALL(GetUnary)(op); }

const char* UnaryName(UnaryOp op) {
  static constexpr const char* kNames[] = {
#define KANTE_UNARY_SIMD(name, ...) #name,
#define KANTE_UNARY_LIBM(name, ...) #name,
#include "kernels/kernels.inc"
  };
  return op < UnaryOp::kCount ? kNames[static_cast<size_t>(op)] : "?";
}

}  // namespace kante::kernels
#endif
