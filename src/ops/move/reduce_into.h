// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "ops/attr_reader.h"
#include "ops/op_info.h"
#include "tensor/element_type.h"

namespace kante::core {

// What a scatter does where it meets a value.
enum class Reduction : uint8_t { kNone, kAdd, kMul, kMin, kMax };

Reduction ParseReduction(AttrReader& a);

// What can be combined; everything can be replaced (kNone).
inline constexpr TypeSet kReducible = kNumeric | kBool;

// y[i] = y[i] op x[i], i < count. NaN wins minimum and maximum. For bool adding is or, multiplying is and.
// REQUIRES: a reducible type, reduction other than kNone.
void ReduceInto(ElementType type, Reduction reduction, std::byte* y, const std::byte* x, int64_t count);

}  // namespace kante::core
