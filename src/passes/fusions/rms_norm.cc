// SPDX-License-Identifier: MIT
#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

bool IsCentred(const Graph& graph, ValueId x) {
  const auto made_by = [&](ValueId v) {
    return graph.value(v).producer == kNone ? nullptr : &graph.node(graph.value(v).producer);
  };
  const Node* sub = made_by(x);
  const Node* mean = sub && sub->op_type == "Sub" ? made_by(sub->inputs[1]) : nullptr;
  return mean && mean->op_type == "ReduceMean" && mean->inputs[0] == sub->inputs[0];
}

// x / sqrt(mean(x^2) + epsilon) * scale over the last dimension.
struct FuseRmsNorm {
  static constexpr std::string_view kMakes[] = {"RMSNormalization"};
  static P Pattern() {
    const P input = Any("x");
    // Halves are widened for the statistics and narrowed before the scale.
    const P wide = AnyOf({Op("Cast", {input}).As("widened"), input});
    const P square = AnyOf({Op("Pow", {wide, 2.0}), wide * wide});
    const P mean = Op("ReduceMean", {square, Const("axes")}).As("mean");
    const P root = Op("Sqrt", {mean + Const("epsilon")});
    const P normal = AnyOf({wide / root, wide * (P(1.0) / root), wide * Op("Reciprocal", {root}),
                            wide * Op("Pow", {mean + Const("epsilon"), -0.5})});
    return AnyOf({normal, Op("Cast", {normal}).As("narrowed")}) * Const("scale");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (IntOr(m.node("mean"), "keepdims", 1) != 1) return NoMatch();
    if (IsCentred(m.graph(), m["x"])) return Skip("the mean is subtracted: this is LayerNormalization");
    const auto axes = IntsOf(m.constant("axes"));
    const auto epsilon = ScalarOf(m.constant("epsilon"));
    if (!axes || axes->size() != 1) return Skip("more than one dimension is normalised");
    const int rank = RankOf(m.graph(), m["x"]);
    if ((*axes)[0] != -1 && (rank < 1 || (*axes)[0] != rank - 1)) {
      return Skip("the normalised dimension is not known to be the last");
    }
    if (!epsilon) return Skip("epsilon is not one number");
    const Tensor& scale = *m.constant("scale");
    if (scale.rank() != 1 || scale.dim(0) != DimOf(m.graph(), m["x"], -1)) {
      return Skip("the scale ", scale.shape().ToString(), " does not suit the normalised dimension");
    }
    if (scale.type() != m.type("x") || !IsFloat(scale.type())) return Skip("scale and input differ in type");
    if (m.HasNode("widened") != (m.HasNode("narrowed") && m.type("narrowed") == m.type("x"))) {
      return Skip("the result is of another type");
    }
    patch.Replace(m.root_value(), patch.Op("RMSNormalization", {m["x"], m["scale"]},
                                           {{"axis", -1}, {"epsilon", static_cast<float>(*epsilon)}}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseRmsNorm)

}  // namespace kante::core
