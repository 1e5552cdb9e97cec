// SPDX-License-Identifier: MIT
//
// Plain loops over the C library, for all targets: every unary function of doubles, and the rare ones of floats.
#pragma once

#include <cstddef>

namespace kante::kernels {

#define KANTE_UNARY_SIMD(name, ...) void name##Doubles(double* y, const double* x, size_t n, double alpha, double beta);
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"

#define KANTE_UNARY_LIBM(name, ...) void name##Row(float* y, const float* x, size_t n, float alpha, float beta);
#include "kernels/kernels.inc"

}  // namespace kante::kernels
