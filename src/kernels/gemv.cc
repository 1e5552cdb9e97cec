// SPDX-License-Identifier: MIT
//
// Few rows: every float of B is used once or a few times, so the kernels are loads with arithmetic in their shadow.
#include "kernels/gemm.h"

#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemv.cc"
#include "kernels/simd.h"

#include "kernels/convert_scalar.h"
#include "kernels/epilogue_inl.h"
#include "kernels/gemm_tile_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

// How far ahead of the loads B is prefetched, in bytes. Four rows, which leave the processor less room to look ahead,
// are a tenth slower with half or twice of it.
constexpr size_t kAhead = 4 << 10;

template <PanelType kType>
using PanelElement = std::conditional_t<kType == PanelType::kF32, float, uint16_t>;

template <PanelType kType>
HWY_INLINE VF LoadWide(const PanelElement<kType>* p) {
  const DF d;
  if constexpr (kType == PanelType::kF32) {
    return hn::LoadU(d, p);
  } else {
    [[maybe_unused]] const auto bits = hn::LoadU(hn::Rebind<uint16_t, DF>(), p);
    if constexpr (kType == PanelType::kBf16) {
      return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(hn::RebindToUnsigned<DF>(), bits)));
    } else {
#if HWY_TARGET != HWY_SSE4 && HWY_HAVE_FLOAT16
      return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, DF>(), bits));
#else
      HWY_ALIGN float wide[kGemmLanes];
      for (size_t i = 0; i < kGemmLanes; ++i) wide[i] = F16ToF32Scalar(p[i]);
      return hn::Load(d, wide);
#endif
    }
  }
}

// R rows by one panel with P interleaved chains over k, so that the latency of the additions does not show. out: R x
// nr.
template <int R, int P, PanelType kType>
HWY_NOINLINE void GemvPanel(const float* HWY_RESTRICT a, size_t lda, const PanelElement<kType>* HWY_RESTRICT b,
                            size_t k, float* HWY_RESTRICT out) {
  const DF d;
  constexpr size_t kLine = 64 / sizeof(PanelElement<kType>);
  VF c0[P][R], c1[P][R];
#pragma GCC unroll 4
  for (int p = 0; p < P; ++p) {
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) c0[p][r] = c1[p][r] = hn::Zero(d);
  }
  size_t kk = 0;
  for (; kk + 4 <= k; kk += 4) {
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
#pragma GCC unroll 2
      for (size_t line = 0; line < kGemmNr; line += kLine) {
        if (q * kGemmNr % kLine == 0) __builtin_prefetch(b + q * kGemmNr + line + kAhead / sizeof(*b), 0, 3);
      }
      const VF b0 = LoadWide<kType>(b + q * kGemmNr), b1 = LoadWide<kType>(b + q * kGemmNr + kGemmLanes);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) {
        const VF x = hn::Set(d, a[r * lda + kk + q]);
        c0[q % P][r] = hn::MulAdd(x, b0, c0[q % P][r]);
        c1[q % P][r] = hn::MulAdd(x, b1, c1[q % P][r]);
      }
    }
    b += 4 * kGemmNr;
  }
  for (; kk < k; ++kk) {
    const VF b0 = LoadWide<kType>(b), b1 = LoadWide<kType>(b + kGemmLanes);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const VF x = hn::Set(d, a[r * lda + kk]);
      c0[0][r] = hn::MulAdd(x, b0, c0[0][r]);
      c1[0][r] = hn::MulAdd(x, b1, c1[0][r]);
    }
    b += kGemmNr;
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
    VF s0 = c0[0][r], s1 = c1[0][r];
    if constexpr (P == 2) {
      s0 = hn::Add(s0, c0[1][r]);
      s1 = hn::Add(s1, c1[1][r]);
    } else if constexpr (P == 4) {
      s0 = hn::Add(hn::Add(s0, c0[1][r]), hn::Add(c0[2][r], c0[3][r]));
      s1 = hn::Add(hn::Add(s1, c1[1][r]), hn::Add(c1[2][r], c1[3][r]));
    }
    hn::StoreU(s0, d, out + r * kGemmNr);
    hn::StoreU(s1, d, out + r * kGemmNr + kGemmLanes);
  }
}

