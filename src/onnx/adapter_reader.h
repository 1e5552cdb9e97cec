// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"

namespace kante::core {

// Parameters of a LoRA adapter by name, in the file format of ONNX Runtime's AdapterFormat: values for inputs that a
// model gives defaults of rank zero.
Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapter(std::span<const std::byte> bytes);

}  // namespace kante::core
