// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::cli {

// Nested lists of numbers, booleans or strings (or one of these alone) as a tensor of `type`; all lists of one level
// must be equally long. kUndefined takes float32 for numbers with a point, int64 for others, bool, string.
Result<Tensor> ParseJsonTensor(const std::string& text, ElementType type, const std::string& name);
// What `input` wants: a tensor, a map as {"key": value, ...} (keys of int64 are quoted too), a list of these.
Result<Value> ParseJsonValue(const std::string& text, const ValueDescription& input, const std::string& name);
// {"name":..., "type":..., "shape":[...], "data":[nested lists]}; NaN and infinities become strings. The data of a map
// is an object, of a sequence a list; they have no shape.
std::string FormatJson(const std::string& name, const Value& value);
// "float32[2,3]", "map(string,float32)", "seq(map(string,float32))"
std::string TypeText(const Value& value);

// Element i as a double (float16 and bfloat16 too); NaN for strings and types without a number.
double ElementAsDouble(const Tensor& tensor, int64_t i);

}  // namespace kante::cli
