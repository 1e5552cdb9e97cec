// SPDX-License-Identifier: MIT
#include "compute/gemm_plain.h"

#include "compute/broadcast.h"

namespace kante::core {
namespace {

template <typename T>
void Rows(const PlainGemmArgs& g, int64_t begin, int64_t end) {
  const T* a = static_cast<const T*>(g.a);
  const T* b = static_cast<const T*>(g.b);
  for (int64_t i = begin; i < end; ++i) {
    T* c = static_cast<T*>(g.c) + i * g.ldc;
    for (int64_t j = 0; j < g.n; ++j) c[j] = T(0);
    for (int64_t kk = 0; kk < g.k; ++kk) {
      const T x = a[i * g.a_row_stride + kk * g.a_col_stride];
      const T* row = b + kk * g.b_row_stride;
      if (g.b_col_stride == 1) {
        for (int64_t j = 0; j < g.n; ++j) c[j] += x * row[j];
      } else {
        for (int64_t j = 0; j < g.n; ++j) c[j] += x * row[j * g.b_col_stride];
      }
    }
  }
}

}  // namespace

bool RunPlainGemm(ElementType type, const PlainGemmArgs& args, ParallelFor parallel) {
  const double cost = static_cast<double>(args.n) * static_cast<double>(args.k) * 0.7;
  return parallel(args.m, GrainFor(cost), [&](int64_t begin, int64_t end) {
    switch (type) {
      case ElementType::kFloat64:
        return Rows<double>(args, begin, end);
      case ElementType::kInt32:
      case ElementType::kUint32:
        return Rows<uint32_t>(args, begin, end);  // unsigned: overflow wraps
      default:
        return Rows<uint64_t>(args, begin, end);
    }
  });
}

}  // namespace kante::core
