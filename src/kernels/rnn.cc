// SPDX-License-Identifier: MIT
#include "kernels/rnn.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rnn.cc"
#include "kernels/simd.h"

#include "kernels/math_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

// Pre-activations limited to [-clip, clip]; without a limit the bounds are infinite, which passes NaN as well.
struct Limit {
  VF hi;
  explicit HWY_INLINE Limit(float clip) : hi(Const(clip > 0 ? clip : __builtin_inff())) {}
  HWY_INLINE VF operator()(VF x) const { return NanMax(hn::Neg(hi), NanMin(hi, x)); }
};

}  // namespace

void LstmPointwise(const LstmRow& row) {
  const Limit limit(row.clip);
  const LstmRow& r = row;
  ForRow(r.n, [&](const auto& load, const auto& store) HWY_ATTR {
    const VF c_prev = load(r.c_prev);
    VF i = load(r.i), o = load(r.o), f = r.input_forget ? i : load(r.f);
    if (r.peephole_i) i = hn::MulAdd(load(r.peephole_i), c_prev, i);
    i = Sigmoid(limit(i));
    if (r.input_forget) {
      f = hn::Sub(Const(1.0f), i);
    } else {
      if (r.peephole_f) f = hn::MulAdd(load(r.peephole_f), c_prev, f);
      f = Sigmoid(limit(f));
    }
    const VF c = hn::MulAdd(f, c_prev, hn::Mul(i, Tanh(limit(load(r.c)))));
    if (r.peephole_o) o = hn::MulAdd(load(r.peephole_o), c, o);
    const VF h = hn::Mul(Sigmoid(limit(o)), Tanh(c));
    store(c, r.c_out);
    store(h, r.h_out);
  });
}

void GruReset(float* rh, const float* r, const float* h_prev, size_t n, float clip) {
  const Limit limit(clip);
  ForRow(n, [&](const auto& load, const auto& store)
                HWY_ATTR { store(hn::Mul(Sigmoid(limit(load(r))), load(h_prev)), rh); });
}

void GruUpdate(float* h, const float* z_pre, const float* hidden, const float* h_prev, size_t n, float clip) {
  const Limit limit(clip);
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR {
    const VF z = Sigmoid(limit(load(z_pre))), t = Tanh(limit(load(hidden)));
    store(hn::MulAdd(hn::Sub(Const(1.0f), z), t, hn::Mul(z, load(h_prev))), h);
  });
}

void GruUpdateLinear(float* h, const float* z_pre, const float* r, const float* x_part, const float* h_part,
                     const float* h_prev, size_t n, float clip) {
  const Limit limit(clip);
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR {
    const VF z = Sigmoid(limit(load(z_pre)));
    const VF hidden = hn::MulAdd(Sigmoid(limit(load(r))), load(h_part), load(x_part));
    const VF t = Tanh(limit(hidden));
    store(hn::MulAdd(hn::Sub(Const(1.0f), z), t, hn::Mul(z, load(h_prev))), h);
  });
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(LstmPointwise);
KANTE_DISPATCH(GruReset);
KANTE_DISPATCH(GruUpdate);
KANTE_DISPATCH(GruUpdateLinear);

void LstmPointwise(const LstmRow& row) { KANTE_CALL(LstmPointwise)(row); }
void GruReset(float* rh, const float* r, const float* h_prev, size_t n, float clip) {
  KANTE_CALL(GruReset)(rh, r, h_prev, n, clip);
}
void GruUpdate(float* h, const float* z_pre, const float* hidden, const float* h_prev, size_t n, float clip) {
  KANTE_CALL(GruUpdate)(h, z_pre, hidden, h_prev, n, clip);
}
void GruUpdateLinear(float* h, const float* z_pre, const float* r, const float* x_part, const float* h_part,
                     const float* h_prev, size_t n, float clip) {
  KANTE_CALL(GruUpdateLinear)(h, z_pre, r, x_part, h_part, h_prev, n, clip);
}

}  // namespace kante::kernels
#endif
