// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

// Copies the nodes of `body` (owned by a node of `graph`) into `graph`: captures become the captured values, inputs the
// values of `inputs`. Returns the values that stand for the body's outputs.
std::vector<ValueId> SpliceBody(Graph& graph, const Graph& body, std::span<const ValueId> inputs);

}  // namespace kante::core
