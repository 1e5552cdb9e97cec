// SPDX-License-Identifier: MIT
// x times a function of x: Swish (SiLU), HardSwish, Mish.
#include <cmath>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

struct FuseSwish {
  static constexpr std::string_view kMakes[] = {"Swish"};
  static P Pattern() {
    const P x = Any("x");
    return x * Op("Sigmoid", {AnyOf({x * Const("alpha"), x})});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    std::vector<Attribute> attributes;
    if (m.Has("alpha")) {
      const auto alpha = ScalarOf(m.constant("alpha"));
      if (!alpha) return Skip("alpha is not one number");
      if (m.constant("alpha")->rank() > 0) return Skip("alpha may add a dimension");
      attributes.emplace_back("alpha", static_cast<float>(*alpha));
    }
    patch.Replace(m.root_value(), patch.Op("Swish", {m["x"]}, std::move(attributes)));
    return Rewritten();
  }
};

// x * HardSigmoid(x; 1/6, 1/2) and x * clip(x + 3, 0, 6) / 6.
struct FuseHardSwish {
  static constexpr std::string_view kMakes[] = {"HardSwish"};
  static P Pattern() {
    const P x = Any("x");
    const P clip = Op("Clip", {x + 3.0, 0.0, 6.0});
    return AnyOf({x * Op("HardSigmoid", {x}).As("gate"), (x * clip) / 6.0, x * (clip / 6.0), (x * clip) * (1.0 / 6),
                  x * (clip * (1.0 / 6))});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (m.HasNode("gate")) {
      const double alpha = static_cast<double>(FloatOr(m.node("gate"), "alpha", 0.2f));
      const double beta = static_cast<double>(FloatOr(m.node("gate"), "beta", 0.5f));
      if (std::abs(alpha - 1.0 / 6) > 1e-5 || beta != 0.5) return Skip("other slopes than those of HardSwish");
    }
    patch.Replace(m.root_value(), patch.Op("HardSwish", {m["x"]}));
    return Rewritten();
  }
};

struct FuseMish {
  static constexpr std::string_view kMakes[] = {"Mish"};
  static P Pattern() {
    const P x = Any("x");
    return x * Op("Tanh", {Op("Softplus", {x})});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    patch.Replace(m.root_value(), patch.Op("Mish", {m["x"]}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseSwish)
KANTE_DEFINE_RULE(FuseHardSwish)
KANTE_DEFINE_RULE(FuseMish)

}  // namespace kante::core
