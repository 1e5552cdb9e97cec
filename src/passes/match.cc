// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "passes/constants.h"
#include "passes/pattern.h"

namespace kante::core {
namespace {

constexpr int kMaxSteps = 4096;      // a pattern has about ten nodes; only hostile graphs come near
constexpr double kTolerance = 1e-4;  // exporters print constants with four digits at least

bool SameName(const PatternNode* a, const PatternNode* b) { return a == b || (!a->name.empty() && a->name == b->name); }

}  // namespace

ValueId Match::operator[](std::string_view name) const {
  for (const Binding& b : bindings_) {
    if (b.pattern->name == name) return b.value;
  }
  return kNone;
}

NodeId Match::node_id(std::string_view name) const {
  for (const Binding& b : bindings_) {
    if (b.pattern->name == name) return b.node;
  }
  return kNone;
}

std::vector<NodeId> Match::nodes() const {
  std::vector<NodeId> out;
  for (const Binding& b : bindings_) {
    if (b.node != kNone) out.push_back(b.node);
  }
  return out;
}

ElementType Match::type(std::string_view name) const {
  const ValueId id = (*this)[name];
  return id == kNone ? ElementType::kUndefined : graph_->value(id).type.element_type;
}

std::optional<Shape> Match::shape(std::string_view name) const {
  const ValueId id = (*this)[name];
  return id == kNone ? std::nullopt : graph_->value(id).type.concrete_shape();
}

// Backtracking over a list of goals "this pattern must match this value", kept on the stack.
class Matcher {
 public:
  Matcher(Match& match, std::string* why) : m_(match), graph_(match.graph()), why_(why) {}

  bool Run(const P& pattern, NodeId root) {
    m_.root_ = root;
    m_.bindings_.clear();
    if (graph_.node(root).outputs.empty() || graph_.node(root).outputs[0] == kNone) return false;
    const Goal goal{pattern.get(), graph_.node(root).outputs[0], nullptr};
    return Solve(&goal);
  }

 private:
  struct Goal {
    const PatternNode* pattern;
    ValueId value;
    const Goal* next;
  };

  bool Solve(const Goal* goal) {
    if (++steps_ > kMaxSteps) return false;
    if (!goal) return NothingUsedElsewhere();
    const PatternNode& p = *goal->pattern;
    if (p.kind == PatternNode::Kind::kAnyOf) {
      for (const P& choice : p.args) {
        if (Try(goal, choice.get())) return true;
      }
      return false;
    }
    if (p.kind == PatternNode::Kind::kOptional) {
      return goal->value == kNone ? Solve(goal->next) : Try(goal, p.args[0].get());
    }
    if (goal->value == kNone) return false;
    for (const Match::Binding& b : m_.bindings_) {
      if (SameName(b.pattern, &p)) return b.value == goal->value && Solve(goal->next);
    }
    switch (p.kind) {
      case PatternNode::Kind::kAny:
        return Bind(goal, kNone);
      case PatternNode::Kind::kConst:
        return graph_.Constant(goal->value) && Bind(goal, kNone);
      case PatternNode::Kind::kScalar: {
        const auto have = ScalarOf(graph_.Constant(goal->value));
        return have && std::abs(*have - p.scalar) <= kTolerance * std::abs(p.scalar) && Bind(goal, kNone);
      }
      default:
        return SolveOp(goal);
    }
  }

  bool Try(const Goal* goal, const PatternNode* choice) {
    const size_t mark = m_.bindings_.size();
    const Goal instead{choice, goal->value, goal->next};
    if (Solve(&instead)) return true;
    m_.bindings_.resize(mark);
    return false;
  }

  bool Bind(const Goal* goal, NodeId node) {
    m_.bindings_.push_back({goal->pattern, goal->value, node});
    if (Solve(goal->next)) return true;
    m_.bindings_.pop_back();
    return false;
  }

  bool SolveOp(const Goal* goal) {
    const PatternNode& p = *goal->pattern;
    const ValueInfo& info = graph_.value(goal->value);
    if (info.producer == kNone || info.output_index != 0) return false;
    const Node& node = graph_.node(info.producer);
    const bool named = std::any_of(p.ops.begin(), p.ops.end(), [&](const std::string& op) {
      const auto [domain, name] = SplitOpName(op);
      return node.op_type == name && CanonicalDomain(node.domain) == domain;
    });
    if (!named) return false;
    for (size_t i = p.args.size(); i < node.inputs.size(); ++i) {
      if (node.inputs[i] != kNone) return false;
    }
    const size_t mark = m_.bindings_.size();
    m_.bindings_.push_back({goal->pattern, goal->value, info.producer});
    if (SolveArgs(goal, node, false)) return true;
    if (p.args.size() == 2) {
      const OpDef* def = m_.registry().Find(node.domain, node.op_type);
      if (def && def->info.commutative && SolveArgs(goal, node, true)) return true;
    }
    m_.bindings_.resize(mark);
    return false;
  }

  bool SolveArgs(const Goal* goal, const Node& node, bool exchanged) {
    const std::vector<P>& args = goal->pattern->args;
    std::vector<Goal> goals(args.size());
    const Goal* next = goal->next;
    for (size_t i = args.size(); i-- > 0;) {
      const size_t from = exchanged ? 1 - i : i;
      goals[i] = {args[i].get(), from < node.inputs.size() ? node.inputs[from] : kNone, next};
      next = &goals[i];
    }
    const size_t mark = m_.bindings_.size();
    if (Solve(next)) return true;
    m_.bindings_.resize(mark);
    return false;
  }

  bool InMatch(NodeId id) const {
    return std::any_of(m_.bindings_.begin(), m_.bindings_.end(),
                       [id](const Match::Binding& b) { return b.node == id; });
  }

  bool NothingUsedElsewhere() {
    for (const Match::Binding& b : m_.bindings_) {
      if (b.node == kNone) continue;
      const Node& node = graph_.node(b.node);
      for (ValueId out : node.outputs) {
        if (out == kNone || (b.node == m_.root_ && out == b.value) || b.pattern->shared) continue;
        const ValueInfo& info = graph_.value(out);
        const bool inside = info.graph_output_uses == 0 && std::all_of(info.consumers.begin(), info.consumers.end(),
                                                                       [&](NodeId user) { return InMatch(user); });
        if (inside) continue;
        if (why_) *why_ = StrCat("'", info.name, "' is also used elsewhere");
        return false;
      }
    }
    return true;
  }

  Match& m_;
  const Graph& graph_;
  std::string* why_;
  int steps_ = 0;
};

bool MatchAt(const P& pattern, NodeId root, Match& match, std::string* why) {
  return Matcher(match, why).Run(pattern, root);
}

}  // namespace kante::core
