// SPDX-License-Identifier: MIT
// Types as ONNX Runtime spells them for Python: "tensor(float)", "seq(map(int64,tensor(float)))".
#pragma once

#include <string>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::python {

std::string TypeName(ElementType type);  // "tensor(float)"
std::string TypeName(const ValueDescription& description);
std::string TypeName(const Value& value);  // empty for nothing

}  // namespace kante::python
