// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/status.h"
#include "graph/graph.h"

namespace kante::core {

// Replaces every If whose condition is constant by the nodes of the branch that is taken, bodies included. Returns how
// many there were. The nodes keep their origins.
Result<int64_t> InlineConstantIfs(Graph& graph);

}  // namespace kante::core
