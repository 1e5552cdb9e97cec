// SPDX-License-Identifier: MIT
#pragma once

#include "ops/run_context.h"
#include "tensor/value.h"

namespace kante::core {

// The value in memory that outlives the step: tensors that lie in an arena, in a caller's memory or with strides are
// copied, everything else is shared. What goes into a sequence or past the end of a body must be owned.
Result<Value> Owned(const Value& value);

// The input as an owned tensor.
Result<Value> OwnedInput(RunContext& c, int i);

}  // namespace kante::core
