// SPDX-License-Identifier: MIT
// What a node has to do, for reports: arithmetic, memory, and the way its operator chose.
#pragma once

#include <span>

#include "ops/registry.h"

namespace kante::core {

// Arithmetic operations, a multiply-add counting two, in the operator's direct form: a faster algorithm needs fewer.
// Operators without a Flops facet count one for each element of their largest tensor, those that only move elements
// none.
double FlopsOf(const OpInstance& op, const ChooseContext& context);

// Bytes of the tensors that are read and written, each once. What only moves elements reads no more than it writes.
double BytesOf(const OpInfo& info, std::span<const InputFacts> inputs, std::span<const OutputFacts> outputs);

// `context.choice` must be what Choose decided. Empty where an operator has one way only.
Method MethodOf(const OpInstance& op, const ChooseContext& context);

}  // namespace kante::core
