// SPDX-License-Identifier: MIT
#include "compute/rnn_cells.h"

#include <algorithm>

#include "kernels/rnn.h"
#include "kernels/unary.h"

namespace kante::core {
namespace {

using kernels::UnaryOp;

void Clip(float* x, int64_t n, float clip) {
  if (clip > 0) kernels::Unary(UnaryOp::kClip, x, x, static_cast<size_t>(n), -clip, clip);
}

bool IsDefault(const RnnActivation& a, RnnFunction wanted) { return a.function == wanted; }

bool DefaultGates(const RnnRow& r) {
  return IsDefault(r.f[0], RnnFunction::kSigmoid) && IsDefault(r.f[1], RnnFunction::kTanh);
}

}  // namespace

void RnnActivation::Apply(float* x, int64_t n) const {
  const auto unary = [&](UnaryOp op, float a = 0, float b = 0) {
    kernels::Unary(op, x, x, static_cast<size_t>(n), a, b);
  };
  switch (function) {
    case RnnFunction::kTanh:
      return unary(UnaryOp::kTanh);
    case RnnFunction::kSigmoid:
      return unary(UnaryOp::kSigmoid);
    case RnnFunction::kRelu:
      return unary(UnaryOp::kRelu);
    case RnnFunction::kAffine:
      return unary(UnaryOp::kAffine, alpha, beta);
    case RnnFunction::kLeakyRelu:
      return unary(UnaryOp::kLeakyRelu, alpha);
    case RnnFunction::kThresholdedRelu:
      return unary(UnaryOp::kThresholdedRelu, alpha);
    case RnnFunction::kHardSigmoid:
      return unary(UnaryOp::kHardSigmoid, alpha, beta);
    case RnnFunction::kElu:
      return unary(UnaryOp::kElu, alpha);
    case RnnFunction::kSoftsign:
      return unary(UnaryOp::kSoftsign);
    case RnnFunction::kSoftplus:
      return unary(UnaryOp::kSoftplus);
    case RnnFunction::kScaledTanh:  // alpha * tanh(beta * x)
      unary(UnaryOp::kAffine, beta, 0);
      unary(UnaryOp::kTanh);
      unary(UnaryOp::kAffine, alpha, 0);
  }
}

void LstmRowStep(const RnnRow& r) {
  const int64_t n = r.n;
  float *i = r.pre, *o = i + n, *f = o + n, *c = f + n;
  const float *pi = r.peepholes, *po = pi ? pi + n : nullptr, *pf = pi ? po + n : nullptr;
  if (DefaultGates(r) && IsDefault(r.f[2], RnnFunction::kTanh)) {
    kernels::LstmPointwise({.i = i,
                            .o = o,
                            .f = f,
                            .c = c,
                            .peephole_i = pi,
                            .peephole_o = po,
                            .peephole_f = pf,
                            .c_prev = r.c,
                            .c_out = r.c,
                            .h_out = r.h,
                            .n = static_cast<size_t>(n),
                            .clip = r.job->clip,
                            .input_forget = r.job->input_forget});
    return;
  }
  for (int64_t k = 0; pi && k < n; ++k) {
    i[k] += pi[k] * r.c[k];
    f[k] += pf[k] * r.c[k];
  }
  Clip(i, n, r.job->clip);
  Clip(f, 2 * n, r.job->clip);  // f and c
  r.f[0].Apply(i, n);
  if (r.job->input_forget) {
    for (int64_t k = 0; k < n; ++k) f[k] = 1.0f - i[k];
  } else {
    r.f[0].Apply(f, n);
  }
  r.f[1].Apply(c, n);
  for (int64_t k = 0; k < n; ++k) {
    r.c[k] = f[k] * r.c[k] + i[k] * c[k];
    if (pi) o[k] += po[k] * r.c[k];
    c[k] = r.c[k];
  }
  Clip(o, n, r.job->clip);
  r.f[0].Apply(o, n);
  r.f[2].Apply(c, n);
  for (int64_t k = 0; k < n; ++k) r.h[k] = o[k] * c[k];
}

void VanillaRowStep(const RnnRow& r) {
  Clip(r.pre, r.n, r.job->clip);
  r.f[0].Apply(r.pre, r.n);
  std::copy_n(r.pre, r.n, r.h);
}

void GruResetRow(const RnnRow& r, float* rh) {
  if (IsDefault(r.f[0], RnnFunction::kSigmoid)) {
    kernels::GruReset(rh, r.pre + r.n, r.h, static_cast<size_t>(r.n), r.job->clip);
    return;
  }
  float* gate = r.spare;
  std::copy_n(r.pre + r.n, r.n, gate);
  Clip(gate, r.n, r.job->clip);
  r.f[0].Apply(gate, r.n);
  for (int64_t k = 0; k < r.n; ++k) rh[k] = gate[k] * r.h[k];
}

void GruRowStep(const RnnRow& r, const float* recurrent) {
  const int64_t n = r.n;
  float *z = r.pre, *reset = z + n, *hidden = reset + n;
  if (DefaultGates(r)) {
    const size_t size = static_cast<size_t>(n);
    if (r.job->linear_before_reset) {
      kernels::GruUpdateLinear(r.h, z, reset, hidden, recurrent, r.h, size, r.job->clip);
    } else {
      kernels::GruUpdate(r.h, z, hidden, r.h, size, r.job->clip);
    }
    return;
  }
  Clip(z, n, r.job->clip);
  r.f[0].Apply(z, n);
  if (r.job->linear_before_reset) {
    Clip(reset, n, r.job->clip);
    r.f[0].Apply(reset, n);
    for (int64_t k = 0; k < n; ++k) hidden[k] += reset[k] * recurrent[k];
  }
  Clip(hidden, n, r.job->clip);
  r.f[1].Apply(hidden, n);
  for (int64_t k = 0; k < n; ++k) r.h[k] = (1.0f - z[k]) * hidden[k] + z[k] * r.h[k];
}

}  // namespace kante::core
