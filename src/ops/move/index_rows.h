// SPDX-License-Identifier: MIT
// Rows of coordinates, as GatherND and ScatterND take them.
#pragma once

#include <span>

#include "ops/run_context.h"

namespace kante::core {

// For each row of `indices` [..., k] the offset, in elements, of the part of `data` that it names. The first
// `batch_dims` dimensions of both run along. Coordinates may be negative; those outside are errors.
Result<std::span<const int64_t>> ReadOffsets(RunContext& c, const Tensor& indices, const Shape& data, int batch_dims);

}  // namespace kante::core
