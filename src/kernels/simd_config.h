// SPDX-License-Identifier: MIT
//
// Which Highway targets are compiled. Included before any Highway header, in every file alike.
//
// x86-64: SSE4 (the floor: 2008 and newer), AVX2, and with KANTE_ENABLE_AVX512 (by default) AVX3. AArch64: NEON.
// WebAssembly: simd128. Elsewhere one scalar target. KANTE_ONLY_AVX2 leaves AVX2 alone, for quick sanitizer builds. A
// compiler flag that raises the floor (such as -march=x86-64-v3 -maes -mpclmul) drops the targets below it.
#pragma once

#if defined(HWY_HIGHWAY_INCLUDED) || defined(HIGHWAY_HWY_BASE_H_)
#error "include kernels/simd.h before Highway"
#endif

// Functions get their target by attribute, not by compiler flag: without these the floor on x86-64 would be emulated
// vectors.
#ifdef KANTE_ONLY_AVX2
#define HWY_BASELINE_TARGETS HWY_AVX2
#else
#define HWY_WANT_SSE4 1
#endif

#ifdef KANTE_ENABLE_AVX512
#define KANTE_DISABLED_AVX3 0
#else
#define KANTE_DISABLED_AVX3 HWY_AVX3
#endif
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_AVX3_DL | KANTE_DISABLED_AVX3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_PPC8)

#include "hwy/detect_targets.h"

// One entry per compiled target, in the order of the rows of every dispatch table.
#if HWY_TARGETS & HWY_SSE4
#define KANTE_IF_SSE4(...) __VA_ARGS__
#else
#define KANTE_IF_SSE4(...)
#endif
#if HWY_TARGETS & HWY_AVX2
#define KANTE_IF_AVX2(...) __VA_ARGS__
#else
#define KANTE_IF_AVX2(...)
#endif
#if HWY_TARGETS & HWY_AVX3
#define KANTE_IF_AVX3(...) __VA_ARGS__
#else
#define KANTE_IF_AVX3(...)
#endif
#if HWY_TARGETS & HWY_NEON
#define KANTE_IF_NEON(...) __VA_ARGS__
#else
#define KANTE_IF_NEON(...)
#endif
#if HWY_TARGETS & HWY_WASM
#define KANTE_IF_WASM(...) __VA_ARGS__
#else
#define KANTE_IF_WASM(...)
#endif
#if HWY_TARGETS & HWY_EMU128
#define KANTE_IF_SCALAR(...) __VA_ARGS__
#define KANTE_SCALAR_NAMESPACE N_EMU128
#elif HWY_TARGETS & HWY_SCALAR
#define KANTE_IF_SCALAR(...) __VA_ARGS__
#define KANTE_SCALAR_NAMESPACE N_SCALAR
#else
#define KANTE_IF_SCALAR(...)
#endif
