// SPDX-License-Identifier: MIT
// What the normalisations share: their parameters in the type they compute in, and rows in f32 or f64.
#pragma once

#include <cmath>
#include <cstdint>

#include "compute/element_io.h"
#include "kernels/norm.h"
#include "ops/run_context.h"

namespace kante::core {

// Contents as T (float or double): the tensor's own memory or a converted copy in scratch. For parameters, which are
// small. REQUIRES: a float type of up to 64 bits.
template <typename T>
Result<const T*> ReadAs(RunContext& c, const Tensor& t) {
  if (t.type() == ElementTypeFor<T>) return t.data<T>();
  KANTE_TRY(std::byte * memory, c.Scratch(t.elements() * static_cast<int64_t>(sizeof(T))));
  T* to = reinterpret_cast<T*>(memory);
  GetLoadRow<T>(t.type())(to, t.raw(), t.elements());
  return to;
}

// An output of any float type that is computed as float: its own memory, or scratch that Close converts.
struct FloatTarget {
  Tensor* tensor = nullptr;
  float* data = nullptr;

  static Result<FloatTarget> Open(RunContext& c, Tensor* t) {
    if (t->type() == ElementType::kFloat32) return FloatTarget{t, t->mutable_data<float>()};
    KANTE_TRY(std::byte * memory, c.Scratch(t->elements() * 4));
    return FloatTarget{t, reinterpret_cast<float*>(memory)};
  }
  void Close() const {
    if (!tensor || tensor->type() == ElementType::kFloat32) return;
    GetStoreRow<float>(tensor->type())(tensor->raw(), data, tensor->elements());
  }
};

// Mean and biased variance of n values.
inline void MeanVariance(const float* x, int64_t n, float* mean, float* variance) {
  kernels::MeanVariance(x, static_cast<size_t>(n), mean, variance);
}
inline void MeanVariance(const double* x, int64_t n, double* mean, double* variance) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  *mean = sum / static_cast<double>(n);
  for (int64_t i = 0; i < n; ++i) squares += (x[i] - *mean) * (x[i] - *mean);
  *variance = squares / static_cast<double>(n);
}

// y = x * scale + shift; y may be x.
inline void ScaleShift(float* y, const float* x, float scale, float shift, int64_t n) {
  kernels::ScaleShiftRow(y, x, scale, shift, static_cast<size_t>(n));
}
inline void ScaleShift(double* y, const double* x, double scale, double shift, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale + shift;
}

}  // namespace kante::core
