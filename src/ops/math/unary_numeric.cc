// SPDX-License-Identifier: MIT
// Functions that integers have too.
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

Status RunInteger(RunContext& c, IntegerUnary op, const ShrinkParameters& shrink = {}) {
  const Tensor& x = c.in(0);
  KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
  return WithThreads(c, [&](ParallelFor parallel) {
    return RunIntegerUnary(op, shrink, x.type(), x.raw(), y->raw(), x.elements(), parallel);
  });
}

constexpr Numerics kExactButWrapping{FloatRule::kExact, IntegerRule::kWrap};

template <kernels::UnaryOp kFloat, IntegerUnary kInteger>
struct NumericFunction {
  static Status Upgrade(UpgradeContext& u, int) { return DropConsumedInputs(u); }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const {
    return kIntegers.Has(c.in(0).type()) ? RunInteger(c, kInteger) : RunUnaryOp(c, kFloat);
  }
};

struct Abs : NumericFunction<kernels::UnaryOp::kAbs, IntegerUnary::kAbs> {
  static constexpr OpInfo kInfo = UnaryInfo("Abs", {1, 6, 13}, kNumeric, kExactButWrapping);
};
struct Neg : NumericFunction<kernels::UnaryOp::kNeg, IntegerUnary::kNeg> {
  static constexpr OpInfo kInfo = UnaryInfo("Neg", {1, 6, 13}, kFloats | kSigned, kExactButWrapping);
};
struct Relu : NumericFunction<kernels::UnaryOp::kRelu, IntegerUnary::kRelu> {
  static constexpr OpInfo kInfo = UnaryInfo("Relu", {1, 6, 13, 14}, kFloats | kSigned, kExactButWrapping);
};
struct Sign : NumericFunction<kernels::UnaryOp::kSign, IntegerUnary::kSign> {
  static constexpr OpInfo kInfo = UnaryInfo("Sign", {9, 13}, kNumeric, kExactButWrapping);
};

struct BitwiseNot {
  static constexpr OpInfo kInfo = UnaryInfo("BitwiseNot", {18}, kIntegers, kBitwise);
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const { return RunInteger(c, IntegerUnary::kNot); }
};

struct Shrink {
  static constexpr OpInfo kInfo = UnaryInfo("Shrink", {9}, kNumeric, {FloatRule::kNative, IntegerRule::kAsFloat});
  float bias = 0;
  float lambd = 0.5f;
  static Result<Shrink> Parse(AttrReader& a) { return Shrink{a.Float("bias", 0), a.Float("lambd", 0.5f)}; }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const {
    if (kIntegers.Has(c.in(0).type())) return RunInteger(c, IntegerUnary::kShrink, {bias, lambd});
    return RunUnaryOp(c, kernels::UnaryOp::kShrink, bias, lambd);
  }
};

}  // namespace

KANTE_DEFINE_OP(Abs)
KANTE_DEFINE_OP(Neg)
KANTE_DEFINE_OP(Relu)
KANTE_DEFINE_OP(Sign)
KANTE_DEFINE_OP(BitwiseNot)
KANTE_DEFINE_OP(Shrink)

}  // namespace kante::core
