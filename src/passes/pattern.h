// SPDX-License-Identifier: MIT
// Patterns: pieces of graphs written as mathematics.
//
//   const P x = Any("x");
//   const P gelu = x * (Op("Erf", x / 1.41421356) + 1.0) * 0.5;
//   const P conv = Op("Conv", {x, Const("w"), Optional(Const("b"))}).As("conv");
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

class P;

struct PatternNode {
  enum class Kind : uint8_t { kAny, kConst, kScalar, kOp, kOptional, kAnyOf };
  Kind kind = Kind::kAny;
  std::string name;              // what the match calls it; may be empty
  std::vector<std::string> ops;  // kOp: "Conv" or "kante.FusedConv", any of them
  std::vector<P> args;           // kOp: inputs; kOptional: one; kAnyOf: alternatives
  double scalar = 0;             // kScalar
  bool shared = false;           // kOp: its outputs may have uses outside the match
};

// A pattern: a small immutable tree (or DAG: using the same P twice, or the same name, asks for the same value twice).
class P {
 public:
  explicit P(std::shared_ptr<const PatternNode> node) : node_(std::move(node)) {}
  // A constant with one element about equal to `scalar` (to 1e-4 of its size), whatever its rank.
  P(double scalar);  // NOLINT: implicit on purpose

  // The same pattern under a name, through which the rewrite reads the matched value and node.
  P As(std::string_view name) const;
  // Inner values must not be used outside the match, or the rewrite would compute them twice; this lifts that for one.
  P Shared() const;
  const PatternNode* get() const { return node_.get(); }

 private:
  std::shared_ptr<const PatternNode> node_;
};

P Any(std::string_view name);    // any value
P Const(std::string_view name);  // a constant
// Output 0 of an operator. Where the operator is commutative, both orders of the inputs are tried. Inputs that the
// pattern does not mention must be absent. Attributes are for the rewrite to check.
P Op(std::string_view op, std::initializer_list<P> inputs);
P OneOf(std::initializer_list<std::string_view> ops, std::initializer_list<P> inputs);
P Optional(P input);                        // an input that may be absent
P AnyOf(std::initializer_list<P> choices);  // the first that matches
P operator+(P a, P b);
P operator-(P a, P b);
P operator*(P a, P b);
P operator/(P a, P b);

// "Conv" -> {"", "Conv"}, "com.microsoft.FusedConv" -> {"com.microsoft", "FusedConv"}.
std::pair<std::string_view, std::string_view> SplitOpName(std::string_view op);

// The operators that a node may have for the pattern's root to match.
std::vector<std::string> RootOps(const P& pattern);
// Whether the pattern can match at all: an operator that it needs may be missing from a reduced build.
bool Matchable(const P& pattern, const OpRegistry& registry);

// What a pattern matched: values and nodes by name. Valid while the graph does not change and the pattern lives.
class Match {
 public:
  Match(const Graph& graph, const OpRegistry& registry) : graph_(&graph), registry_(&registry) {}

  const Graph& graph() const { return *graph_; }
  const OpRegistry& registry() const { return *registry_; }
  NodeId root() const { return root_; }
  ValueId root_value() const { return graph_->node(root_).outputs[0]; }

  ValueId operator[](std::string_view name) const;  // kNone: an optional input that is absent
  bool Has(std::string_view name) const { return (*this)[name] != kNone; }
  // REQUIRES: the name is that of an operator which matched (see HasNode).
  const Node& node(std::string_view name) const { return graph_->node(node_id(name)); }
  NodeId node_id(std::string_view name) const;
  bool HasNode(std::string_view name) const { return node_id(name) != kNone; }
  std::vector<NodeId> nodes() const;  // all that matched, the root included
  const Tensor* constant(std::string_view name) const { return graph_->Constant((*this)[name]); }
  ElementType type(std::string_view name) const;
  std::optional<Shape> shape(std::string_view name) const;

 private:
  friend class Matcher;
  struct Binding {
    const PatternNode* pattern;
    ValueId value;
    NodeId node;
  };
  const Graph* graph_;
  const OpRegistry* registry_;
  NodeId root_ = kNone;
  std::vector<Binding> bindings_;
};

// Looks for `pattern` with its root at `root`. On failure `why` (may be null) says what stood in the way when
// everything fitted but for an inner value that is used elsewhere; else it stays empty.
bool MatchAt(const P& pattern, NodeId root, Match& match, std::string* why);

}  // namespace kante::core
