// SPDX-License-Identifier: MIT
// Conversion between any two numeric element types, through float32, float64 or 64-bit integers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compute/move/mini_float.h"
#include "tensor/element_type.h"

namespace kante::core {

struct CastRules {
  bool saturate = true;  // of the float8 types
  ScaleRounding rounding = ScaleRounding::kUp;
};

// Everything but strings and complex numbers.
bool IsCastable(ElementType type);

// to[i] = from[i] converted, i < count. REQUIRES: both castable; for packed types the ranges start at whole bytes.
//  - integers keep their low bits; floats lose their fraction, NaN becomes 0, what does not fit in 32 or 64 bits
//    saturates and narrower types keep the low bits of that
//  - to bool: whether it differs from 0
//  - to floats: nearest, ties to even, overflow gives infinity (for float8 see CastRules)
void CastRange(ElementType to_type, std::byte* to, ElementType from_type, const std::byte* from, int64_t count,
               const CastRules& rules);

}  // namespace kante::core
