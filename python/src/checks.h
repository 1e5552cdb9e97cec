// SPDX-License-Identifier: MIT
// What a caller hands to a run, held against what the model declares, in ONNX Runtime's words.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::python {

// The input or output of that name; `role` says which of both in errors.
const ValueDescription& Declared(const std::vector<ValueDescription>& all, const std::string& name, const char* role);
// Type and shape of a tensor, where a tensor is declared.
void CheckDeclared(const ValueDescription& declared, const Value& value, const char* role);

}  // namespace kante::python
