// SPDX-License-Identifier: MIT
//
// The types that shape arithmetic and scientific models use a lot: worth the compiler's vectoriser, not a kernel per
// target.
#if defined(__GNUC__) && !defined(__clang__) && !defined(__OPTIMIZE_SIZE__)
#pragma GCC optimize("O3")
#endif
#include "kernels/binary_loops_inl.h"

namespace kante::kernels {

#define KANTE_BINARY_SIMD(name, ...)    \
  KANTE_INSTANTIATE_LOOP(name, double)  \
  KANTE_INSTANTIATE_LOOP(name, int32_t) \
  KANTE_INSTANTIATE_LOOP(name, int64_t)
#define KANTE_BINARY_LIBM KANTE_BINARY_SIMD
#include "kernels/kernels.inc"

}  // namespace kante::kernels
