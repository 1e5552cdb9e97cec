// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kante::core {

// What the passes did to a graph and what they could not do: for `explain`, logs and tests.
struct PassReport {
  struct Site {
    std::string rule;
    std::string node;  // display name of the node at the root of the pattern
    std::string why;   // empty where the rule fired
  };
  std::vector<Site> fired;    // in order
  std::vector<Site> skipped;  // matched, but the rule declined; those of the last round only
  int64_t folded_nodes = 0;
  int64_t folded_bytes = 0;
  int64_t inlined_ifs = 0;
  int64_t merged_nodes = 0;   // common subexpressions
  int64_t removed_nodes = 0;  // dead code
  int rounds = 0;
};

}  // namespace kante::core
