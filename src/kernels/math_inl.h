// SPDX-License-Identifier: MIT
//
// Elementary functions on float vectors. Errors are against double, in units of 2^-23 relative, and are checked by
// unary_test.cc. All of them pass NaN through: see NanMin.
#include "kernels/simd.h"

#if defined(KANTE_KERNELS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_MATH_INL_H_
#undef KANTE_KERNELS_MATH_INL_H_
#else
#define KANTE_KERNELS_MATH_INL_H_
#endif

#include <cmath>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using VF = hn::Vec<DF>;
using DI = hn::RebindToSigned<DF>;
using VI = hn::Vec<DI>;

HWY_INLINE VF Const(float x) { return hn::Set(DF(), x); }

// Minimum and maximum out of which a NaN in b comes: x86 and the scalar form return the second operand then, others
// return NaN anyway. Highway's own take AArch64's minnm, which drops NaN. Limits therefore stand first.
HWY_INLINE VF NanMin(VF a, VF b) {
#if HWY_TARGET == HWY_NEON
  return VF(vminq_f32(a.raw, b.raw));
#else
  return hn::Min(a, b);
#endif
}
HWY_INLINE VF NanMax(VF a, VF b) {
#if HWY_TARGET == HWY_NEON
  return VF(vmaxq_f32(a.raw, b.raw));
#else
  return hn::Max(a, b);
#endif
}

// First n < Lanes() floats of p, zero elsewhere. Constant-size copies: calls of memcpy would dominate short rows. Where
// masked loads read nothing beyond the mask they spare the wait for the copies' stores.
HWY_INLINE VF LoadPartial(const float* HWY_RESTRICT p, size_t n) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(DF(), n), DF(), p);
#else
  HWY_ALIGN float buffer[4] = {};
  float* to = buffer;
  if (n & 2) std::memcpy(to, p, 8), to += 2, p += 2;
  if (n & 1) std::memcpy(to, p, 4);
  return hn::Load(DF(), buffer);
#endif
}

HWY_INLINE void StorePartial(VF v, float* HWY_RESTRICT p, size_t n) {
  HWY_ALIGN float buffer[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(v, DF(), buffer);
  const float* from = buffer;
#if HWY_MAX_BYTES >= 64
  if (n & 8) std::memcpy(p, from, 32), from += 8, p += 8;
#endif
#if HWY_MAX_BYTES >= 32
  if (n & 4) std::memcpy(p, from, 16), from += 4, p += 4;
#endif
  if (n & 2) std::memcpy(p, from, 8), from += 2, p += 2;
  if (n & 1) std::memcpy(p, from, 4);
}

// Calls f(load, store) for every vector of rows of n floats: load(p) reads p at the current place, store(v, p) writes
// there.
template <class F>
HWY_INLINE void ForRow(size_t n, const F& f) {
  const size_t lanes = hn::Lanes(DF());
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f([=](const float* p) HWY_ATTR { return hn::LoadU(DF(), p + i); },
      [=](VF v, float* p) HWY_ATTR { hn::StoreU(v, DF(), p + i); });
  }
  if (const size_t left = n - i; left > 0) {
    f([=](const float* p) HWY_ATTR { return LoadPartial(p + i, left); },
      [=](VF v, float* p) HWY_ATTR { StorePartial(v, p + i, left); });
  }
}

// c[0] + x * (c[1] + x * (...)) given from the highest power down.
HWY_INLINE VF Horner(VF, VF p) { return p; }
template <class... C>
HWY_INLINE VF Horner(VF x, VF p, float c, C... rest) {
  return Horner(x, hn::MulAdd(p, x, Const(c)), rest...);
}
template <class... C>
HWY_INLINE VF Poly(VF x, float highest, C... rest) {
  return Horner(x, Const(highest), rest...);
}

// 2^k as a float for integer lanes in [-126, 127].
HWY_INLINE VF PowerOfTwo(VI k) { return hn::BitCast(DF(), hn::ShiftLeft<23>(hn::Add(k, hn::Set(DI(), 127)))); }

