// SPDX-License-Identifier: MIT
//
// Shape of the register tile: mr rows of A (broadcast) by two vectors of B. Accumulators, two vectors of B and one
// broadcast must fit the register file: 12 + 3 of 16 with AVX2, 24 + 3 of 32 with AVX-512, 16 + 3 of 32 with NEON,
// 12 + 3 of V8's 15 with relaxed WebAssembly; without FMA one more is in use.
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_GEMM_TILE_INL_H_
#undef KANTE_KERNELS_GEMM_TILE_INL_H_
#else
#define KANTE_KERNELS_GEMM_TILE_INL_H_
#endif

namespace kante::kernels::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3
constexpr int kGemmMr = 12;
#elif HWY_TARGET == HWY_AVX2
constexpr int kGemmMr = 6;
#elif HWY_TARGET == HWY_NEON
constexpr int kGemmMr = 8;
#elif HWY_TARGET == HWY_WASM && defined(__wasm_relaxed_simd__)
constexpr int kGemmMr = 6;
#else
constexpr int kGemmMr = 4;
#endif
constexpr size_t kGemmLanes = HWY_MAX_BYTES / sizeof(float);
constexpr size_t kGemmNr = 2 * kGemmLanes;

}  // namespace kante::kernels::HWY_NAMESPACE

#endif  // KANTE_KERNELS_GEMM_TILE_INL_H_
