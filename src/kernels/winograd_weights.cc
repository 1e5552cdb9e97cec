// SPDX-License-Identifier: MIT
//
// A panel of output channels is turned, some input channels at a time, into vectors of output channels, and these are
// transformed.
#include "kernels/winograd.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_weights.cc"
#include "kernels/simd.h"

#include "kernels/gemm.h"
#include "kernels/gemm_tile_inl.h"
#include "kernels/math_inl.h"
#include "kernels/move.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr size_t kDepth = 16;  // input channels that are turned at once

// Row p of the matrix is (1, p, p^2) / P'(p), the last is the point at infinity: see winograd_inl.h.
template <int kM, int kStride>
HWY_INLINE void TransformLine(VF a, VF b, VF c, VF (&u)[(kM - 1) * kStride + 3]) {
  const auto pair = [&](float even, float square, float odd, VF& plus, VF& minus) HWY_ATTR {
    const VF s = hn::Mul(Const(even), hn::MulAdd(Const(square), c, a)), t = hn::Mul(Const(odd), b);
    plus = hn::Add(s, t);
    minus = hn::Sub(s, t);
  };
  if constexpr (kStride == 2) {
    // The outer taps with the points of F(m, 2), the middle one for every odd pixel.
    if constexpr (kM == 2) {
      u[0] = a;
      u[1] = hn::Add(a, c);
    } else {
      const auto outer = [&](float even, float odd, VF& plus, VF& minus) HWY_ATTR {
        const VF s = hn::Mul(Const(even), c), t = hn::Mul(Const(odd), a);
        plus = hn::Add(s, t);
        minus = hn::Sub(s, t);
      };
      outer(-0.5f / 1.75f, -1 / 1.75f, u[0], u[1]);
      outer(1 / 3.5f, static_cast<float>(1.41421356237309504880 / 7), u[2], u[3]);
    }
    u[kM] = c;
#pragma GCC unroll 4
    for (int i = 0; i < kM; ++i) u[kM + 1 + i] = b;
    return;
  }
  u[0] = a;
  u[kM + 1] = c;
  if constexpr (kM == 2) {
    pair(0.5f, 1.0f, 0.5f, u[1], u[2]);
  } else {
    pair(-1 / 1.5f, 0.5f, static_cast<float>(-0.70710678118654752440 / 1.5), u[1], u[2]);
    pair(1 / 6.0f, 2.0f, static_cast<float>(1.41421356237309504880 / 6), u[3], u[4]);
  }
}

// taps: [9][kGemmNr] of one input channel.
template <int kM, int kStride>
HWY_INLINE void TransformTaps(float* to, size_t matrix, const float* taps) {
  constexpr int kN = (kM - 1) * kStride + 3;
  const DF d;
  VF half[3][kN];  // half[column][row]
#pragma GCC unroll 3
  for (size_t j = 0; j < 3; ++j) {
    VF line[3];
#pragma GCC unroll 3
    for (size_t i = 0; i < 3; ++i) line[i] = hn::LoadU(d, taps + (3 * i + j) * kGemmNr);
    TransformLine<kM, kStride>(line[0], line[1], line[2], half[j]);
  }
#pragma GCC unroll 1
  for (size_t i = 0; i < kN; ++i) {
    VF u[kN];
    TransformLine<kM, kStride>(half[0][i], half[1][i], half[2][i], u);
#pragma GCC unroll 9
    for (size_t j = 0; j < kN; ++j) hn::StoreU(u[j], d, to + (i * kN + j) * matrix);
  }
}

template <int kM, int kStride>
void Pack(float* dst, const char* weights, const WinogradShape& s, size_t k0, size_t k1) {
  const size_t matrix = WinogradWeightMatrix(s);
  HWY_ALIGN float taps[kDepth * 9 * kGemmNr];
  for (size_t k = k0; k < k1; k += kGemmNr) {
    const size_t channels = HWY_MIN(k1 - k, kGemmNr);
    if (channels < kGemmNr) std::fill_n(taps, kDepth * 9 * kGemmNr, 0.0f);
    for (size_t c = 0; c < s.in_channels; c += kDepth) {
      const size_t depth = HWY_MIN(s.in_channels - c, kDepth);
      // The rows are too many and too far apart for the processor to see what comes next.
      const char* rows = weights + (k * s.in_channels + c) * 9 * sizeof(float);
      if (c + depth < s.in_channels) {
        for (size_t i = 0; i < channels; ++i) {
          const char* next = rows + (i * s.in_channels + depth) * 9 * sizeof(float);
          for (size_t at = 0; at < kDepth * 9 * sizeof(float); at += 64) __builtin_prefetch(next + at);
        }
      }
      Transpose2d(taps, kGemmNr, rows, static_cast<ptrdiff_t>(s.in_channels * 9), channels, depth * 9, sizeof(float));
      float* to = dst + k * s.in_channels + c * kGemmNr;
      for (size_t i = 0; i < depth; ++i) {
        for (size_t lane = 0; lane < kGemmNr; lane += kGemmLanes) {
          TransformTaps<kM, kStride>(to + i * kGemmNr + lane, matrix, taps + i * 9 * kGemmNr + lane);
        }
      }
    }
  }
}

}  // namespace

void WinogradPackWeights(float* dst, const void* weights, const WinogradShape& s, size_t k0, size_t k1) {
  const auto run = s.stride == 1 ? s.m == 2 ? &Pack<2, 1> : &Pack<4, 1> : s.m == 2 ? &Pack<2, 2> : &Pack<4, 2>;
  run(dst, static_cast<const char*>(weights), s, k0, k1);
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(WinogradPackWeights);

size_t WinogradWeightMatrix(const WinogradShape& s) { return PackedBSize(s.in_channels, s.out_channels) + 16; }
size_t WinogradWeightSize(const WinogradShape& s) { return s.matrices() * WinogradWeightMatrix(s); }

void WinogradPackWeights(float* dst, const void* weights, const WinogradShape& s, size_t k0, size_t k1) {
  KANTE_CALL(WinogradPackWeights)(dst, weights, s, k0, k1);
}

}  // namespace kante::kernels
#endif
