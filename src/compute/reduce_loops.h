// SPDX-License-Identifier: MIT
// The inner loops of reductions for float (kernels), double and int64_t (plain), under one name.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/reduce.h"

namespace kante::core {

using kernels::ReduceOp;

// What is left to do when results of an operator are combined: squares and magnitudes were taken already.
constexpr ReduceOp CombinerOf(ReduceOp op) {
  return op == ReduceOp::kSumSquare || op == ReduceOp::kSumAbs ? ReduceOp::kSum : op;
}

template <typename T>
T IdentityOf(ReduceOp op) {
  if (op == ReduceOp::kProd) return T(1);
  if constexpr (std::is_integral_v<T>) {
    if (op == ReduceOp::kMax) return std::numeric_limits<T>::min();
    if (op == ReduceOp::kMin) return std::numeric_limits<T>::max();
  } else {
    if (op == ReduceOp::kMax) return -std::numeric_limits<T>::infinity();
    if (op == ReduceOp::kMin) return std::numeric_limits<T>::infinity();
  }
  return T(0);
}

// Integers wrap around.
template <typename T>
T Combine(ReduceOp op, T sum, T x) {
  using U = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
  const U a = static_cast<U>(sum), b = static_cast<U>(x);
  switch (op) {
    case ReduceOp::kSum:
      return static_cast<T>(a + b);
    case ReduceOp::kSumSquare:
      return static_cast<T>(a + b * b);
    case ReduceOp::kSumAbs:
      return static_cast<T>(x < T(0) ? a - b : a + b);
    case ReduceOp::kProd:
      return static_cast<T>(a * b);
    case ReduceOp::kMax:
      return x > sum || x != x ? x : sum;
    case ReduceOp::kMin:
      return x < sum || x != x ? x : sum;
    default:
      return sum;
  }
}

template <typename T>
T ReduceRow(ReduceOp op, const T* x, int64_t n) {
  if constexpr (std::is_same_v<T, float>) {
    return kernels::Reduce(op, x, static_cast<size_t>(n));
  } else {
    T sum = IdentityOf<T>(op);
    for (int64_t i = 0; i < n; ++i) sum = Combine(op, sum, x[i]);
    return sum;
  }
}

template <typename T>
void ReduceColumns(ReduceOp op, T* y, const T* x, int64_t rows, int64_t columns, int64_t stride, bool accumulate) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::ReduceColumns(op, y, x, static_cast<size_t>(rows), static_cast<size_t>(columns),
                           static_cast<size_t>(stride), accumulate);
  } else {
    if (!accumulate) {
      for (int64_t j = 0; j < columns; ++j) y[j] = IdentityOf<T>(op);
    }
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) y[j] = Combine(op, y[j], x[i * stride + j]);
    }
  }
}

}  // namespace kante::core
