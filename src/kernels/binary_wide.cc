// SPDX-License-Identifier: MIT
//
// The types that shape arithmetic and scientific models use a lot: worth the compiler's vectoriser, not a kernel per
// target.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#include "kernels/binary_loops.h"

namespace kante::kernels {

template <>
BinaryFn<double> GetBinary<double>(BinaryOp op, BinaryForm form) {
  return GetBinaryLoop<double>(op, form);
}
template <>
BinaryFn<int32_t> GetBinary<int32_t>(BinaryOp op, BinaryForm form) {
  return GetBinaryLoop<int32_t>(op, form);
}
template <>
BinaryFn<int64_t> GetBinary<int64_t>(BinaryOp op, BinaryForm form) {
  return GetBinaryLoop<int64_t>(op, form);
}

}  // namespace kante::kernels
