// SPDX-License-Identifier: MIT
// Elementwise operators over whole tensors: types, broadcasting and threads around kernels/unary.h and
// kernels/binary.h. f16 and bf16 are computed in float tile by tile; everything else in its own type. All return false
// when cancelled.
#pragma once

#include <cstdint>

#include "compute/broadcast.h"
#include "compute/parallel.h"
#include "kernels/binary.h"
#include "kernels/unary.h"
#include "tensor/element_type.h"

namespace kante::core {

// --- one operand: n elements, y may be x

// y = op(x) for the float types (f32, f64, f16, bf16); false for others never happens (Infer has checked).
bool RunUnary(kernels::UnaryOp op, double alpha, double beta, ElementType type, const void* x, void* y, int64_t n,
              ParallelFor parallel);

// Functions of integers, on any integer type; arithmetic wraps around.
enum class IntegerUnary : uint8_t { kAbs, kNeg, kSign, kRelu, kNot, kShrink };
struct ShrinkParameters {
  double bias = 0;
  double lambd = 0.5;
};
bool RunIntegerUnary(IntegerUnary op, const ShrinkParameters& shrink, ElementType type, const void* x, void* y,
                     int64_t n, ParallelFor parallel);

// --- two operands. `plan` is of the two inputs; z may be an input that has the output's shape.

bool RunBinary(kernels::BinaryOp op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, void* z,
               ParallelFor parallel);

// Bits of integers (bool counts as uint8 with values 0 and 1). Shifts by a negative amount or by the width or more give
// what endless shifting would.
enum class BitOp : uint8_t { kAnd, kOr, kXor, kShiftLeft, kShiftRight };
bool RunBitOp(BitOp op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, void* z,
              ParallelFor parallel);

// z is bool. Strings compare for equality only.
enum class Comparison : uint8_t { kEqual, kLess, kLessOrEqual };
bool RunComparison(Comparison op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, bool* z,
                   ParallelFor parallel);

}  // namespace kante::core
