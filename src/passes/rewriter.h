// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "passes/report.h"
#include "passes/rule.h"

namespace kante::core {

// Applies `rules` (earlier ones first at each node) everywhere in `graph` and its subgraphs, to what they write as
// well. Returns how many times one fired. Rules whose operators the registry lacks are left out.
Result<int64_t> ApplyRules(Graph& graph, const OpRegistry& registry, std::span<const Rule* const> rules,
                           PassReport* report);

}  // namespace kante::core
