// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "runtime/model.h"

namespace kante::core {

struct NeededEntries {
  std::vector<std::string> operators;  // of ops.inc
  std::vector<std::string> rules;      // of fusions.inc
};

// What loading and running the file at `path` needs at any level of optimisation: the operators that it names, those
// that upgrades, expansions and passes put in their place, and those that folding removes again; and the rules that
// fire. Sorted. Operators that are not built in are left out.
Result<NeededEntries> FindNeeded(const std::string& path, Model::Options options);

}  // namespace kante::core
