// SPDX-License-Identifier: MIT
#include "passes/rewriter.h"

#include <algorithm>
#include <utility>

namespace kante::core {

RuleSet::RuleSet(std::span<const Rule* const> rules, const OpRegistry& registry) {
  for (const Rule* rule : rules) {
    const bool can_write = std::all_of(rule->makes.begin(), rule->makes.end(), [&](std::string_view op) {
      const auto [domain, name] = SplitOpName(op);
      return registry.Has(domain, name);
    });
    if (!can_write) continue;
    P pattern = rule->pattern();
    if (!Matchable(pattern, registry)) continue;
    entries_.push_back({rule, std::move(pattern)});
    for (const std::string& op : RootOps(entries_.back().pattern)) by_root_[op].push_back(&entries_.back());
  }
}

const std::vector<const RuleSet::Entry*>* RuleSet::For(const std::string& op) const {
  const auto found = by_root_.find(op);
  return found == by_root_.end() ? nullptr : &found->second;
}

namespace {

class Driver {
 public:
  Driver(const OpRegistry& registry, const RuleSet& rules, PassReport* report)
      : registry_(registry), rules_(rules), report_(report) {}

  Status Run(Graph& graph) {
    KANTE_TRY(std::vector<NodeId> work, graph.TopologicalOrder());
    std::reverse(work.begin(), work.end());
    // Each rewrite removes nodes or makes fused ones, so this ends; the budget is for a rule that breaks the promise.
    int64_t budget = 8 * static_cast<int64_t>(work.size()) + 64;
    while (!work.empty() && budget-- > 0) {
      const NodeId id = work.back();
      work.pop_back();
      if (!graph.alive(id)) continue;
      for (Graph* body : graph.node(id).Subgraphs()) {
        if (visited_bodies_++ < kMaxBodies) KANTE_TRY(Run(*body));
      }
      RewriteAt(graph, id, work);
    }
    return OkStatus();
  }

  int64_t fired() const { return fired_; }

 private:
  static constexpr int64_t kMaxBodies = 1'000'000;

  void RewriteAt(Graph& graph, NodeId id, std::vector<NodeId>& work) {
    const Node& node = graph.node(id);
    const auto domain = CanonicalDomain(node.domain);
    const auto* found = rules_.For(domain.empty() ? node.op_type : StrCat(domain, ".", node.op_type));
    if (!found) return;
    for (const RuleSet::Entry* p : *found) {
      Match match(graph, registry_);
      std::string why;
      if (!MatchAt(p->pattern, id, match, report_ ? &why : nullptr)) {
        if (!why.empty()) Note(*p->rule, node, std::move(why));
        continue;
      }
      GraphPatch patch(graph, std::string(p->rule->name));
      patch.SetMatched(match.nodes());
      Outcome outcome = p->rule->rewrite(match, patch);
      if (outcome.kind() == Outcome::Kind::kSkip) Note(*p->rule, node, outcome.why());
      if (outcome.kind() != Outcome::Kind::kRewritten) continue;
      const std::string name = report_ ? node.DisplayName() : std::string();
      if (Status applied = patch.Apply(); !applied.ok()) {
        Note(*p->rule, node, std::string(applied.message()));
        continue;
      }
      ++fired_;
      if (report_) report_->fired.push_back({std::string(p->rule->name), name, {}});
      work.insert(work.end(), patch.added().rbegin(), patch.added().rend());
      return;
    }
  }

  void Note(const Rule& rule, const Node& node, std::string why) {
    if (report_) report_->skipped.push_back({std::string(rule.name), node.DisplayName(), std::move(why)});
  }

  const OpRegistry& registry_;
  const RuleSet& rules_;
  PassReport* report_;
  int64_t fired_ = 0;
  int64_t visited_bodies_ = 0;
};

}  // namespace

Result<int64_t> ApplyRules(Graph& graph, const OpRegistry& registry, const RuleSet& rules, PassReport* report) {
  Driver driver(registry, rules, report);
  KANTE_TRY(driver.Run(graph));
  return driver.fired();
}

}  // namespace kante::core
