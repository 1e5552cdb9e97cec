// SPDX-License-Identifier: MIT
#include "kernels/resize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/resize.cc"
#include "kernels/simd.h"

#include "kernels/math_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

// Indices travel through the float loads: same size, and a short row's missing lanes become index 0, which exists.
HWY_INLINE VF Gather(const float* x, VF index_bits) { return hn::GatherIndex(DF(), x, hn::BitCast(DI(), index_bits)); }

HWY_INLINE const float* AsFloats(const int32_t* index) { return reinterpret_cast<const float*>(index); }

}  // namespace

void LerpGatherRow(float* y, const float* x, const int32_t* i0, const int32_t* i1, const float* w0, const float* w1,
                   size_t n) {
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR {
    const VF a = Gather(x, load(AsFloats(i0))), b = Gather(x, load(AsFloats(i1)));
    store(hn::MulAdd(load(w1), b, hn::Mul(load(w0), a)), y);
  });
}

void TapsGatherRow(float* y, const float* x, const int32_t* index, const float* w, size_t taps, size_t n) {
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR {
    VF sum = hn::Zero(DF());
    for (size_t t = 0; t < taps; ++t) sum = hn::MulAdd(load(w + t * n), Gather(x, load(AsFloats(index + t * n))), sum);
    store(sum, y);
  });
}

void WeightedRows(float* y, const float* const* rows, const float* w, size_t taps, size_t n) {
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR {
    VF sum = hn::Zero(DF());
    for (size_t t = 0; t < taps; ++t) sum = hn::MulAdd(Const(w[t]), load(rows[t]), sum);
    store(sum, y);
  });
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(LerpGatherRow);
KANTE_DISPATCH(TapsGatherRow);
KANTE_DISPATCH(WeightedRows);

void LerpGatherRow(float* y, const float* x, const int32_t* i0, const int32_t* i1, const float* w0, const float* w1,
                   size_t n) {
  KANTE_CALL(LerpGatherRow)(y, x, i0, i1, w0, w1, n);
}
void TapsGatherRow(float* y, const float* x, const int32_t* index, const float* w, size_t taps, size_t n) {
  KANTE_CALL(TapsGatherRow)(y, x, index, w, taps, n);
}
void WeightedRows(float* y, const float* const* rows, const float* w, size_t taps, size_t n) {
  KANTE_CALL(WeightedRows)(y, rows, w, taps, n);
}

}  // namespace kante::kernels
#endif
