// SPDX-License-Identifier: MIT
// Ranks and single dimensions of values whose shape as a whole is not known, such as the size of a head in a graph
// that leaves batch and length open: read off the operators that made them.
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace kante::core {

// -1: not known.
int RankOf(const Graph& graph, ValueId value);
// `axis` may count from the end. -1: not known.
int64_t DimOf(const Graph& graph, ValueId value, int axis);
// One element of a vector of dimensions: of a constant, Shape, or what Gather and Concat make of them; -1: not known
// (or -1, as a target of Reshape may hold). Its length is LengthOf, -1 if that is not known.
int64_t ElementOf(const Graph& graph, ValueId shape, int index);
int LengthOf(const Graph& graph, ValueId shape);

}  // namespace kante::core
