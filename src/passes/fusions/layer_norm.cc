// SPDX-License-Identifier: MIT
#include <array>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

// The mean over the last dimension that stays as 1.
P Mean(const P& x, std::string_view name) { return Op("ReduceMean", {x, Const(StrCat(name, ".axes"))}).As(name); }

bool KeepsDims(const Node& reduce) { return IntOr(reduce, "keepdims", 1) == 1; }

// (x - mean) / sqrt(var + epsilon) * gamma + beta, normalised over the last dimension.
struct FuseLayerNorm {
  static constexpr std::string_view kMakes[] = {"LayerNormalization"};
  static P Pattern() {
    const P x = Any("x");
    const P mean = Mean(x, "mean");
    const P d = x - mean;
    const P other = x - mean;  // some exporters subtract twice
    const P square = AnyOf({Op("Pow", {d, 2.0}), d * d, Op("Pow", {other, 2.0}), other * other});
    const P deviation = Op("Sqrt", {Mean(square, "var") + Const("epsilon")});
    const P normal = AnyOf({d / deviation, d * Op("Reciprocal", {deviation})});
    // Keras scales before it subtracts.
    const P factor = Op("Reciprocal", {deviation}) * Const("gamma");
    return AnyOf({normal * Const("gamma") + Const("beta"), x * factor + (Const("beta") - mean * factor)});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (!KeepsDims(m.node("mean")) || !KeepsDims(m.node("var"))) return NoMatch();
    const auto axes = IntsOf(m.constant("mean.axes"));
    if (axes != IntsOf(m.constant("var.axes"))) return Skip("mean and variance are over different dimensions");
    const auto epsilon = ScalarOf(m.constant("epsilon"));
    if (!axes || axes->size() != 1) return Skip("more than one dimension is normalised");
    const auto shape = m.shape("x");
    const bool last = (*axes)[0] == -1 || (shape && (*axes)[0] == shape->rank() - 1);
    if (!last) return Skip("the normalised dimension is not known to be the last");
    if (!epsilon) return Skip("epsilon is not one number");
    const Tensor& gamma = *m.constant("gamma");
    const Tensor& beta = *m.constant("beta");
    if (gamma.rank() != 1 || !(gamma.shape() == beta.shape()))
      return Skip("scale and bias are not vectors of one size");
    if (shape ? shape->dim(shape->rank() - 1) != gamma.dim(0) : gamma.dim(0) == 1) {
      return Skip("scale and bias do not suit the normalised dimension");
    }
    if (gamma.type() != m.type("x") || beta.type() != m.type("x")) return Skip("scale and input differ in type");
    patch.Replace(m.root_value(), patch.Op("LayerNormalization", {m["x"], m["gamma"], m["beta"]},
                                           {{"axis", -1}, {"epsilon", static_cast<float>(*epsilon)}}));
    return Rewritten();
  }
};

// The same over the channels of pictures, [batch, channels, height, width], as ConvNeXt writes it: with two Transposes
// it costs less than its parts.
struct FuseChannelLayerNorm {
  static constexpr std::string_view kMakes[] = {"LayerNormalization", "Transpose", "Reshape"};
  static P Pattern() {
    const P x = Any("x");
    const P d = x - Mean(x, "mean");
    const P square = AnyOf({Op("Pow", {d, 2.0}), d * d});
    const P deviation = Op("Sqrt", {Mean(square, "var") + Const("epsilon")});
    return (d / deviation) * Const("gamma") + Const("beta");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (!KeepsDims(m.node("mean")) || !KeepsDims(m.node("var")) || RankOf(m.graph(), m["x"]) != 4) return NoMatch();
    const auto axes = IntsOf(m.constant("mean.axes"));
    if (!axes || axes->size() != 1 || ((*axes)[0] != 1 && (*axes)[0] != -3)) return NoMatch();
    if (axes != IntsOf(m.constant("var.axes"))) return Skip("mean and variance are over different dimensions");
    const auto epsilon = ScalarOf(m.constant("epsilon"));
    if (!epsilon) return Skip("epsilon is not one number");
    const int64_t channels = DimOf(m.graph(), m["x"], 1);
    ValueId vectors[2];
    for (size_t i = 0; i < 2; ++i) {
      const std::string_view name = i ? "beta" : "gamma";
      const Tensor& t = *m.constant(name);
      const bool fits = t.rank() >= 3 && t.elements() == channels && t.dim(t.rank() - 3) == channels;
      if (!fits) return Skip("scale and bias are not one number a channel");
      if (t.type() != m.type("x")) return Skip("scale and input differ in type");
      vectors[i] = patch.Op("Reshape", {m[name], patch.Ints(std::array{channels})});
    }
    const ValueId last = patch.Op("Transpose", {m["x"]}, {{"perm", std::vector<int64_t>{0, 2, 3, 1}}});
    const ValueId normal = patch.Op("LayerNormalization", {last, vectors[0], vectors[1]},
                                    {{"axis", -1}, {"epsilon", static_cast<float>(*epsilon)}});
    patch.Replace(m.root_value(), patch.Op("Transpose", {normal}, {{"perm", std::vector<int64_t>{0, 3, 1, 2}}}));
    return Rewritten();
  }
};

// The last dimension again, without scale and bias.
struct FusePlainLayerNorm {
  static constexpr std::string_view kMakes[] = {"LayerNormalization"};
  static P Pattern() {
    const P x = Any("x");
    const P d = x - Mean(x, "mean");
    const P square = AnyOf({Op("Pow", {d, 2.0}), d * d});
    return d / Op("Sqrt", {Mean(square, "var") + Const("epsilon")});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (!KeepsDims(m.node("mean")) || !KeepsDims(m.node("var"))) return NoMatch();
    for (NodeId user : m.graph().value(m.root_value()).consumers) {
      const Node& next = m.graph().node(user);
      if (next.op_type != "Mul") continue;
      if (m.graph().Constant(next.inputs[0]) || m.graph().Constant(next.inputs[1])) return Skip("a scale follows");
    }
    const auto axes = IntsOf(m.constant("mean.axes"));
    const auto epsilon = ScalarOf(m.constant("epsilon"));
    const int rank = RankOf(m.graph(), m["x"]);
    const bool last = axes && axes->size() == 1 && ((*axes)[0] == -1 || (rank > 0 && (*axes)[0] == rank - 1));
    if (!last || axes != IntsOf(m.constant("var.axes"))) return Skip("not the last dimension alone is normalised");
    const int64_t size = DimOf(m.graph(), m["x"], -1);
    if (!epsilon || size < 1 || size > (1 << 20)) return Skip("the size of the normalised dimension is not known");
    if (m.type("x") != ElementType::kFloat32) return Skip("the input is not known to be float32");
    Tensor ones = Tensor::Of<float>({size}, std::vector<float>(static_cast<size_t>(size), 1.0f));
    patch.Replace(m.root_value(), patch.Op("LayerNormalization", {m["x"], patch.Constant("ones", std::move(ones))},
                                           {{"axis", -1}, {"epsilon", static_cast<float>(*epsilon)}}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseLayerNorm)
KANTE_DEFINE_RULE(FuseChannelLayerNorm)
KANTE_DEFINE_RULE(FusePlainLayerNorm)

}  // namespace kante::core
