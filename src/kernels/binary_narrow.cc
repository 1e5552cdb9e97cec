// SPDX-License-Identifier: MIT
//
// The rarer types, and floats where no vector kernel is worth it: small code rather than fast code.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif
#include "kernels/binary_loops_inl.h"

namespace kante::kernels {

#define KANTE_BINARY_SIMD(name, ...)     \
  KANTE_INSTANTIATE_LOOP(name, int8_t)   \
  KANTE_INSTANTIATE_LOOP(name, uint8_t)  \
  KANTE_INSTANTIATE_LOOP(name, int16_t)  \
  KANTE_INSTANTIATE_LOOP(name, uint16_t) \
  KANTE_INSTANTIATE_LOOP(name, uint32_t) \
  KANTE_INSTANTIATE_LOOP(name, uint64_t)
#define KANTE_BINARY_LIBM(name, ...) \
  KANTE_BINARY_SIMD(name)            \
  KANTE_INSTANTIATE_LOOP(name, float)
#include "kernels/kernels.inc"

}  // namespace kante::kernels
