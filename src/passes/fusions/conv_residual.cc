// SPDX-License-Identifier: MIT
// Conv + residual: the convolution adds the other branch while its result is in cache.
#include "passes/attributes.h"
#include "passes/fusions/image_flow.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

struct FuseConvResidual {
  static constexpr std::string_view kMakes[] = {"kante.FusedConv"};
  static P Pattern() { return Op("Conv", {Any("x"), Any("w"), Optional(Any("b"))}).As("conv") + Any("z"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const OpDef* fused = m.registry().Find("kante", "FusedConv");
    if (!IsValid(m.type("conv")) || !fused->info.types.Has(m.type("conv"))) {
      return Skip("the fused form does not compute in ", NameOf(m.type("conv")));
    }
    const auto y = m.shape("conv");
    const auto z = m.shape("z");
    if (y && z && !(*y == *z)) return Skip("the residual ", z->ToString(), " is broadcast to ", y->ToString());
    if (!(y && z) && !SameImageShape(m.graph(), m["conv"], m["z"])) {
      return Skip("the residual is not proven to have the shape of the convolution");
    }
    patch.Replace(m.root_value(),
                  patch.Op("kante", "FusedConv", {m["x"], m["w"], m["b"], m["z"]}, m.node("conv").attributes));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseConvResidual)

}  // namespace kante::core
