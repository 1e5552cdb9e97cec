// SPDX-License-Identifier: MIT
//
// z[i] = f(x[i], y[i]) over contiguous rows; the broadcasting loop outside belongs to the caller.
//
// z may be x or y (in place); no other overlap. Results do not depend on how a row is split.
// Floats: Min and Max return NaN if either side is NaN; Div follows IEEE; Mod has the sign of the divisor (Python),
// Fmod that of the dividend (C); PRelu is x >= 0 ? x : x * y.
// Integers: Add, Sub, Mul and Pow wrap around; x / 0 and x % 0 are 0; MIN / -1 wraps to MIN and MIN % -1 is 0; division
// truncates towards zero; Pow with a negative exponent is 0 except for bases 1 and -1.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

enum class BinaryOp : uint8_t {
#define KANTE_BINARY_SIMD(name, ...) k##name,
#define KANTE_BINARY_LIBM(name, ...) k##name,
#include "kernels/kernels.inc"
  kCount
};

/// Which side is a vector of n elements and which is one element repeated.
enum class BinaryForm : uint8_t { kVectorVector, kVectorScalar, kScalarVector };

/// On a scalar side only element 0 is read.
template <class T>
using BinaryFn = void (*)(T* z, const T* x, const T* y, size_t n);

/// T = float (vector kernels of the current target), double, and the integers int8_t ... uint64_t (plain loops).
/// Never null: every operator exists for every T.
template <class T>
BinaryFn<T> GetBinary(BinaryOp op, BinaryForm form);

const char* BinaryName(BinaryOp op);

}  // namespace kante::kernels
