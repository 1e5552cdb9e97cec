// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::cli {

// Nested lists of numbers, booleans or strings (or one of these alone) as a tensor of `type`; all lists of one level
// must be equally long. kUndefined takes float32 for numbers with a point, int64 for others, bool, string.
Result<Tensor> ParseJsonTensor(const std::string& text, ElementType type, const std::string& name);
// {"name":..., "type":..., "shape":[...], "data":[nested lists]}; NaN and infinities become strings.
std::string FormatJson(const std::string& name, const Tensor& tensor);

// Element i as a double (float16 and bfloat16 too); NaN for strings and types without a number.
double ElementAsDouble(const Tensor& tensor, int64_t i);

}  // namespace kante::cli
