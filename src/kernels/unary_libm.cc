// SPDX-License-Identifier: MIT
#include "kernels/unary_libm.h"

#include <cmath>

namespace kante::kernels {

// The expression of kernels.inc in double is the production code here: no faster form is worth its error analysis.
#define KANTE_UNARY_LIBM(name, reference, ...)                             \
  void Libm##name(float* y, const float* values, size_t n, float, float) { \
    for (size_t i = 0; i < n; ++i) {                                       \
      const double x = values[i];                                          \
      y[i] = static_cast<float>(reference);                                \
    }                                                                      \
  }
#include "kernels/kernels.inc"

}  // namespace kante::kernels
