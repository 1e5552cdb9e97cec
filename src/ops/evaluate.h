// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "base/limits.h"
#include "base/status.h"
#include "ops/registry.h"
#include "tensor/value.h"

namespace kante::core {

// Runs one operator on the calling thread with memory of its own: constant folding and the shape arithmetic of layouts.
// `inputs` may hold null for absent inputs. Operators with subgraphs are refused (NotImplemented). Outputs whose
// inferred size is above `max_output_bytes` are refused with LimitExceeded before anything is allocated.
Result<std::vector<Value>> EvaluateNode(const OpInstance& op, const Node& node, std::span<const Value* const> inputs,
                                        const Limits& limits, int64_t max_output_bytes);

// Facts of a value for Infer: its type, shape and, for dense, aligned host tensors, the value itself.
InputFacts FactsOf(const Value* value);
// The view that `facts` describe, of the tensor that it is a view of.
Tensor MakeView(const Tensor& base, const OutputFacts& facts);

}  // namespace kante::core