// R dot products of a with consecutive rows of b: two accumulators each, the same order for every R.
template <int R>
HWY_INLINE void Dots(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, size_t ldb, size_t n,
                     float* HWY_RESTRICT out) {
  const DF d;
  constexpr size_t kN = kGemmLanes;
  VF s[R], t[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) s[r] = t[r] = hn::Zero(d);
  size_t i = 0;
  for (; i + 2 * kN <= n; i += 2 * kN) {
    const VF x = hn::LoadU(d, a + i), y = hn::LoadU(d, a + i + kN);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      s[r] = hn::MulAdd(x, hn::LoadU(d, b + r * ldb + i), s[r]);
      t[r] = hn::MulAdd(y, hn::LoadU(d, b + r * ldb + i + kN), t[r]);
    }
  }
  for (; i < n; i += kN) {
    const size_t left = n - i;
    const bool whole = left >= kN;
    const VF x = whole ? hn::LoadU(d, a + i) : LoadPartial(a + i, left);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const VF y = whole ? hn::LoadU(d, b + r * ldb + i) : LoadPartial(b + r * ldb + i, left);
      s[r] = hn::MulAdd(x, y, s[r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) out[r] = hn::GetLane(hn::SumOfLanes(d, hn::Add(s[r], t[r])));
}

// c[j] = (c[j] + a[0] b[0][j]) + a[1] b[1][j] ...: R rows of B swept together.
template <int R>
HWY_INLINE void Axpys(float* HWY_RESTRICT c, const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, size_t ldb,
                      size_t n) {
  const DF d;
  VF x[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) x[r] = Const(a[r]);
  for (size_t j = 0; j < n; j += kGemmLanes) {
    const size_t left = n - j;
    if (left >= kGemmLanes) {
      VF v = hn::LoadU(d, c + j);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) v = hn::MulAdd(x[r], hn::LoadU(d, b + r * ldb + j), v);
      hn::StoreU(v, d, c + j);
    } else {
      VF v = LoadPartial(c + j, left);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) v = hn::MulAdd(x[r], LoadPartial(b + r * ldb + j, left), v);
      StorePartial(v, c + j, left);
    }
  }
}

template <PanelType kType>
HWY_NOINLINE void AnyPanel(const GemmArgs& g, const PanelElement<kType>* b, size_t j, float* out) {
  b += j / kGemmNr * g.b_panel_stride;
  switch (g.m) {
    case 1:
      return GemvPanel<1, 4, kType>(g.a, g.lda, b, g.k, out);
    case 2:
      return GemvPanel<2, 2, kType>(g.a, g.lda, b, g.k, out);
    case 3:
      return GemvPanel<3, 1, kType>(g.a, g.lda, b, g.k, out);
    default:
      return GemvPanel<4, 1, kType>(g.a, g.lda, b, g.k, out);
  }
}

}  // namespace

void GemvBlock(const GemmArgs& g) {
  const DF d;
  HWY_ALIGN float buffer[4 * kGemmNr];
  for (size_t j = 0; j < g.n; j += kGemmNr) {
    if (g.type == PanelType::kF32) {
      AnyPanel<PanelType::kF32>(g, g.b, j, buffer);
    } else if (g.type == PanelType::kF16) {
      AnyPanel<PanelType::kF16>(g, g.half_b, j, buffer);
    } else {
      AnyPanel<PanelType::kBf16>(g, g.half_b, j, buffer);
    }
    const size_t cols = HWY_MIN(g.n - j, kGemmNr);
    float* c = g.c + j;
    if (g.accumulate) {
      for (size_t r = 0; r < g.m; ++r) {
        for (size_t q = 0; q < cols; ++q) buffer[r * kGemmNr + q] += c[r * g.ldc + q];
      }
    }
    if (g.epilogue) {
      EpilogueRows(c, g.ldc, buffer, kGemmNr, g.m, cols, *g.epilogue, 0, j);
      continue;
    }
    for (size_t r = 0; r < g.m; ++r) {
      if (cols == kGemmNr) {
        hn::StoreU(hn::Load(d, buffer + r * kGemmNr), d, c + r * g.ldc);
        hn::StoreU(hn::Load(d, buffer + r * kGemmNr + kGemmLanes), d, c + r * g.ldc + kGemmLanes);
      } else {
        std::memcpy(c + r * g.ldc, buffer + r * kGemmNr, cols * sizeof(float));
      }
    }
  }
}

void GemvTransposed(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k) {
  size_t j = 0;
  for (; j + 4 <= n; j += 4) Dots<4>(a, b + j * ldb, ldb, k, c + j);
  for (; j < n; ++j) Dots<1>(a, b + j * ldb, ldb, k, c + j);
}

float Dot(const float* a, const float* b, size_t n) {
  float sum;
  Dots<1>(a, b, 0, n, &sum);
  return sum;
}

void GemvRowMajor(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k, bool accumulate) {
  constexpr size_t kStrip = 2048;  // floats of c that stay in L1 while the rows of B stream by
  for (size_t j = 0; j < n; j += kStrip) {
    const size_t cols = HWY_MIN(n - j, kStrip);
    if (!accumulate) std::memset(c + j, 0, cols * sizeof(float));
    size_t kk = 0;
    for (; kk + 8 <= k; kk += 8) Axpys<8>(c + j, a + kk, b + kk * ldb + j, ldb, cols);
    for (; kk < k; ++kk) Axpys<1>(c + j, a + kk, b + kk * ldb + j, ldb, cols);
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(GemvBlock);
KANTE_DISPATCH(GemvTransposed);
KANTE_DISPATCH(GemvRowMajor);
KANTE_DISPATCH(Dot);

void GemvBlock(const GemmArgs& args) { KANTE_CALL(GemvBlock)(args); }

void GemvTransposed(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k) {
  KANTE_CALL(GemvTransposed)(c, a, b, ldb, n, k);
}

void GemvRowMajor(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k, bool accumulate) {
  KANTE_CALL(GemvRowMajor)(c, a, b, ldb, n, k, accumulate);
}

float Dot(const float* a, const float* b, size_t n) { return KANTE_CALL(Dot)(a, b, n); }

}  // namespace kante::kernels
#endif
