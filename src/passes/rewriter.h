// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "passes/pattern.h"
#include "passes/report.h"
#include "passes/rule.h"

namespace kante::core {

// Rules ready to be tried, earlier ones first. Those whose operators the registry lacks are left out.
class RuleSet {
 public:
  struct Entry {
    const Rule* rule;
    P pattern;
  };
  RuleSet(std::span<const Rule* const> rules, const OpRegistry& registry);
  RuleSet(const RuleSet&) = delete;
  // Those whose root may be this operator ("Conv", "kante.FusedConv"); null if none.
  const std::vector<const Entry*>* For(const std::string& op) const;

 private:
  std::deque<Entry> entries_;
  std::unordered_map<std::string, std::vector<const Entry*>> by_root_;
};

// Applies the rules everywhere in `graph` and its subgraphs, to what they write as well. Returns how many times one
// fired.
Result<int64_t> ApplyRules(Graph& graph, const OpRegistry& registry, const RuleSet& rules, PassReport* report);

}  // namespace kante::core
