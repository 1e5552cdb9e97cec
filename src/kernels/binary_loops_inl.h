// SPDX-License-Identifier: MIT
//
// The bodies of binary_loops.h, for the files that instantiate them: KANTE_INSTANTIATE_LOOPS(T) after an include of
// kernels.inc per type.
#pragma once

#include "kernels/binary_loops.h"

namespace kante::kernels {

template <class Op, class T, BinaryForm kForm>
void BinaryLoop(T* z, const T* x, const T* y, size_t n) {
  if (n == 0) return;
  if constexpr (kForm == BinaryForm::kVectorVector) {
    for (size_t i = 0; i < n; ++i) z[i] = Op::template Apply<T>(x[i], y[i]);
  } else if constexpr (kForm == BinaryForm::kVectorScalar) {
    const T s = y[0];
    for (size_t i = 0; i < n; ++i) z[i] = Op::template Apply<T>(x[i], s);
  } else {
    const T s = x[0];
    for (size_t i = 0; i < n; ++i) z[i] = Op::template Apply<T>(s, y[i]);
  }
}

template <class Op, class T>
BinaryFn<T> LoopForm(BinaryForm form) {
  switch (form) {
    case BinaryForm::kVectorVector:
      return &BinaryLoop<Op, T, BinaryForm::kVectorVector>;
    case BinaryForm::kVectorScalar:
      return &BinaryLoop<Op, T, BinaryForm::kVectorScalar>;
    case BinaryForm::kScalarVector:
      break;
  }
  return &BinaryLoop<Op, T, BinaryForm::kScalarVector>;
}

#define KANTE_INSTANTIATE_LOOP(name, T) template BinaryFn<T> LoopForm<name##Loop, T>(BinaryForm form);

}  // namespace kante::kernels
