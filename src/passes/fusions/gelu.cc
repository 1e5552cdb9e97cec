// SPDX-License-Identifier: MIT
// The two forms of GELU as exporters write them out.
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

constexpr double kSqrt2 = 1.41421356237309505;
constexpr double kSqrt2OverPi = 0.79788456080286536;

// x * half * inner in every grouping.
P HalfProduct(const P& x, const P& inner) {
  const P half(0.5);
  return AnyOf({(x * inner) * half, x * (inner * half), (x * half) * inner, (x / 2.0) * inner, (x * inner) / 2.0});
}

bool IsFloatValue(const Match& m) { return IsFloat(m.type("x")); }

struct FuseGelu {
  static constexpr std::string_view kMakes[] = {"Gelu"};
  static P Pattern() {
    const P x = Any("x");
    const P erf = Op("Erf", {AnyOf({x / kSqrt2, x * (1 / kSqrt2)})});
    return HalfProduct(x, erf + 1.0);
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (!IsFloatValue(m)) return Skip("the element type is not known to be a float");
    patch.Replace(m.root_value(), patch.Op("Gelu", {m["x"]}));
    return Rewritten();
  }
};

struct FuseGeluTanh {
  static constexpr std::string_view kMakes[] = {"Gelu"};
  static P Pattern() {
    const P x = Any("x");
    const P cube = AnyOf({Op("Pow", {x, 3.0}), x * (x * x)});
    const P inner = AnyOf({(x + cube * 0.044715) * kSqrt2OverPi, (x + x * (x * (x * 0.044715))) * kSqrt2OverPi,
                           x * kSqrt2OverPi * (x * x * 0.044715 + 1.0), x * kSqrt2OverPi * (x * 0.044715 * x + 1.0)});
    return HalfProduct(x, Op("Tanh", {inner}) + 1.0);
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    if (!IsFloatValue(m)) return Skip("the element type is not known to be a float");
    patch.Replace(m.root_value(), patch.Op("Gelu", {m["x"]}, {{"approximate", "tanh"}}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseGelu)
KANTE_DEFINE_RULE(FuseGeluTanh)

}  // namespace kante::core
