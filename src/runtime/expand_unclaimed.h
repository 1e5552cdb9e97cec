// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "providers/provider.h"

namespace kante::core {

// Replaces, in the graph and its subgraphs, every node that no provider claims by its operator's expansion, until all
// that is left is claimed or cannot be expanded. Returns how many were replaced.
Result<int> ExpandUnclaimed(Graph& graph, const OpRegistry& registry,
                            std::span<const std::shared_ptr<Provider>> providers);

}  // namespace kante::core
