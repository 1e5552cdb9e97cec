// SPDX-License-Identifier: MIT
//
// The vector unary functions of kernels.inc: struct <Name>Op with Apply(x, a, b).
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_UNARY_OPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_UNARY_OPS_INL_H_
#undef KANTE_KERNELS_UNARY_OPS_INL_H_
#else
#define KANTE_KERNELS_UNARY_OPS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

#define KANTE_OP(name, ...)                                                                        \
  struct name##Op {                                                                                \
    static HWY_INLINE VF Apply(VF x, [[maybe_unused]] VF a, [[maybe_unused]] VF b) { __VA_ARGS__ } \
  };

HWY_INLINE VF Clamp(VF x, VF lo, VF hi) { return NanMin(hi, NanMax(lo, x)); }

KANTE_OP(Identity, return x;)
KANTE_OP(Abs, return hn::Abs(x);)
KANTE_OP(Neg, return hn::Neg(x);)
KANTE_OP(Square, return hn::Mul(x, x);)
KANTE_OP(Sqrt, return hn::Sqrt(x);)
KANTE_OP(Reciprocal, return hn::Div(Const(1.0f), x);)
KANTE_OP(Rsqrt, return hn::Div(Const(1.0f), hn::Sqrt(x));)
KANTE_OP(Floor, return hn::Floor(x);)
KANTE_OP(Ceil, return hn::Ceil(x);)
KANTE_OP(Round, return hn::Round(x);)
KANTE_OP(Sign, const VF zero = hn::Zero(DF()); const VF one = hn::CopySign(Const(1.0f), x);
         return hn::IfThenElse(hn::Or(hn::Lt(x, zero), hn::Gt(x, zero)), one, x);)
KANTE_OP(Affine, return hn::MulAdd(a, x, b);)
KANTE_OP(Relu, return NanMax(hn::Zero(DF()), x);)
KANTE_OP(LeakyRelu, return hn::IfThenElse(hn::Lt(x, hn::Zero(DF())), hn::Mul(a, x), x);)
KANTE_OP(ThresholdedRelu, return hn::IfThenElseZero(hn::Gt(x, a), x);)  // NaN is not above
KANTE_OP(Clip, return Clamp(x, a, b);)
KANTE_OP(Shrink, const auto low = hn::Lt(x, hn::Neg(b)); const auto high = hn::Gt(x, b);
         const VF inside = hn::IfThenElse(hn::Eq(x, x), hn::Zero(DF()), x);
         return hn::IfThenElse(low, hn::Add(x, a), hn::IfThenElse(high, hn::Sub(x, a), inside));)
KANTE_OP(HardSigmoid, return Clamp(hn::MulAdd(a, x, b), hn::Zero(DF()), Const(1.0f));)
KANTE_OP(HardSwish,
         return hn::Mul(x, Clamp(hn::MulAdd(x, Const(1.0f / 6.0f), Const(0.5f)), hn::Zero(DF()), Const(1.0f)));)
KANTE_OP(Softsign, return hn::Div(x, hn::Add(Const(1.0f), hn::Abs(x)));)
KANTE_OP(Exp, return Exp(x);)
KANTE_OP(Log, return Log(x);)
KANTE_OP(Tanh, return Tanh(x);)
KANTE_OP(Sigmoid, return Sigmoid(x);)
KANTE_OP(Erf, return Erf(x);)
KANTE_OP(Gelu, const VF h = hn::Mul(Const(0.5f), x);
         return hn::MulAdd(h, Erf(hn::Mul(x, Const(0.70710678118654752f))), h);)
KANTE_OP(GeluTanh, const VF h = hn::Mul(Const(0.5f), x); const VF c = hn::Mul(Const(0.044715f), hn::Mul(x, x));
         return hn::MulAdd(h, Tanh(hn::Mul(Const(0.79788456080286536f), hn::MulAdd(c, x, x))), h);)
KANTE_OP(Silu, return hn::Div(x, OnePlusExpNeg(x));)
KANTE_OP(Swish, return hn::Div(x, OnePlusExpNeg(hn::Mul(a, x)));)
KANTE_OP(Softplus, const VF u = Exp(hn::Neg(hn::Abs(x))); return hn::Add(NanMax(hn::Zero(DF()), x), Log1pUnit(u));)
// tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2); from 20 on the quotient is 1.
KANTE_OP(Mish, const VF e = Exp(NanMin(Const(20.0f), x)); const VF n = hn::Mul(e, hn::Add(e, Const(2.0f)));
         return hn::Mul(x, hn::Div(n, hn::Add(n, Const(2.0f))));)
KANTE_OP(Elu, return hn::IfThenElse(hn::Lt(x, hn::Zero(DF())), hn::Mul(a, Expm1NonPositive(x)), x);)
KANTE_OP(Selu, return hn::Mul(b, hn::IfThenElse(hn::Lt(x, hn::Zero(DF())), hn::Mul(a, Expm1NonPositive(x)), x));)
KANTE_OP(Celu, return hn::IfThenElse(hn::Lt(x, hn::Zero(DF())), hn::Mul(a, Expm1NonPositive(hn::Div(x, a))), x);)
KANTE_OP(Sin, return SinCos<0>(x);)
KANTE_OP(Cos, return SinCos<1>(x);)

#undef KANTE_OP

// Two vectors in flight: enough for the out-of-order window, and one copy of the long bodies less than four would need.
template <class Op>
HWY_INLINE void UnaryRow(float* y, const float* x, size_t n, float alpha, float beta) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF a = Const(alpha), b = Const(beta);
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const VF v0 = Op::Apply(hn::LoadU(d, x + i), a, b);
    const VF v1 = Op::Apply(hn::LoadU(d, x + i + lanes), a, b);
    hn::StoreU(v0, d, y + i);
    hn::StoreU(v1, d, y + i + lanes);
  }
  for (; i < n; i += lanes) {
    const size_t left = n - i;
    const bool whole = left >= lanes;
    const VF v = Op::Apply(whole ? hn::LoadU(d, x + i) : LoadPartial(x + i, left), a, b);
    if (whole) {
      hn::StoreU(v, d, y + i);
    } else {
      StorePartial(v, y + i, left);
    }
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_UNARY_OPS_INL_H_
