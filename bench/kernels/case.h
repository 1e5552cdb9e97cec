// SPDX-License-Identifier: MIT
// A benchmark is a small graph: it runs as it would in a model, with the algorithm and the packed weights that the
// operator chooses there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace kante::bench {

class Net {
 public:
  core::Graph graph;

  // Of float32. Values are small and of both signs.
  core::ValueId Input(const std::vector<int64_t>& dims);
  core::ValueId Weight(const std::vector<int64_t>& dims);
  core::ValueId Number(float value);
  core::ValueId Op(const char* type, std::vector<core::ValueId> inputs, std::vector<core::Attribute> attributes = {});
};

struct Case {
  std::string group;
  std::string name;
  std::function<core::ValueId(Net&)> build;  // returns the output
};
std::vector<Case> AllCases();

}  // namespace kante::bench
