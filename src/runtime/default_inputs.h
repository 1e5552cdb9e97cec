// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.h"

namespace kante::core {

// Old exporters list every weight as an input with a default, which callers hardly ever feed. Makes such defaults
// constants, so that they are folded, fused and packed; the values stay inputs of the graph. False if there are none.
bool FixDefaultInputs(Graph& graph);

// Whether input `index` of the graph is one that was fixed.
inline bool IsFixedInput(const Graph& graph, size_t index) { return graph.Constant(graph.inputs()[index]) != nullptr; }

}  // namespace kante::core
