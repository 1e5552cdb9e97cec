// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

// What a caller sets in a model before it is optimised.
struct Overrides {
  std::vector<std::pair<std::string, Tensor>> initializers;  // of the graph, by name
  std::vector<std::pair<std::string, int64_t>> dimensions;   // of the graph's inputs, by symbol
};

Status ApplyOverrides(Graph& graph, const Overrides& overrides);

}  // namespace kante::core
