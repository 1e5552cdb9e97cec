// SPDX-License-Identifier: MIT
// GroupNormalization as exporters wrote it before ONNX had it: groups as channels of InstanceNormalization.
#include <algorithm>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

bool AllAre(const Tensor* t, double value) {
  const auto values = DoublesOf(t, 1 << 16);
  return values && std::all_of(values->begin(), values->end(), [&](double v) { return v == value; });
}

// One number for each channel of [N, C, spatial...]: [C, 1, ...].
bool IsPerChannel(const Tensor& t, int rank) {
  return t.contiguous() && t.rank() == rank - 1 && t.dim(0) == t.elements() && t.dim(0) > 0;
}

struct FuseGroupNorm {
  static constexpr std::string_view kMakes[] = {"GroupNormalization"};
  static P Pattern() {
    const P x = Any("x");
    const P groups = Op("Reshape", {x, Const("groups")}).As("grouped");
    const P normal = Op("InstanceNormalization", {groups, Const("ones"), Const("zeros")}).As("normal");
    const P back = Op("Reshape", {normal, AnyOf({Op("Shape", {x}).As("whole").Shared(), Const("target")})});
    return back * Const("scale") + Const("bias");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Tensor &scale = *m.constant("scale"), &bias = *m.constant("bias");
    const int rank = RankOf(m.graph(), m["x"]);
    const auto groups = IntsOf(m.constant("groups"));
    const auto shape = m.shape("x");
    if (rank < 3 || !groups || groups->size() != 3) return Skip("the rank is not known");
    const int64_t count = (*groups)[1];
    const bool batch = (*groups)[0] == 0 ? IntOr(m.node("grouped"), "allowzero", 0) == 0
                                         : shape && (*groups)[0] == (*shape)[0] && (*groups)[0] > 0;
    if (!batch || count < 1) return Skip("the groups do not lie within images");
    if (m.HasNode("whole") ? !m.node("whole").attributes.empty()
                           : !shape || IntsOf(m.constant("target")) != std::vector(shape->begin(), shape->end())) {
      return Skip("the result has another shape");
    }
    if (!IsPerChannel(scale, rank) || !IsPerChannel(bias, rank) || scale.dim(0) != bias.dim(0)) {
      return Skip("scale and bias are not one number for each channel");
    }
    const int64_t channels = DimOf(m.graph(), m["x"], 1);
    // More than one channel in the scale: the input has as many, or the model would not run.
    if (channels >= 0 ? channels != scale.dim(0) : scale.dim(0) == 1) return Skip("the channels are not known");
    if (scale.dim(0) % count != 0) return Skip(scale.dim(0), " channels do not fall into ", count, " groups");
    if (!AllAre(m.constant("ones"), 1) || !AllAre(m.constant("zeros"), 0))
      return Skip("groups have scales of their own");
    if (scale.type() != m.type("x") || bias.type() != m.type("x")) return Skip("scale and input differ in type");
    patch.Replace(m.root_value(),
                  patch.Op("GroupNormalization",
                           {m["x"], patch.Constant("scale", scale.Reshaped({scale.dim(0)})),
                            patch.Constant("bias", bias.Reshaped({bias.dim(0)}))},
                           {{"num_groups", count}, {"epsilon", FloatOr(m.node("normal"), "epsilon", 1e-5f)}}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseGroupNorm)

}  // namespace kante::core
