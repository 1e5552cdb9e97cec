// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/limits.h"
#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "passes/report.h"

namespace kante::core {

// What folding may still spend on one model; lives through all rounds.
struct FoldBudget {
  explicit FoldBudget(const Limits& limits) : bytes_left(limits.max_folded_total_bytes) {}
  int64_t bytes_left;
  // By buffer id: of how many bytes of the file a folded constant was made, so that a chain of small steps is no way
  // around the rule about growth.
  std::unordered_map<uint64_t, int64_t> source_bytes;
  int64_t work_left =
      int64_t{1} << 34;  // multiply-adds, about, of operators that cost more than a pass over their data
};

// Computes what is the same in every run: nodes whose inputs are all constants, and operators that look at shapes only
// where the shape is known. The results become constants; the nodes are left for RemoveDeadCode. Bodies too, into which
// constants are carried first. Never folded:
//  - stateful operators, operators with bodies, results that are not tensors, what fails to evaluate (the run reports
//  it);
//  - results above Limits.max_folded_bytes, or large ones many times what the file holds for them (ConstantOfShape,
//  Expand, Tile, Range
//    would turn a small file into a big model: the planner makes them when needed).
// Returns the number of nodes folded.
Result<int64_t> FoldConstants(Graph& graph, const OpRegistry& registry, const Limits& limits, FoldBudget& budget,
                              PassReport* report);

}  // namespace kante::core
