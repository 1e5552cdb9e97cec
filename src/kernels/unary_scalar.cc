// SPDX-License-Identifier: MIT
#include "kernels/unary_scalar.h"

#include <algorithm>
#include <cmath>

namespace kante::kernels {

#define KANTE_CLAMP01(v) std::min(std::max((v), 0.0), 1.0)  // NaN stays

// The expression of kernels.inc in double is the production code here: no faster form is worth its error analysis.
#define KANTE_UNARY_SIMD(name, cost, reference, ...)                                       \
  void name##Doubles(double* y, const double* values, size_t n, [[maybe_unused]] double a, \
                     [[maybe_unused]] double b) {                                          \
    for (size_t i = 0; i < n; ++i) {                                                       \
      const double x = values[i];                                                          \
      y[i] = (reference);                                                                  \
    }                                                                                      \
  }
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"

#define KANTE_UNARY_LIBM(name, cost, reference, ...)                      \
  void name##Row(float* y, const float* values, size_t n, float, float) { \
    for (size_t i = 0; i < n; ++i) {                                      \
      const double x = values[i];                                         \
      y[i] = static_cast<float>(reference);                               \
    }                                                                     \
  }
#include "kernels/kernels.inc"

}  // namespace kante::kernels
