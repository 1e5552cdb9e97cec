// SPDX-License-Identifier: MIT
#include "passes/pattern.h"

#include <algorithm>
#include <utility>

namespace kante::core {
namespace {

P Make(PatternNode node) { return P(std::make_shared<const PatternNode>(std::move(node))); }

P Binary(const char* op, P a, P b) { return Op(op, {std::move(a), std::move(b)}); }

}  // namespace

P::P(double scalar) {
  PatternNode node;
  node.kind = PatternNode::Kind::kScalar;
  node.scalar = scalar;
  node_ = std::make_shared<const PatternNode>(std::move(node));
}

P P::As(std::string_view name) const {
  PatternNode copy = *node_;
  if (copy.kind == PatternNode::Kind::kAnyOf || copy.kind == PatternNode::Kind::kOptional) {
    for (P& arg : copy.args) arg = arg.As(name);  // whichever it is
  } else {
    copy.name = name;
  }
  return Make(std::move(copy));
}

P P::Shared() const {
  PatternNode copy = *node_;
  copy.shared = true;
  return Make(std::move(copy));
}

P Any(std::string_view name) {
  PatternNode node;
  node.name = name;
  return Make(std::move(node));
}

P Const(std::string_view name) {
  PatternNode node;
  node.kind = PatternNode::Kind::kConst;
  node.name = name;
  return Make(std::move(node));
}

P Op(std::string_view op, std::initializer_list<P> inputs) { return OneOf({op}, inputs); }

P OneOf(std::initializer_list<std::string_view> ops, std::initializer_list<P> inputs) {
  PatternNode node;
  node.kind = PatternNode::Kind::kOp;
  for (std::string_view op : ops) node.ops.emplace_back(op);
  node.args = inputs;
  return Make(std::move(node));
}

P Optional(P input) {
  PatternNode node;
  node.kind = PatternNode::Kind::kOptional;
  node.args = {std::move(input)};
  return Make(std::move(node));
}

P AnyOf(std::initializer_list<P> choices) {
  PatternNode node;
  node.kind = PatternNode::Kind::kAnyOf;
  node.args = choices;
  return Make(std::move(node));
}

P operator+(P a, P b) { return Binary("Add", std::move(a), std::move(b)); }
P operator-(P a, P b) { return Binary("Sub", std::move(a), std::move(b)); }
P operator*(P a, P b) { return Binary("Mul", std::move(a), std::move(b)); }
P operator/(P a, P b) { return Binary("Div", std::move(a), std::move(b)); }

std::pair<std::string_view, std::string_view> SplitOpName(std::string_view op) {
  const size_t dot = op.rfind('.');
  if (dot == std::string_view::npos) return {"", op};
  return {op.substr(0, dot), op.substr(dot + 1)};
}

std::vector<std::string> RootOps(const P& pattern) {
  const PatternNode& node = *pattern.get();
  if (node.kind == PatternNode::Kind::kOp) return node.ops;
  std::vector<std::string> all;
  if (node.kind != PatternNode::Kind::kAnyOf) return all;
  for (const P& choice : node.args) {
    for (std::string& op : RootOps(choice)) {
      if (std::find(all.begin(), all.end(), op) == all.end()) all.push_back(std::move(op));
    }
  }
  return all;
}

bool Matchable(const P& pattern, const OpRegistry& registry) {
  const PatternNode& node = *pattern.get();
  const auto fits = [&](const P& p) { return Matchable(p, registry); };
  switch (node.kind) {
    case PatternNode::Kind::kAnyOf:
      return std::any_of(node.args.begin(), node.args.end(), fits);
    case PatternNode::Kind::kOp:
      return std::all_of(node.args.begin(), node.args.end(), fits) &&
             std::any_of(node.ops.begin(), node.ops.end(), [&](const std::string& op) {
               const auto [domain, name] = SplitOpName(op);
               return registry.Has(domain, name);
             });
    default:
      return true;
  }
}

}  // namespace kante::core
