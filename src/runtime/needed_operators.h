// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/model.h"

namespace kante::core {

// The entries of ops.inc that loading and running the file at `path` needs at any level of optimisation: the operators
// that it names, those that upgrades, expansions and passes put in their place, and those that folding removes again.
// Sorted. Operators that are not built in are left out.
Result<std::vector<std::string_view>> NeededOperators(const std::string& path, Model::Options options);

}  // namespace kante::core
