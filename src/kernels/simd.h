// SPDX-License-Identifier: MIT
//
// How a vector kernel is written. The file below is compiled once per target; its path is HWY_TARGET_INCLUDE.
//
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "kernels/thing.cc"
//   #include "kernels/simd.h"
//
//   HWY_BEFORE_NAMESPACE();
//   namespace kante::kernels::HWY_NAMESPACE {
//   namespace hn = hwy::HWY_NAMESPACE;
//   void ThingRow(float* y, const float* x, size_t n) { ... hn::Load ... }
//   }  // namespace kante::kernels::HWY_NAMESPACE
//   HWY_AFTER_NAMESPACE();
//
//   #if HWY_ONCE
//   namespace kante::kernels {
//   KANTE_DISPATCH(ThingRow);
//   void ThingRow(float* y, const float* x, size_t n) { KANTE_CALL(ThingRow)(y, x, n); }
//   }  // namespace kante::kernels
//   #endif
//
// No #pragma once: this header is read again for every target. Shared vector code goes to *_inl.h with Highway's
// toggled guard. Functions inside HWY_NAMESPACE must not be called from outside it except through KANTE_CALL.

#include "kernels/dispatch.h"
#include "kernels/simd_config.h"

#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#if defined(__wasm_relaxed_simd__) && !defined(KANTE_RELAXED_MADD)
#define KANTE_RELAXED_MADD
// Highway 1.0.3 multiplies and adds; these are one instruction where the machine has it (KANTE_WASM_RELAXED).
namespace hwy::N_WASM {
HWY_API Vec128<float> MulAdd(Vec128<float> a, Vec128<float> b, Vec128<float> add) {
  return Vec128<float>{wasm_f32x4_relaxed_madd(a.raw, b.raw, add.raw)};
}
HWY_API Vec128<float> NegMulAdd(Vec128<float> a, Vec128<float> b, Vec128<float> add) {
  return Vec128<float>{wasm_f32x4_relaxed_nmadd(a.raw, b.raw, add.raw)};
}
}  // namespace hwy::N_WASM
#endif

#ifndef KANTE_DISPATCH
/// Defines the constant table of a function's versions. Use once per function, in namespace kante::kernels.
#define KANTE_DISPATCH(F)                                                                                             \
  constexpr decltype(&HWY_STATIC_DISPATCH(F)) k##F##Table[] = {                                                       \
      KANTE_IF_SSE4(&N_SSE4::F, ) KANTE_IF_AVX2(&N_AVX2::F, ) KANTE_IF_AVX3(&N_AVX3::F, ) KANTE_IF_NEON(&N_NEON::F, ) \
          KANTE_IF_WASM(&N_WASM::F, ) KANTE_IF_SCALAR(&KANTE_SCALAR_NAMESPACE::F, )}

/// The same table for a function that is not compiled per target.
#define KANTE_SAME_FOR_ALL(F)                                                                         \
  constexpr decltype(&F) k##F##Table[] = {KANTE_IF_SSE4(&F, ) KANTE_IF_AVX2(&F, ) KANTE_IF_AVX3(&F, ) \
                                              KANTE_IF_NEON(&F, ) KANTE_IF_WASM(&F, ) KANTE_IF_SCALAR(&F, )}

/// The row of these tables for the current target, and the version there.
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
#define KANTE_TARGET_ROW 0
#else
#define KANTE_TARGET_ROW internal::TargetIndex()
#endif
#define KANTE_CALL(F) (k##F##Table[KANTE_TARGET_ROW])
#endif  // KANTE_DISPATCH
