// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

// The parameters of an activation node in the order of ParseActivation, the bounds of Clip among them; nothing where
// those are no ordered constants.
std::optional<std::vector<float>> ActivationParams(const Graph& graph, const Node& node);

}  // namespace kante::core
