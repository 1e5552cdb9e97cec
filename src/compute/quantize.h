// SPDX-License-Identifier: MIT
// Linear quantization of whole tensors of any element type, through tiles of f32.
#pragma once

#include <cstdint>

#include "tensor/element_type.h"

namespace kante::core {

// Which scale an element has. The tensor is seen as [outer, axis, inner]; element (o, a, i) uses parameter
// o * outer_step + a / block * axis_step + i * inner_step. All steps 0: one scale for all.
struct QuantLayout {
  int64_t axis = 1, inner = 1, block = 1;
  int64_t outer_step = 0, axis_step = 0, inner_step = 0;
};

struct QuantParameters {
  QuantLayout layout;
  const float* scale = nullptr;
  const float* zero = nullptr;  // null: all zero
};

// The smallest and largest value of an integer type of up to 16 bits; false for other types.
bool IntegerRange(ElementType type, float* lo, float* hi);

// Elements [begin, end), begin a multiple of 8: y = (x - zero) * scale.
void DequantizeRange(ElementType y_type, std::byte* y, ElementType x_type, const std::byte* x,
                     const QuantParameters& parameters, int64_t begin, int64_t end);
// y = saturate(round(x / scale) + zero), ties to even, NaN to the smallest value; for the small floats without the
// rounding to integers. The quotient is rounded to `precision` (float32, float16 or bfloat16).
void QuantizeRange(ElementType y_type, std::byte* y, ElementType x_type, const std::byte* x,
                   const QuantParameters& parameters, ElementType precision, bool saturate, int64_t begin, int64_t end);

}  // namespace kante::core