struct ExpParts {
  VI n;      // nearest integer of x / ln 2
  VF r;      // x - n ln 2, in [-0.347, 0.347]
  VF expm1;  // exp(r) - 1
};

// x must be limited so that n fits the exponent arithmetic of the caller.
HWY_INLINE ExpParts ReduceExp(VF x) {
  const VF magic = Const(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer held in the low bits
  const VF shifted = hn::MulAdd(x, Const(1.44269504088896341f), magic);
  const VF nf = hn::Sub(shifted, magic);
  VF r = hn::NegMulAdd(nf, Const(0.693359375f), x);  // 9 bits: exact product without FMA, too
  r = hn::NegMulAdd(nf, Const(-2.12194440e-4f), r);
  VF p = Poly(r, 1.3814466940e-3f, 8.3687805148e-3f, 4.1668394221e-2f, 1.6666520107e-1f, 4.9999993412e-1f);
  p = hn::MulAdd(hn::Mul(r, r), p, r);
  return {hn::Sub(hn::BitCast(DI(), shifted), hn::BitCast(DI(), magic)), r, p};
}

// e^x, 2 units; overflows to inf, underflows gradually to 0.
HWY_INLINE VF Exp(VF x) {
  x = NanMax(Const(-104.0f), NanMin(Const(89.0f), x));
  const ExpParts e = ReduceExp(x);
  // Two factors, so that neither overflow nor denormals need a branch.
  const VI half = hn::ShiftRight<1>(e.n);
  const VF scaled = hn::Mul(hn::Add(e.expm1, Const(1.0f)), PowerOfTwo(half));
  return hn::Mul(scaled, PowerOfTwo(hn::Sub(e.n, half)));
}

// e^x for x <= 0 or NaN, 3 + |x| / 2 units; 0 from 2^-126.5 down. As few multiplications as additions. The power of two
// stands in the low bits of a sum with the magic number, its bias included, so that -127 gives the factor 0.
HWY_INLINE VF ExpNonPositive(VF x) {
  const VF magic = Const(12583039.0f);  // 1.5 * 2^23 + 127
  const VF t = NanMax(Const(-127.0f), hn::Mul(x, Const(1.44269504088896341f)));
  const VF shifted = hn::Add(t, magic);
  const VF r = hn::Sub(t, hn::Sub(shifted, magic));
  const VF e = Poly(r, 1.326472731e-3f, 9.671512991e-3f, 5.550733581e-2f, 2.402224243e-1f, 6.931470037e-1f, 1.0f);
  return hn::Mul(e, hn::BitCast(DF(), hn::ShiftLeft<23>(hn::BitCast(DI(), shifted))));
}

// e^x - 1 for x <= 0 (callers select it there), 3 units relative.
HWY_INLINE VF Expm1NonPositive(VF x) {
  const ExpParts e = ReduceExp(NanMax(Const(-87.0f), NanMin(Const(0.0f), x)));
  const VF s = PowerOfTwo(e.n);
  return hn::MulAdd(s, e.expm1, hn::Sub(s, Const(1.0f)));
}

// Natural logarithm of positive finite normal floats, 2 units.
HWY_INLINE VF LogPositive(VF x, VF exponent_bias) {
  const DI di;
  // Moves the split of mantissa and exponent to sqrt(1/2), so that the mantissa is in [0.707, 1.414).
  const VI bits = hn::Sub(hn::BitCast(di, x), hn::Set(di, 0x3f3504f3));
  const VF e = hn::Add(hn::ConvertTo(DF(), hn::ShiftRight<23>(bits)), exponent_bias);
  const VI mantissa = hn::Add(hn::And(bits, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f3504f3));
  const VF f = hn::Sub(hn::BitCast(DF(), mantissa), Const(1.0f));
  const VF f2 = hn::Mul(f, f);
  VF p = Poly(f, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
              -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
  p = hn::Mul(hn::Mul(p, f), f2);
  p = hn::MulAdd(e, Const(-2.12194440e-4f), p);
  p = hn::NegMulAdd(Const(0.5f), f2, p);
  return hn::MulAdd(e, Const(0.693359375f), hn::Add(f, p));
}

HWY_INLINE VF Log(VF x) {
  const VF inf = Const(__builtin_inff());
  const auto denormal = hn::Lt(x, Const(1.17549435e-38f));
  const VF scaled = hn::IfThenElse(denormal, hn::Mul(x, Const(8388608.0f)), x);
  VF y = LogPositive(scaled, hn::IfThenElseZero(denormal, Const(-23.0f)));
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(DF())), hn::Neg(inf), y);
  // Negative or NaN.
  y = hn::IfThenElse(hn::Ge(x, hn::Zero(DF())), y, Const(__builtin_nanf("")));
  return hn::IfThenElse(hn::Eq(x, inf), inf, y);
}

