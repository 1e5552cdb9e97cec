// SPDX-License-Identifier: MIT
//
// The rarer integer types: small code rather than fast code.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif
#include "kernels/binary_loops.h"

namespace kante::kernels {

#define KANTE_NARROW(T)                                    \
  template <>                                              \
  BinaryFn<T> GetBinary<T>(BinaryOp op, BinaryForm form) { \
    return GetBinaryLoop<T>(op, form);                     \
  }

KANTE_NARROW(int8_t)
KANTE_NARROW(uint8_t)
KANTE_NARROW(int16_t)
KANTE_NARROW(uint16_t)
KANTE_NARROW(uint32_t)
KANTE_NARROW(uint64_t)

#undef KANTE_NARROW

}  // namespace kante::kernels
