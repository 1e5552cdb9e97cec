// SPDX-License-Identifier: MIT
//
// One-dimensional transforms of F(m, 3) with stride 1 and 2. Points: 0, +-1, inf for m = 2; 0, +-sqrt(1/2), +-sqrt(2),
// inf for m = 4: with these F(4) has a quarter of the error that the textbook's 0, +-1, +-2, inf gives, at the same
// cost.
//
// With P(t) the product of (t - p) over the finite points, row p of the input transform holds the coefficients of P(t)
// / (t - p), the last row those of P(t); the output transform evaluates powers of the points; the weights take 1 /
// P'(p).
//
// Stride 2: F(m, 2) on the m + 1 even pixels, whose points are 0, 1, inf for m = 2 and +-1/2, +-sqrt(2), inf for m = 4,
// then the m odd pixels as they are.
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_WINOGRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_WINOGRAD_INL_H_
#undef KANTE_KERNELS_WINOGRAD_INL_H_
#else
#define KANTE_KERNELS_WINOGRAD_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

template <int kM, int kStride>
struct Winograd1d;

template <>
struct Winograd1d<2, 1> {
  static HWY_INLINE void Input(const VF (&x)[4], VF (&u)[4]) {
    u[0] = hn::Sub(x[0], x[2]);  // sign turned, as in its weights
    u[1] = hn::Add(x[2], x[1]);
    u[2] = hn::Sub(x[2], x[1]);
    u[3] = hn::Sub(x[3], x[1]);
  }
  static HWY_INLINE void Output(const VF (&v)[4], VF (&y)[2]) {
    y[0] = hn::Add(v[0], hn::Add(v[1], v[2]));
    y[1] = hn::Add(hn::Sub(v[1], v[2]), v[3]);
  }
};

constexpr float kWinogradA = 0.70710678118654752440f, kWinogradB = 1.41421356237309504880f;

template <>
struct Winograd1d<4, 1> {
  static HWY_INLINE void Input(const VF (&x)[6], VF (&u)[6]) {
    // P(t) = t (t^2 - 1/2) (t^2 - 2) = t^5 - 5/2 t^3 + t
    const VF s = Const(2.5f), a = Const(kWinogradA), b = Const(kWinogradB), two = Const(2.0f), half = Const(0.5f);
    u[0] = hn::Add(hn::NegMulAdd(s, x[2], x[4]), x[0]);
    u[5] = hn::Add(hn::NegMulAdd(s, x[3], x[5]), x[1]);
    const VF even_a = hn::NegMulAdd(two, x[2], x[4]), odd_a = hn::NegMulAdd(two, x[1], x[3]);
    u[1] = hn::MulAdd(a, odd_a, even_a);
    u[2] = hn::NegMulAdd(a, odd_a, even_a);
    const VF even_b = hn::NegMulAdd(half, x[2], x[4]), odd_b = hn::NegMulAdd(half, x[1], x[3]);
    u[3] = hn::MulAdd(b, odd_b, even_b);
    u[4] = hn::NegMulAdd(b, odd_b, even_b);
  }
  static HWY_INLINE void Output(const VF (&v)[6], VF (&y)[4]) {
    const VF sum_a = hn::Add(v[1], v[2]), dif_a = hn::Sub(v[1], v[2]), sum_b = hn::Add(v[3], v[4]),
             dif_b = hn::Sub(v[3], v[4]);
    y[0] = hn::Add(v[0], hn::Add(sum_a, sum_b));
    y[1] = hn::MulAdd(Const(kWinogradA), dif_a, hn::Mul(Const(kWinogradB), dif_b));
    y[2] = hn::MulAdd(Const(0.5f), sum_a, hn::Mul(Const(2.0f), sum_b));
    y[3] = hn::MulAdd(Const(kWinogradA * 0.5f), dif_a, hn::MulAdd(Const(kWinogradB * 2.0f), dif_b, v[5]));
  }
};

template <>
struct Winograd1d<2, 2> {
  static HWY_INLINE void Input(const VF (&x)[5], VF (&u)[5]) {
    u[0] = hn::Sub(x[0], x[2]);
    u[1] = x[2];
    u[2] = hn::Sub(x[4], x[2]);
    u[3] = x[1];
    u[4] = x[3];
  }
  static HWY_INLINE void Output(const VF (&v)[5], VF (&y)[2]) {
    y[0] = hn::Add(v[3], hn::Add(v[0], v[1]));
    y[1] = hn::Add(v[4], hn::Add(v[1], v[2]));
  }
};

template <>
struct Winograd1d<4, 2> {
  static HWY_INLINE void Input(const VF (&x)[9], VF (&u)[9]) {
    // P(t) = (t^2 - 1/4) (t^2 - 2) = t^4 - 9/4 t^2 + 1/2
    const VF two = Const(2.0f), quarter = Const(0.25f), a = Const(0.5f), b = Const(kWinogradB);
    const VF even_a = hn::NegMulAdd(two, x[2], x[6]), odd_a = hn::NegMulAdd(two, x[0], x[4]);
    u[0] = hn::MulAdd(a, odd_a, even_a);
    u[1] = hn::NegMulAdd(a, odd_a, even_a);
    const VF even_b = hn::NegMulAdd(quarter, x[2], x[6]), odd_b = hn::NegMulAdd(quarter, x[0], x[4]);
    u[2] = hn::MulAdd(b, odd_b, even_b);
    u[3] = hn::NegMulAdd(b, odd_b, even_b);
    u[4] = hn::MulAdd(a, x[0], hn::NegMulAdd(Const(2.25f), x[4], x[8]));
    u[5] = x[1];
    u[6] = x[3];
    u[7] = x[5];
    u[8] = x[7];
  }
  static HWY_INLINE void Output(const VF (&v)[9], VF (&y)[4]) {
    const VF sum_a = hn::Add(v[0], v[1]), dif_a = hn::Sub(v[0], v[1]), sum_b = hn::Add(v[2], v[3]),
             dif_b = hn::Sub(v[2], v[3]);
    y[0] = hn::Add(v[5], hn::Add(sum_a, sum_b));
    y[1] = hn::MulAdd(Const(0.5f), dif_a, hn::MulAdd(Const(kWinogradB), dif_b, v[6]));
    y[2] = hn::MulAdd(Const(0.25f), sum_a, hn::MulAdd(Const(2.0f), sum_b, v[7]));
    y[3] = hn::MulAdd(Const(0.125f), dif_a, hn::MulAdd(Const(kWinogradB * 2.0f), dif_b, hn::Add(v[4], v[8])));
  }
};

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_WINOGRAD_INL_H_
