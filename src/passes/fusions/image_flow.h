// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.h"

namespace kante::core {

// Whether two values are proven to have the same shape [N, C, spatial...] although the size of the image is not known:
// both come from the same value through convolutions, poolings and elementwise operators that change its size in the
// same way. False means "not proven".
bool SameImageShape(const Graph& graph, ValueId a, ValueId b);

}  // namespace kante::core