// log(1 + u) for 0 <= u <= 1, 3 units relative: the rounding of 1 + u is divided out again.
HWY_INLINE VF Log1pUnit(VF u) {
  const VF one = Const(1.0f);
  const VF w = hn::Add(one, u);
  const VF d = hn::Sub(w, one);
  const auto same = hn::Eq(d, hn::Zero(DF()));
  const VF y = hn::Mul(LogPositive(w, hn::Zero(DF())), hn::Div(u, hn::IfThenElse(same, one, d)));
  return hn::IfThenElse(same, u, y);
}

// Clamped rationals x P(x^2) / Q(x^2), 3.4 units.
HWY_INLINE VF Tanh(VF x) {
  x = NanMax(Const(-9.0f), NanMin(Const(9.0f), x));
  const VF z = hn::Mul(x, x);
  const VF p = Poly(z, 2.579144993e-14f, -3.174858731e-11f, 4.573713649e-08f, 3.300382739e-05f, 4.094273595e-03f,
                    1.385591310e-01f, 9.999999999e-01f);
  const VF q = Poly(z, 1.670001341e-06f, 4.350712427e-04f, 2.805842975e-02f, 4.718924633e-01f, 1.0f);
  return hn::Div(hn::Mul(x, p), q);
}

HWY_INLINE VF Erf(VF x) {
  x = NanMax(Const(-3.92f), NanMin(Const(3.92f), x));
  const VF z = hn::Mul(x, x);
  const VF p = Poly(z, -1.279979368e-08f, 4.609232397e-06f, 3.767589798e-04f, 3.838625551e-03f, 5.424399313e-02f,
                    1.851353646e-01f, 1.128379169e+00f);
  const VF q = Poly(z, 6.239916292e-05f, 1.301525521e-03f, 1.543005392e-02f, 1.138737912e-01f, 4.974053512e-01f, 1.0f);
  return hn::Div(hn::Mul(x, p), q);
}

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
// Half of 2^(k / 8) for the three low bits of k.
HWY_INLINE VF HalfEighthPower(VI k) {
  alignas(64) static constexpr float kPowers[16] = {
      0.5f, 0.545253873f, 0.594603539f, 0.648419797f, 0.707106769f, 0.771105409f, 0.840896428f, 0.917004049f,
      0.5f, 0.545253873f, 0.594603539f, 0.648419797f, 0.707106769f, 0.771105409f, 0.840896428f, 0.917004049f};
#if HWY_TARGET == HWY_AVX2
  return VF{_mm256_permutevar8x32_ps(_mm256_load_ps(kPowers), k.raw)};
#else
  return VF{_mm512_permutexvar_ps(k.raw, _mm512_load_ps(kPowers))};
#endif
}
#endif

