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
  const size_t lanes = hn::Lanes(d);
  const VectorAct act(&e);
  const VF scale = Const(e.scale);
  for (size_t i = 0; i < rows; ++i) {
    const float* in = src + i * lds;
    float* out = dst + i * ldd;
    const VF bias = Const(e.bias_row ? e.bias_row[i0 + i] : 0.0f);
    const float* bias_col = e.bias_col ? e.bias_col + j0 : nullptr;
    const float* residual = e.residual ? e.residual + (i0 + i) * e.ld_residual + j0 : nullptr;
    for (size_t j = 0; j < cols; j += lanes) {
      const size_t left = cols - j;
      const bool whole = left >= lanes;
      const auto load = [&](const float* p) HWY_ATTR { return whole ? hn::LoadU(d, p) : LoadPartial(p, left); };
      VF v = hn::Mul(scale, load(in + j));
      if (e.bias_row) v = hn::Add(v, bias);
      if (bias_col) v = hn::Add(v, load(bias_col + j));
      if (residual) v = hn::Add(v, load(residual + j));
      v = act.Apply(v);
      if (whole) {
        hn::StoreU(v, d, out + j);
      } else {
        StorePartial(v, out + j, left);
      }
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
