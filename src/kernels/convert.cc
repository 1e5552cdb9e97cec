// SPDX-License-Identifier: MIT
#include "kernels/convert.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convert.cc"
#include "kernels/simd.h"

#include "kernels/convert_scalar.h"
#include "kernels/math_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

using DU = hn::RebindToUnsigned<DF>;
using DU16 = hn::Rebind<uint16_t, DF>;

}  // namespace

// Highway's forms for WebAssembly neither round to nearest nor know subnormal numbers.
#undef KANTE_HALF_VECTORS
#define KANTE_HALF_VECTORS (HWY_HAVE_FLOAT16 && HWY_TARGET != HWY_SSE4 && HWY_TARGET != HWY_WASM)

void F16ToF32(float* y, const uint16_t* x, size_t n) {
  size_t i = 0;
#if KANTE_HALF_VECTORS
  const hn::Rebind<hwy::float16_t, DF> half;
  for (const size_t lanes = hn::Lanes(DF()); i + lanes <= n; i += lanes) {
    const auto bits = hn::LoadU(DU16(), x + i);
    hn::StoreU(hn::PromoteTo(DF(), hn::BitCast(half, bits)), DF(), y + i);
  }
#endif
  for (; i < n; ++i) y[i] = F16ToF32Scalar(x[i]);
}

void F32ToF16(uint16_t* y, const float* x, size_t n) {
  size_t i = 0;
#if KANTE_HALF_VECTORS
  const hn::Rebind<hwy::float16_t, DF> half;
  for (const size_t lanes = hn::Lanes(DF()); i + lanes <= n; i += lanes) {
    hn::StoreU(hn::BitCast(DU16(), hn::DemoteTo(half, hn::LoadU(DF(), x + i))), DU16(), y + i);
  }
#endif
  for (; i < n; ++i) y[i] = F32ToF16Scalar(x[i]);
}

void Bf16ToF32(float* y, const uint16_t* x, size_t n) {
  size_t i = 0;
  for (const size_t lanes = hn::Lanes(DF()); i + lanes <= n; i += lanes) {
    const auto wide = hn::PromoteTo(DU(), hn::LoadU(DU16(), x + i));
    hn::StoreU(hn::BitCast(DF(), hn::ShiftLeft<16>(wide)), DF(), y + i);
  }
  for (; i < n; ++i) y[i] = Bf16ToF32Scalar(x[i]);
}

void F32ToBf16(uint16_t* y, const float* x, size_t n) {
  const DU du;
  size_t i = 0;
  for (const size_t lanes = hn::Lanes(DF()); i + lanes <= n; i += lanes) {
    const VF v = hn::LoadU(DF(), x + i);
    const auto bits = hn::BitCast(du, v);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
    const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7fff))));
    const auto quiet = hn::Or(hn::ShiftRight<16>(bits), hn::Set(du, 0x40));
    const auto nan = hn::RebindMask(du, hn::IsNaN(v));
    const auto result = hn::BitCast(DI(), hn::IfThenElse(nan, quiet, rounded));
    hn::StoreU(hn::DemoteTo(DU16(), result), DU16(), y + i);
  }
  for (; i < n; ++i) y[i] = F32ToBf16Scalar(x[i]);
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(F16ToF32);
KANTE_DISPATCH(F32ToF16);
KANTE_DISPATCH(Bf16ToF32);
KANTE_DISPATCH(F32ToBf16);

void F16ToF32(float* y, const uint16_t* x, size_t n) { KANTE_CALL(F16ToF32)(y, x, n); }
void F32ToF16(uint16_t* y, const float* x, size_t n) { KANTE_CALL(F32ToF16)(y, x, n); }
void Bf16ToF32(float* y, const uint16_t* x, size_t n) { KANTE_CALL(Bf16ToF32)(y, x, n); }
void F32ToBf16(uint16_t* y, const float* x, size_t n) { KANTE_CALL(F32ToBf16)(y, x, n); }

}  // namespace kante::kernels
#endif
