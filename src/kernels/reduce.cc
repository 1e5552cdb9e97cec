// SPDX-License-Identifier: MIT
#include "kernels/reduce.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce.cc"
#include "kernels/simd.h"

#include "kernels/reduce_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

using RowFn = float (*)(const float* x, size_t n);
using ColumnsFn = void (*)(float* y, const float* x, size_t rows, size_t cols, size_t stride, bool accumulate);

template <class R>
float Row(const float* x, size_t n) {
  return ReduceRow<R>(x, n);
}

// kVectors vectors of columns. Chains of 256 rows, then their results: the blocking of ReduceRow.
template <class R, int kVectors, class Load, class Store>
HWY_INLINE void ColumnStrip(size_t rows, bool accumulate, const Load& load, const Store& store, const float* x,
                            size_t stride, float* y) {
  constexpr size_t kN = HWY_MAX_BYTES / sizeof(float), kBlock = 256;
  VF total[kVectors], sum[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) total[v] = accumulate ? load(y + v * kN) : R::Identity();
  for (size_t r0 = 0; r0 < rows; r0 += kBlock) {
    const size_t r1 = rows - r0 < kBlock ? rows : r0 + kBlock;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[v] = R::Identity();
    for (size_t r = r0; r < r1; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[v] = R::Combine(sum[v], R::Map(load(x + r * stride + v * kN)));
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) total[v] = R::Combine(total[v], sum[v]);
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) store(total[v], y + v * kN);
}

template <class R>
void Columns(float* y, const float* x, size_t rows, size_t cols, size_t stride, bool accumulate) {
  const DF d;
  constexpr size_t kN = HWY_MAX_BYTES / sizeof(float);
  const auto load = [=](const float* p) HWY_ATTR { return hn::LoadU(d, p); };
  const auto store = [=](VF v, float* p) HWY_ATTR { hn::StoreU(v, d, p); };
  size_t j = 0;
  for (; j + 4 * kN <= cols; j += 4 * kN) ColumnStrip<R, 4>(rows, accumulate, load, store, x + j, stride, y + j);
  for (; j + kN <= cols; j += kN) ColumnStrip<R, 1>(rows, accumulate, load, store, x + j, stride, y + j);
  if (const size_t left = cols - j; left > 0) {
    const auto load_some = [=](const float* p) HWY_ATTR { return LoadPartial(p, left); };
    const auto store_some = [=](VF v, float* p) HWY_ATTR { StorePartial(v, p, left); };
    ColumnStrip<R, 1>(rows, accumulate, load_some, store_some, x + j, stride, y + j);
  }
}

}  // namespace

float Reduce(ReduceOp op, const float* x, size_t n) {
  static constexpr RowFn kRows[] = {
#define KANTE_REDUCE(name, ...) &Row<name##Reducer>,
#include "kernels/kernels.inc"
  };
  return kRows[static_cast<size_t>(op)](x, n);
}

void ReduceColumns(ReduceOp op, float* y, const float* x, size_t rows, size_t cols, size_t row_stride,
                   bool accumulate) {
  static constexpr ColumnsFn kColumns[] = {
#define KANTE_REDUCE(name, ...) &Columns<name##Reducer>,
#include "kernels/kernels.inc"
  };
  kColumns[static_cast<size_t>(op)](y, x, rows, cols, row_stride, accumulate);
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(Reduce);
KANTE_DISPATCH(ReduceColumns);

float Reduce(ReduceOp op, const float* x, size_t n) { return KANTE_CALL(Reduce)(op, x, n); }

void ReduceColumns(ReduceOp op, float* y, const float* x, size_t rows, size_t cols, size_t row_stride,
                   bool accumulate) {
  KANTE_CALL(ReduceColumns)(op, y, x, rows, cols, row_stride, accumulate);
}

float ReduceIdentity(ReduceOp op) {
  static constexpr float kIdentities[] = {
#define KANTE_REDUCE(name, element, identity) identity,
#include "kernels/kernels.inc"
  };
  return kIdentities[static_cast<size_t>(op)];
}

const char* ReduceName(ReduceOp op) {
  static constexpr const char* kNames[] = {
#define KANTE_REDUCE(name, ...) #name,
#include "kernels/kernels.inc"
  };
  return op < ReduceOp::kCount ? kNames[static_cast<size_t>(op)] : "?";
}

}  // namespace kante::kernels
#endif
