// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/epilogue.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

void EpilogueRows(float* dst, size_t ldd, const float* src, size_t lds, size_t rows, size_t cols, const Epilogue& e,
                  size_t i0, size_t j0) {
  const DF d;
  const size_t lanes = hn::Lanes(d), whole = cols / lanes * lanes;
  const VectorAct act(&e);
  const bool scaled = e.scale != 1.0f;
  const VF scale = Const(e.scale);
  for (size_t i = 0; i < rows; ++i) {
    const float* in = src + i * lds;
    float* out = dst + i * ldd;
    const VF bias = Const(e.bias_row ? e.bias_row[i0 + i] : 0.0f);
    const float* bias_col = e.bias_col ? e.bias_col + j0 : nullptr;
    const float* residual = e.residual ? e.residual + (i0 + i) * e.ld_residual + j0 : nullptr;
    const auto finish = [&](VF v, size_t j, const auto& load) HWY_ATTR {
      if (scaled) v = hn::Mul(scale, v);
      if (e.bias_row) v = hn::Add(v, bias);
      if (bias_col) v = hn::Add(v, load(bias_col + j));
      if (residual) v = hn::Add(v, load(residual + j));
      return act.Apply(v);
    };
    const auto load = [&](const float* p) HWY_ATTR { return hn::LoadU(d, p); };
    size_t j = 0;
    for (; j < whole; j += lanes) hn::StoreU(finish(load(in + j), j, load), d, out + j);
    if (j < cols) {
      const size_t left = cols - j;
      const auto load_part = [&](const float* p) HWY_ATTR { return LoadPartial(p, left); };
      StorePartial(finish(load_part(in + j), j, load_part), out + j, left);
    }
    if (act.rows) act.rows(out, out, cols, e.alpha, e.beta);
  }
}

void ApplyEpilogue(float* c, size_t ldc, size_t rows, size_t cols, const Epilogue& e) {
  EpilogueRows(c, ldc, c, ldc, rows, cols, e, 0, 0);
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(ApplyEpilogue);

void ApplyEpilogue(float* c, size_t ldc, size_t rows, size_t cols, const Epilogue& epilogue) {
  KANTE_CALL(ApplyEpilogue)(c, ldc, rows, cols, epilogue);
}

}  // namespace kante::kernels
#endif
