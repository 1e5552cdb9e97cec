// SPDX-License-Identifier: MIT
//
// Row reductions of float vectors with an order that depends on the length only.
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_REDUCE_INL_H_
#undef KANTE_KERNELS_REDUCE_INL_H_
#else
#define KANTE_KERNELS_REDUCE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

// Map turns an element into what is combined; kIdentity is the neutral element of Combine; Fold is Combine over the
// lanes.
struct SumReducer {
  static HWY_INLINE VF Identity() { return hn::Zero(DF()); }
  static HWY_INLINE VF Combine(VF a, VF b) { return hn::Add(a, b); }
  static HWY_INLINE VF Map(VF x) { return x; }
};
struct SumSquareReducer : SumReducer {
  static HWY_INLINE VF Map(VF x) { return hn::Mul(x, x); }
};
struct SumAbsReducer : SumReducer {
  static HWY_INLINE VF Map(VF x) { return hn::Abs(x); }
};
struct MaxReducer {
  static HWY_INLINE VF Identity() { return Const(-__builtin_inff()); }
  static HWY_INLINE VF Combine(VF a, VF b) { return hn::IfThenElse(hn::IsNaN(a), a, NanMax(a, b)); }
  static HWY_INLINE VF Map(VF x) { return x; }
};
struct MinReducer {
  static HWY_INLINE VF Identity() { return Const(__builtin_inff()); }
  static HWY_INLINE VF Combine(VF a, VF b) { return hn::IfThenElse(hn::IsNaN(a), a, NanMin(a, b)); }
  static HWY_INLINE VF Map(VF x) { return x; }
};
struct ProdReducer {
  static HWY_INLINE VF Identity() { return Const(1.0f); }
  static HWY_INLINE VF Combine(VF a, VF b) { return hn::Mul(a, b); }
  static HWY_INLINE VF Map(VF x) { return x; }
};

// The first `left` lanes of v, the identity in the others.
template <class R>
HWY_INLINE VF KeepFirst(VF v, size_t left) {
  return hn::IfThenElse(hn::FirstN(DF(), left), v, R::Identity());
}

// Halving: lanes i and i + half, as a tree of vector additions.
template <class R>
HWY_INLINE float FoldLanes(VF v) {
#if HWY_MAX_BYTES >= 64
  v = R::Combine(v, hn::ConcatLowerUpper(DF(), v, v));
#endif
#if HWY_MAX_BYTES >= 32
  v = R::Combine(v, hn::SwapAdjacentBlocks(v));
#endif
  v = R::Combine(v, hn::Shuffle1032(v));
  return hn::GetLane(R::Combine(v, hn::Shuffle2301(v)));
}

// Reduces map(element vector) over a row. Blocks of kBlock vectors keep the rounding of long sums small: a chain is at
// most kBlock / 4 long, and blocks are combined in a second chain.
template <class R, class Map>
HWY_INLINE float ReduceRow(const float* HWY_RESTRICT x, size_t n, const Map& map) {
  const DF d;
  constexpr size_t kN = HWY_MAX_BYTES / sizeof(float), kBlock = 512 * kN;
  VF total = R::Identity();
  while (true) {
    const size_t block = n < kBlock ? n : kBlock;
    VF s0 = R::Identity(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 4 * kN <= block; i += 4 * kN) {
      s0 = R::Combine(s0, map(hn::LoadU(d, x + i)));
      s1 = R::Combine(s1, map(hn::LoadU(d, x + i + kN)));
      s2 = R::Combine(s2, map(hn::LoadU(d, x + i + 2 * kN)));
      s3 = R::Combine(s3, map(hn::LoadU(d, x + i + 3 * kN)));
    }
    for (; i + kN <= block; i += kN) s0 = R::Combine(s0, map(hn::LoadU(d, x + i)));
    if (i < block) s1 = R::Combine(s1, KeepFirst<R>(map(LoadPartial(x + i, block - i)), block - i));
    total = R::Combine(total, R::Combine(R::Combine(s0, s1), R::Combine(s2, s3)));
    if (n <= kBlock) break;
    n -= block;
    x += block;
  }
  return FoldLanes<R>(total);
}

template <class R>
HWY_INLINE float ReduceRow(const float* HWY_RESTRICT x, size_t n) {
  return ReduceRow<R>(x, n, [](VF v) HWY_ATTR { return R::Map(v); });
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_REDUCE_INL_H_
