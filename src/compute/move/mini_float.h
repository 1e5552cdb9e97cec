// SPDX-License-Identifier: MIT
// The floats of eight bits and fewer: four float8 forms, float8e8m0 (powers of two) and float4e2m1.
#pragma once

#include <cstdint>

#include "tensor/element_type.h"

namespace kante::core {

// How float8e8m0 rounds what lies between two powers of two.
enum class ScaleRounding : uint8_t { kUp, kDown, kNearest };

// The value of a code; codes of float4e2m1 are in 0..15.
float DecodeMiniFloat(ElementType type, uint8_t code);
// The nearest code, ties to even. What is too large becomes the largest finite value if `saturate`, else infinity
// where the type has it, else NaN; float4e2m1 always saturates.
uint8_t EncodeMiniFloat(ElementType type, float value, bool saturate, ScaleRounding rounding = ScaleRounding::kUp);

}  // namespace kante::core
