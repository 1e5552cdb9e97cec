// SPDX-License-Identifier: MIT
// Nodes that hand on their first input as it is.
#include <algorithm>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

Outcome ReplaceBy(const Match& m, GraphPatch& patch, ValueId x) {
  if (WhyNotReplaceable(m.graph(), m.root_value(), x)) return NoMatch();  // a copy to an output has to stay
  patch.Replace(m.root_value(), x);
  return Rewritten();
}

bool SameShape(const Match& m, std::string_view a, std::string_view b) {
  const auto first = m.shape(a);
  const auto second = m.shape(b);
  return first && second && *first == *second;
}

bool AllOf(const Tensor* tensor, bool (*holds)(int64_t)) {
  const auto values = IntsOf(tensor);
  return values && std::all_of(values->begin(), values->end(), holds);
}

struct RemoveIdentity {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() { return Op("Identity", {Any("x")}); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) { return ReplaceBy(m, patch, m["x"]); }
};

struct RemoveSameCast {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() { return OneOf({"Cast", "CastLike"}, {Any("x"), Optional(Any("like"))}).As("y"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (m.type("x") == ElementType::kUndefined || m.type("x") != m.type("y")) return NoMatch();
    return ReplaceBy(m, patch, m["x"]);
  }
};

// Equal shapes before and after, for operators that then do nothing (in two cases: if an input says so).
struct RemoveSameShape {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    return OneOf({"Reshape", "Squeeze", "Unsqueeze", "Flatten", "Expand", "Tile", "Slice", "Transpose", "Pad"},
                 {Any("x"), Optional(Any("a")), Optional(Any("b")), Optional(Any("c")), Optional(Any("d"))})
        .As("y");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& node = m.node("y");
    if (node.op_type == "Transpose") {
      const std::vector<int64_t> perm = IntsOr(node, "perm");
      if (perm.empty()) return NoMatch();
      for (size_t i = 0; i < perm.size(); ++i) {
        if (perm[i] != static_cast<int64_t>(i)) return NoMatch();
      }
      return ReplaceBy(m, patch, m["x"]);
    }
    if (!SameShape(m, "x", "y")) return NoMatch();
    if (node.op_type == "Slice" && m.Has("d") && !AllOf(m.constant("d"), [](int64_t step) { return step > 0; })) {
      return NoMatch();
    }
    if (node.op_type == "Pad" && !AllOf(m.constant("a"), [](int64_t pad) { return pad == 0; })) return NoMatch();
    return ReplaceBy(m, patch, m["x"]);
  }
};

struct RemoveSingleInput {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() { return OneOf({"Concat", "Sum", "Max", "Min", "Mean"}, {Any("x")}); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) { return ReplaceBy(m, patch, m["x"]); }
};

struct RemoveDropout {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() { return Op("Dropout", {Any("x"), Optional(Any("ratio")), Optional(Any("training"))}); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (m.Has("training") && ScalarOf(m.constant("training")).value_or(1) != 0) {
      return Skip("it may be run in training mode");
    }
    return ReplaceBy(m, patch, m["x"]);
  }
};

// x * 1, x / 1, x - 0, x ^ 1: exact for every x. (x + 0 is not: it turns -0 into 0.)
struct RemoveNeutralOperand {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P x = Any("x");
    const P one = P(1.0).As("c");
    return AnyOf({x * one, x / one, x - P(0.0).As("c"), Op("Pow", {x, one})}).As("y");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const double neutral = m.node("y").op_type == "Sub" ? 0 : 1;
    if (ScalarOf(m.constant("c")) != neutral) return NoMatch();
    if (m.constant("c")->rank() > 0 && !SameShape(m, "x", "y")) return NoMatch();  // [1] may add a dimension
    if (m.type("x") != m.type("y")) return NoMatch();
    return ReplaceBy(m, patch, m["x"]);
  }
};

}  // namespace

KANTE_DEFINE_RULE(RemoveIdentity)
KANTE_DEFINE_RULE(RemoveSameCast)
KANTE_DEFINE_RULE(RemoveSameShape)
KANTE_DEFINE_RULE(RemoveSingleInput)
KANTE_DEFINE_RULE(RemoveDropout)
KANTE_DEFINE_RULE(RemoveNeutralOperand)

}  // namespace kante::core
