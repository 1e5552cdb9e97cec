// SPDX-License-Identifier: MIT
// What bodies of control flow read from outside.
#pragma once

#include "graph/graph.h"

namespace kante::core {

// Captures of constants become constants of the bodies of node `id`. Tensors share memory.
void PropagateConstants(Graph& graph, NodeId id);

// Drops captures of the bodies of node `id` that nothing inside reads, and merges those of the same value.
void PruneCaptures(Graph& graph, NodeId id);

}  // namespace kante::core