// 1 + e^-x, 2 units relative; infinite below x = -89.
HWY_INLINE VF OnePlusExpNeg(VF x) {
  // The reduction of ReduceExp, with the sign in its products. From n = 128 on the power is infinite.
  const VF magic = Const(12582912.0f);
  const VF limited = NanMax(Const(-89.0f), NanMin(Const(87.0f), x));
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  // In eighths: half of the polynomial is a look-up in a register. A factor of two stands in the polynomial, so that
  // what overflows does so in the product.
  const VF shifted = hn::NegMulAdd(limited, Const(8 * 1.44269504088896341f), magic);
  const VF nf = hn::Sub(shifted, magic);
  VF r = hn::NegMulSub(nf, Const(0.693359375f / 8), limited);
  r = hn::NegMulAdd(nf, Const(-2.12194440e-4f / 8), r);
  const VF e = Poly(r, 3.3333334327e-1f, 1.0001295f, 2.0f, 2.0f);
  const VI n = hn::BitCast(DI(), shifted);
  const VI power = hn::Add(hn::ShiftLeft<23>(hn::ShiftRight<3>(n)), hn::BitCast(DI(), HalfEighthPower(n)));
#else
  const VF shifted = hn::NegMulAdd(limited, Const(1.44269504088896341f), magic);
  const VF nf = hn::Sub(shifted, magic);
  VF r = hn::NegMulSub(nf, Const(0.693359375f), limited);
  r = hn::NegMulAdd(nf, Const(-2.12194440e-4f), r);
  const VF e =
      Poly(r, 1.3814320559e-3f, 8.3688511069e-3f, 4.1668401087e-2f, 1.6666519524e-1f, 4.9999993373e-1f, 1.0f, 1.0f);
  // The low bits of `shifted` are n; those of the magic number leave with the shift.
  const VI power = hn::Add(hn::ShiftLeft<23>(hn::BitCast(DI(), shifted)), hn::BitCast(DI(), Const(1.0f)));
#endif
  return hn::MulAdd(e, hn::BitCast(DF(), power), Const(1.0f));
}

// 3 units relative for both signs; 0 below x = -89.
HWY_INLINE VF Sigmoid(VF x) { return hn::Div(Const(1.0f), OnePlusExpNeg(x)); }

// sin(x) (quarter = 0) or cos(x) (quarter = 1); lanes beyond 8192 go to the C library.
template <int kQuarter>
HWY_INLINE VF SinCos(VF x) {
  const DI di;
  const VF magic = Const(12582912.0f);
  const VF shifted = hn::MulAdd(x, Const(0.636619772367581343f), magic);
  const VF q = hn::Sub(shifted, magic);
  // pi / 2 in three parts; the products with the first two are exact for |x| <= 8192.
  VF r = hn::NegMulAdd(q, Const(1.5703125f), x);
  r = hn::NegMulAdd(q, Const(4.837512969970703125e-4f), r);
  r = hn::NegMulAdd(q, Const(7.549789948768648e-8f), r);
  const VF z = hn::Mul(r, r);
  const VF s = hn::MulAdd(hn::Mul(Poly(z, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f), z), r, r);
  const VF c =
      hn::Add(hn::MulAdd(hn::Mul(Poly(z, 2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f), z), z,
                         hn::Mul(z, Const(-0.5f))),
              Const(1.0f));
  const VI n = hn::Add(hn::BitCast(di, shifted), hn::Set(di, kQuarter));
  const auto odd = hn::MaskFromVec(hn::BitCast(DF(), hn::ShiftRight<31>(hn::ShiftLeft<31>(n))));
  const VF sign = hn::BitCast(DF(), hn::ShiftLeft<30>(hn::And(n, hn::Set(di, 2))));
  VF y = hn::Xor(hn::IfThenElse(odd, c, s), sign);
  if constexpr (kQuarter == 0) y = hn::IfThenElse(hn::Eq(x, hn::Zero(DF())), x, y);  // keeps -0
  const auto far = hn::Gt(hn::Abs(x), Const(8192.0f));
  if (HWY_UNLIKELY(!hn::AllFalse(DF(), far))) {
    HWY_ALIGN float in[HWY_MAX_BYTES / sizeof(float)];
    HWY_ALIGN float out[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(x, DF(), in);
    for (size_t i = 0; i < hn::Lanes(DF()); ++i) {
      out[i] =
          static_cast<float>(kQuarter ? std::cos(static_cast<double>(in[i])) : std::sin(static_cast<double>(in[i])));
    }
    y = hn::IfThenElse(far, hn::Load(DF(), out), y);
  }
  return y;
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_MATH_INL_H_
