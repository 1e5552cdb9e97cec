// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

// Removes what no output needs: nodes, optional outputs that nobody reads, captures of bodies, and the tensors of
// constants without uses. Stateful operators of foreign domains stay, for they may have effects; unused random numbers
// go. Graph inputs stay, being the caller's. Bodies too. Linear time. Returns the number of nodes removed.
int64_t RemoveDeadCode(Graph& graph, const OpRegistry& registry);

}  // namespace kante::core
