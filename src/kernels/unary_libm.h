// SPDX-License-Identifier: MIT
//
// Rare unary functions: one plain loop over the C library for all targets, behind GetUnary like the others.
#pragma once

#include <cstddef>

namespace kante::kernels {

#define KANTE_UNARY_LIBM(name, ...) void Libm##name(float* y, const float* x, size_t n, float alpha, float beta);
#include "kernels/kernels.inc"

}  // namespace kante::kernels
