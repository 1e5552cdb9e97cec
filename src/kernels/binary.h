// SPDX-License-Identifier: MIT
//
// z[i] = f(x[i], y[i]) over contiguous rows; the broadcasting loop outside belongs to the caller. As with unary.h there
// is no table of all functions.
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

/// Which side is a vector of n elements and which is one element repeated.
enum class BinaryForm : uint8_t { kVectorVector, kVectorScalar, kScalarVector };

/// On a scalar side only element 0 is read.
template <class T>
using BinaryFn = void (*)(T* z, const T* x, const T* y, size_t n);

template <class T>
struct BinaryForms {
  BinaryFn<T> (*get)(BinaryForm form);
};

struct BinaryFunction : BinaryForms<double>,
                        BinaryForms<int8_t>,
                        BinaryForms<uint8_t>,
                        BinaryForms<int16_t>,
                        BinaryForms<uint16_t>,
                        BinaryForms<int32_t>,
                        BinaryForms<uint32_t>,
                        BinaryForms<int64_t>,
                        BinaryForms<uint64_t> {
  const char* name;                              // in kernels.inc
  BinaryFn<float> (*const* floats)(BinaryForm);  // by target
  bool slow;                                     // a call of the C library an element
};

namespace binary_functions {
#define KANTE_BINARY_SIMD(name, ...) extern const BinaryFunction k##name;
#define KANTE_BINARY_LIBM KANTE_BINARY_SIMD
#include "kernels/kernels.inc"
}  // namespace binary_functions

/// Which function: BinaryOp::kAdd. Equal handles name equal functions; may be a template argument.
struct BinaryOp {
  const BinaryFunction* function;

  friend constexpr bool operator==(BinaryOp, BinaryOp) = default;

#define KANTE_BINARY_SIMD(name, ...) static const BinaryOp k##name;
#define KANTE_BINARY_LIBM KANTE_BINARY_SIMD
#include "kernels/kernels.inc"
};

#define KANTE_BINARY_SIMD(name, ...) inline constexpr BinaryOp BinaryOp::k##name{&binary_functions::k##name};
#define KANTE_BINARY_LIBM KANTE_BINARY_SIMD
#include "kernels/kernels.inc"

/// T = float (vector kernels of the current target), double, and the integers int8_t ... uint64_t (plain loops).
/// Never null: every operator exists for every T.
template <class T>
BinaryFn<T> GetBinary(BinaryOp op, BinaryForm form) {
  return static_cast<const BinaryForms<T>*>(op.function)->get(form);
}
template <>
BinaryFn<float> GetBinary<float>(BinaryOp op, BinaryForm form);

}  // namespace kante::kernels
