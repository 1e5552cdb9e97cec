// SPDX-License-Identifier: MIT
#include "passes/pipeline.h"

#include "base/build.h"
#include "ops/listed.h"
#include "passes/common_subexpressions.h"
#include "passes/dead_code.h"
#include "passes/fold.h"
#include "passes/infer_types.h"
#include "passes/inline_if.h"
#include "passes/pointwise.h"
#include "passes/rewriter.h"

namespace kante::core {
namespace {

constexpr int kMaxRounds = 4;

struct Context {
  Graph& graph;
  const OpRegistry& registry;
  const Limits& limits;
  FoldBudget budget;
  PassReport* report;
  const RuleSet simplifications{BasicRules(), registry};
  const RuleSet fusions{FusionRules(), registry};
};

// A pass returns how much it changed.
struct Pass {
  const char* name;
  OptimizationLevel from;              // the lowest level that runs it
  Result<int64_t> (*run)(Context& c);  // null: not in this build
};

Result<int64_t> RunInlineBranches(Context& c) {
  KANTE_TRY(const int64_t count, InlineConstantIfs(c.graph));
  if (c.report) c.report->inlined_ifs += count;
  return count;
}

Result<int64_t> RunMergeCommonSubexpressions(Context& c) {
  KANTE_TRY(const int64_t count, MergeCommonSubexpressions(c.graph, c.registry));
  if (c.report) c.report->merged_nodes += count;
  return count;
}

Result<int64_t> RunRemoveDeadCode(Context& c) {
  const int64_t count = RemoveDeadCode(c.graph, c.registry);
  if (c.report) c.report->removed_nodes += count;
  return count;
}

// The order of a round. Types come first, for folding and rules ask for them.
constexpr Pass kPasses[] = {
    {"infer types", OptimizationLevel::kNone,
     [](Context& c) -> Result<int64_t> {
       KANTE_TRY(InferTypes(c.graph, c.registry, c.limits));
       return int64_t{0};
     }},
    {"fold constants", OptimizationLevel::kBasic,
     [](Context& c) { return FoldConstants(c.graph, c.registry, c.limits, c.budget, c.report); }},
    {"inline branches", OptimizationLevel::kBasic, Listed(kInlineBranches) ? &RunInlineBranches : nullptr},
    {"remove dead code", OptimizationLevel::kBasic, &RunRemoveDeadCode},
    {"simplify", OptimizationLevel::kBasic,
     [](Context& c) { return ApplyRules(c.graph, c.registry, c.simplifications, c.report); }},
    {"merge common subexpressions", OptimizationLevel::kBasic,
     Listed(kMergeCommonSubexpressions) ? &RunMergeCommonSubexpressions : nullptr},
    {"remove dead code", OptimizationLevel::kBasic, &RunRemoveDeadCode},
    {"fuse", OptimizationLevel::kExtended,
     [](Context& c) { return ApplyRules(c.graph, c.registry, c.fusions, c.report); }},
};

}  // namespace

Status Optimize(Graph& graph, const OpRegistry& registry, const Limits& limits, OptimizationLevel level,
                PassReport* report) {
  Context context{graph, registry, limits, FoldBudget(limits), report};
  bool changed = true;
  for (int round = 0; changed && round < kMaxRounds; ++round) {
    changed = false;
    if (report) {
      report->skipped.clear();
      report->rounds = round + 1;
    }
    for (const Pass& pass : kPasses) {
      if (level < pass.from || !pass.run) continue;
      KANTE_TRY(const int64_t changes, pass.run(context));
      changed |= changes > 0;
#ifndef NDEBUG
      Status sound = Verify(graph);
      if (!sound.ok()) return std::move(sound).WithContext(StrCat("after pass '", pass.name, "'"));
#endif
    }
  }
  if (changed) KANTE_TRY(InferTypes(graph, registry, limits));  // of what the last round wrote
  // Once, when every other rewrite has had its pick.
  if constexpr (Listed(kFusePointwise) && !kForSize) {
    if (level >= OptimizationLevel::kExtended) KANTE_TRY(FusePointwise(graph, registry, report));
  }
  if (level != OptimizationLevel::kNone) RemoveDeadCode(graph, registry);
  return OkStatus();
}

}  // namespace kante::core
