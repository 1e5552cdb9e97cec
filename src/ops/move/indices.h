// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "ops/run_context.h"
#include "tensor/tensor.h"

namespace kante::core {

// Index tensors (int32 or int64) as int64 in scratch memory, negative ones counted from the end of `size`, all inside
// [0, size): "index 7 outside [-3, 2]".
Result<std::span<const int64_t>> ReadIndices(RunContext& c, const Tensor& indices, int64_t size);
// The values as they are.
Result<std::span<const int64_t>> ReadInts(RunContext& c, const Tensor& values);

}  // namespace kante::core
