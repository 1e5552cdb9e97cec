// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/limits.h"
#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "passes/report.h"

namespace kante::core {

enum class OptimizationLevel : uint8_t {
  kNone,      // types are inferred, nothing is rewritten
  kBasic,     // folding, dead code, common subexpressions, needless nodes: only operators of ONNX remain
  kExtended,  // and fused operators, of ONNX and of domain kante
  kAll,
};

// Passes that a reduced build may lack like a rule, by their entries in its list (see ops/listed.h).
inline constexpr char kInlineBranches[] = "InlineBranches";
inline constexpr char kMergeCommonSubexpressions[] = "MergeCommonSubexpressions";
inline constexpr char kFusePointwise[] = "FusePointwise";

// Rewrites an upgraded graph. Inputs and outputs keep their names, order and types; logical shapes stay ONNX's. Initial
// values of overridable inputs are not constants. Runs the passes of the level in rounds until nothing changes, four at
// most; each pass takes about linear time. `report` may be null.
// Fails with InvalidGraph when types contradict each other (see InferTypes) or the graph is broken.
Status Optimize(Graph& graph, const OpRegistry& registry, const Limits& limits, OptimizationLevel level,
                PassReport* report);

}  // namespace kante::core
