// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "onnx/type_reader.h"

namespace kante::core {

// What a caller sets in a model before it is optimised.
struct Overrides {
  std::vector<std::pair<std::string, Tensor>> initializers;  // of the graph, by name
  std::vector<std::pair<std::string, int64_t>> dimensions;   // of the graph's inputs, by symbol
  DimensionSizes denotations;                                // the same by denotation, set as the inputs are read
};

Status ApplyOverrides(Graph& graph, const Overrides& overrides);

}  // namespace kante::core
