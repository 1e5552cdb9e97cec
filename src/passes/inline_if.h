// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/status.h"
#include "graph/graph.h"

namespace kante::core {

// Replaces every If whose condition is constant by the nodes of the branch that is taken, bodies included. Returns how
// many there were. The nodes keep their origins.
Result<int64_t> InlineConstantIfs(Graph& graph);

// Copies the nodes of `body` (owned by a node of `graph`) into `graph`: captures become the captured values, inputs the
// values of `inputs`. Returns the values that stand for the body's outputs.
std::vector<ValueId> SpliceBody(Graph& graph, const Graph& body, std::span<const ValueId> inputs);

}  // namespace kante::core
