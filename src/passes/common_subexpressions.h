// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

// Computes once what is computed twice: nodes of the same operator, attributes and inputs (in any order where the
// operator is commutative). Small constants count as the same when their contents are. Stateful operators, operators
// with bodies and unknown ones are left alone. Bodies are treated each for itself. Returns the number of nodes merged;
// they are left without uses for RemoveDeadCode.
Result<int64_t> MergeCommonSubexpressions(Graph& graph, const OpRegistry& registry);

}  // namespace kante::core
