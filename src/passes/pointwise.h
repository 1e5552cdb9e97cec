// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "passes/report.h"

namespace kante::core {

// Ranges of elementwise float32 operators of one shape, whose results nobody else wants, become kante.FusedPointwise.
// Runs once, when all other rewrites have had their pick; bodies are treated each for itself. Returns how many it made.
Result<int64_t> FusePointwise(Graph& graph, const OpRegistry& registry, PassReport* report);

}  // namespace kante::core
