// SPDX-License-Identifier: MIT
#include "compute/softmax.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/build.h"
#include "base/checked.h"
#include "compute/broadcast.h"
#include "compute/reduce_loops.h"
#include "kernels/binary.h"
#include "kernels/move.h"
#include "kernels/norm.h"
#include "kernels/unary.h"

namespace kante::core {
namespace {

constexpr int64_t kColumnPart = 128;
constexpr int64_t kShortRow = 8;
constexpr int64_t kLogRows = 32;  // rows whose exponentials LogSoftmax keeps before adding them up

template <typename T>
void ExpRow(T* y, const T* x, int64_t n) {
  if constexpr (std::is_same_v<T, float>) {
    kernels::Unary(kernels::UnaryOp::kExp, y, x, static_cast<size_t>(n));
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = std::exp(x[i]);
  }
}

// Softmax down the columns of an n x columns block whose rows are `stride` apart; all arithmetic along the rows.
template <typename T>
void Columns(SoftmaxKind kind, const T* x, T* y, int64_t n, int64_t columns, int64_t stride) {
  using kernels::BinaryForm;
  using kernels::BinaryOp;
  const auto subtract = kernels::GetBinary<T>(BinaryOp::kSub, BinaryForm::kVectorVector);
  const auto width = static_cast<size_t>(columns);
  T shift[kColumnPart], sum[kColumnPart];
  ReduceColumns(ReduceOp::kMax, shift, x, n, columns, stride, false);
  if (kind == SoftmaxKind::kSoftmax) {
    for (int64_t i = 0; i < n; ++i) {
      subtract(y + i * stride, x + i * stride, shift, width);
      ExpRow(y + i * stride, y + i * stride, columns);
    }
    ReduceColumns(ReduceOp::kSum, sum, y, n, columns, stride, false);
    const auto divide = kernels::GetBinary<T>(BinaryOp::kDiv, BinaryForm::kVectorVector);
    for (int64_t i = 0; i < n; ++i) divide(y + i * stride, y + i * stride, sum, width);
    return;
  }
  T exps[kLogRows * kColumnPart];
  for (int64_t i0 = 0; i0 < n; i0 += kLogRows) {
    const int64_t rows = std::min(kLogRows, n - i0);
    for (int64_t i = 0; i < rows; ++i) {
      T* to = y + (i0 + i) * stride;
      subtract(to, x + (i0 + i) * stride, shift, width);
      ExpRow(exps + i * columns, to, columns);
    }
    ReduceColumns(ReduceOp::kSum, sum, exps, rows, columns, columns, i0 > 0);
  }
  for (int64_t j = 0; j < columns; ++j) sum[j] = std::log(sum[j]);
  for (int64_t i = 0; i < n; ++i) subtract(y + i * stride, y + i * stride, sum, width);
}

// Rows of fewer numbers than a vector has, as columns of a transposed block.
void ShortRows(SoftmaxKind kind, const float* x, float* y, int64_t rows, int64_t n) {
  float block[kShortRow * kColumnPart];
  const auto size = static_cast<size_t>(n), count = static_cast<size_t>(rows);
  kernels::Transpose2d(block, kColumnPart, x, n, count, size, sizeof(float));
  Columns(kind, block, block, n, rows, kColumnPart);
  kernels::Transpose2d(y, n, block, kColumnPart, size, count, sizeof(float));
}

}  // namespace

template <typename T>
bool RunSoftmax(SoftmaxKind kind, const T* x, T* y, int64_t outer, int64_t n, int64_t inner, ParallelFor parallel) {
  if (n == 0 || inner == 0) return true;
  const double cost = (std::is_same_v<T, float> ? 1.2 : 12) * static_cast<double>(n);
  if constexpr (std::is_same_v<T, float>) {
    if (!kForSize && inner == 1 && n <= kShortRow && outer > kShortRow) {
      const double block_cost = cost * kColumnPart;
      return parallel(CeilDiv(outer, kColumnPart), GrainFor(block_cost), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin * kColumnPart; i < std::min(end * kColumnPart, outer); i += kColumnPart) {
          ShortRows(kind, x + i * n, y + i * n, std::min(kColumnPart, outer - i), n);
        }
      });
    }
    if (inner == 1) {
      const auto row = kind == SoftmaxKind::kSoftmax ? &kernels::SoftmaxRow : &kernels::LogSoftmaxRow;
      return parallel(outer, GrainFor(cost), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) row(y + i * n, x + i * n, static_cast<size_t>(n));
      });
    }
  }
  const int64_t parts = CeilDiv(inner, kColumnPart);
  const double part_cost = cost * static_cast<double>(std::min(inner, kColumnPart));
  return parallel(outer * parts, GrainFor(part_cost), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t j = t % parts * kColumnPart;
      const int64_t at = t / parts * n * inner + j;
      Columns(kind, x + at, y + at, n, std::min(kColumnPart, inner - j), inner);
    }
  });
}

template bool RunSoftmax<float>(SoftmaxKind, const float*, float*, int64_t, int64_t, int64_t, ParallelFor);
template bool RunSoftmax<double>(SoftmaxKind, const double*, double*, int64_t, int64_t, int64_t, ParallelFor);

}  // namespace kante::core
