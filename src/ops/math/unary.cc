// SPDX-License-Identifier: MIT
// Functions of floats without attributes: each is a kernel of the same name.
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

constexpr Numerics NumericsOf(kernels::UnaryOp op) {
  using kernels::UnaryOp;
  const bool whole = op == UnaryOp::kCeil || op == UnaryOp::kFloor || op == UnaryOp::kRound;
  return {whole ? FloatRule::kExact : FloatRule::kNative};
}

template <kernels::UnaryOp kOp>
struct FloatFunction {
  static Status Upgrade(UpgradeContext& u, int) { return DropConsumedInputs(u); }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const { return RunUnaryOp(c, kOp); }
};

}  // namespace

#define KANTE_FLOAT_FUNCTION(Name, ...)                                                                              \
  namespace {                                                                                                        \
  struct Name : FloatFunction<kernels::UnaryOp::k##Name> {                                                           \
    static constexpr OpInfo kInfo = UnaryInfo(#Name, {__VA_ARGS__}, kFloats, NumericsOf(kernels::UnaryOp::k##Name)); \
  };                                                                                                                 \
  }                                                                                                                  \
  KANTE_DEFINE_OP(Name)

KANTE_FLOAT_FUNCTION(Acos, 7, 22)
KANTE_FLOAT_FUNCTION(Acosh, 9, 22)
KANTE_FLOAT_FUNCTION(Asin, 7, 22)
KANTE_FLOAT_FUNCTION(Asinh, 9, 22)
KANTE_FLOAT_FUNCTION(Atan, 7, 22)
KANTE_FLOAT_FUNCTION(Atanh, 9, 22)
KANTE_FLOAT_FUNCTION(Ceil, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Cos, 7, 22)
KANTE_FLOAT_FUNCTION(Cosh, 9, 22)
KANTE_FLOAT_FUNCTION(Exp, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Floor, 1, 6, 13)
KANTE_FLOAT_FUNCTION(HardSwish, 14, 22)
KANTE_FLOAT_FUNCTION(Log, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Mish, 18, 22)
KANTE_FLOAT_FUNCTION(Reciprocal, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Round, 11, 22)
KANTE_FLOAT_FUNCTION(Sigmoid, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Sin, 7, 22)
KANTE_FLOAT_FUNCTION(Sinh, 9, 22)
KANTE_FLOAT_FUNCTION(Softplus, 1, 22)
KANTE_FLOAT_FUNCTION(Softsign, 1, 22)
KANTE_FLOAT_FUNCTION(Sqrt, 1, 6, 13)
KANTE_FLOAT_FUNCTION(Tan, 7, 22)
KANTE_FLOAT_FUNCTION(Tanh, 1, 6, 13)

namespace {
struct Erf : FloatFunction<kernels::UnaryOp::kErf> {
  static constexpr OpInfo kInfo = UnaryInfo("Erf", {9, 13});
  // Version 9 had integers too.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from > 9 || !u.has_input(0) || !kIntegers.Has(u.graph().value(u.input(0)).type.element_type)) return OkStatus();
    GraphBuilder& g = u.build();
    const Attribute to("to", static_cast<int>(ElementType::kFloat64));
    u.ReplaceWith(g.Op("CastLike", {g.Op("Erf", {g.Op("Cast", {u.input(0)}, {to})}), u.input(0)}));
    return OkStatus();
  }
};
}  // namespace
KANTE_DEFINE_OP(Erf)

}  // namespace kante::core
