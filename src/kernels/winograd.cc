// SPDX-License-Identifier: MIT
//
// Lanes are channels. A strip of one tile row, 16 channels deep (a cache line), is turned from planes into pixels of
// kL channels; the transforms then load and store whole vectors, and the products are GemmBlock's: A = tiles x in
// channels, B = packed weights. The output goes back through a strip of planes.
#include "kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/gemm.h"
#include "kernels/gemm_tile_inl.h"
#include "kernels/pixels_inl.h"
#include "kernels/winograd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

void GemmBlock(const GemmArgs& args);  // gemm.cc

namespace {

constexpr size_t kL = kPixelLanes;
static_assert(kL == kGemmLanes);
constexpr size_t kDepth = HWY_MAX(kL, 16);  // channels of a strip
constexpr size_t kStripTiles = 16;          // tile columns of a strip, which stays in L1
constexpr size_t kMaxWidth = kStripTiles * 4 + 4;

template <int kM>
HWY_NOINLINE void TransformInput(float* out, size_t plane, const float* in, size_t width) {
  constexpr int kN = kM + 2;
  const DF d;
  VF half[kN][kN];  // rows transformed: half[column][row]
#pragma GCC unroll 6
  for (int j = 0; j < kN; ++j) {
    VF line[kN];
#pragma GCC unroll 6
    for (int i = 0; i < kN; ++i)
      line[i] = hn::LoadU(d, in + (static_cast<size_t>(i) * width + static_cast<size_t>(j)) * kL);
    Winograd1d<kM>::Input(line, half[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < kN; ++i) {
    VF line[kN], u[kN];
#pragma GCC unroll 6
    for (int j = 0; j < kN; ++j) line[j] = half[j][i];
    Winograd1d<kM>::Input(line, u);
#pragma GCC unroll 6
    for (int j = 0; j < kN; ++j) hn::StoreU(u[j], d, out + static_cast<size_t>(i * kN + j) * plane);
  }
}

// The kM x kM pixels of kL channels, as planes [channel][kM][ld].
template <int kM>
HWY_NOINLINE void TransformOutput(float* out, size_t ld, const float* in, size_t plane) {
  constexpr int kN = kM + 2;
  const DF d;
  VF half[kN][kM];  // rows transformed: half[column][output row]
#pragma GCC unroll 6
  for (int j = 0; j < kN; ++j) {
    VF line[kN];
#pragma GCC unroll 6
    for (int i = 0; i < kN; ++i) line[i] = hn::LoadU(d, in + static_cast<size_t>(i * kN + j) * plane);
    Winograd1d<kM>::Output(line, half[j]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < kM; ++i) {
    VF line[kN], px[kM];
#pragma GCC unroll 6
    for (int j = 0; j < kN; ++j) line[j] = half[j][i];
    Winograd1d<kM>::Output(line, px);
    VF a = px[0], b = px[1], c = kM == 4 ? px[kM - 2] : hn::Zero(d), e = kM == 4 ? px[kM - 1] : hn::Zero(d);
    TransposeBlocks(a, b, c, e);
    float* to = out + static_cast<size_t>(i) * ld;  // of F(2), the next tile overwrites the zeros
    StoreBlocks(d, a, to, 4 * kM * ld);
    StoreBlocks(d, b, to + kM * ld, 4 * kM * ld);
    StoreBlocks(d, c, to + 2 * kM * ld, 4 * kM * ld);
    StoreBlocks(d, e, to + 3 * kM * ld, 4 * kM * ld);
  }
}

// Runs of tiles of one row, at most a strip long: f(first tile, tile row, tile column, count).
template <class F>
HWY_INLINE void ForRuns(const WinogradShape& s, size_t t0, size_t t1, const F& f) {
  const size_t cols = s.tile_cols();
  for (size_t t = t0; t < t1;) {
    const size_t col = t % cols, count = HWY_MIN(HWY_MIN(t1 - t, cols - col), kStripTiles);
    f(t, t / cols, col, count);
    t += count;
  }
}

template <int kM>
HWY_INLINE void Input(float* v, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0, size_t c1,
                      float* strip) {
  const WinogradMatrix l(t1 - t0, s.in_channels);
  const ptrdiff_t plane = s.in_h * s.in_w;
  ForRuns(s, t0, t1, [&](size_t t, size_t row, size_t col, size_t count) HWY_ATTR {
    const size_t width = count * kM + 2, group = (kM + 2) * width * kL;
    for (size_t c = c0; c < c1; c += kDepth) {
      const size_t groups = (HWY_MIN(c1 - c, kDepth) + kL - 1) / kL;
      for (size_t g = 0; g < groups; ++g) {
        const size_t at = c + g * kL;
        LoadLines(strip + g * group, x + static_cast<ptrdiff_t>(at) * plane, plane, HWY_MIN(s.in_channels - at, kL),
                  s.in_h, s.in_w, static_cast<ptrdiff_t>(row * kM) - s.pad_top,
                  static_cast<ptrdiff_t>(col * kM) - s.pad_left, kM + 2, static_cast<ptrdiff_t>(width));
      }
      float* out = v + (t - t0) * l.ld + c;
      for (size_t i = 0; i < count; ++i, out += l.ld) {
        for (size_t g = 0; g < groups; ++g) {
          TransformInput<kM>(out + g * kL, l.plane, strip + g * group + i * kM * kL, width);
        }
      }
    }
  });
}

template <int kM>
HWY_INLINE void Output(float* y, const float* products, const WinogradShape& s, size_t t0, size_t t1, size_t k0,
                       size_t k1, const Epilogue* epilogue, float* strip) {
  const WinogradMatrix l(t1 - t0, k1 - k0);
  const size_t out_w = static_cast<size_t>(s.out_w), out_h = static_cast<size_t>(s.out_h), plane = out_w * out_h;
  ForRuns(s, t0, t1, [&](size_t t, size_t row, size_t col, size_t count) HWY_ATTR {
    const size_t ld = count * kM + 4, pixel0 = row * kM * out_w + col * kM;
    const size_t columns = HWY_MIN(count * kM, out_w - col * kM), rows = HWY_MIN(size_t{kM}, out_h - row * kM);
    for (size_t k = k0; k < k1; k += kDepth) {
      const size_t channels = HWY_MIN(k1 - k, kDepth);
      const float* in = products + (t - t0) * l.ld + (k - k0);
      for (size_t i = 0; i < count; ++i, in += l.ld) {
        for (size_t g = 0; g < channels; g += kL)
          TransformOutput<kM>(strip + g * kM * ld + i * kM, ld, in + g, l.plane);
      }
      for (size_t i = 0; i < rows; ++i) {
        float* to = y + k * plane + pixel0 + i * out_w;
        if (epilogue) {
          EpilogueRows(to, plane, strip + i * ld, kM * ld, channels, columns, *epilogue, k, pixel0 + i * out_w);
        } else {
          for (size_t c = 0; c < channels; ++c) {
            std::memcpy(to + c * plane, strip + (c * kM + i) * ld, columns * sizeof(float));
          }
        }
      }
    }
  });
}

}  // namespace

void WinogradInput(float* transformed, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0,
                   size_t c1, float* scratch) {
  if (s.m == 2) {
    Input<2>(transformed, x, s, t0, t1, c0, c1, scratch);
  } else {
    Input<4>(transformed, x, s, t0, t1, c0, c1, scratch);
  }
}

void WinogradOutput(float* y, const float* transformed, const float* packed_weights, const WinogradShape& s, size_t t0,
                    size_t t1, size_t k0, size_t k1, const Epilogue* epilogue, float* scratch) {
  const size_t tiles = t1 - t0, matrix = WinogradWeightMatrix(s);
  const WinogradMatrix in(tiles, s.in_channels), out(tiles, k1 - k0);
  GemmArgs g;
  g.lda = in.ld;
  g.b_panel_stride = s.in_channels * kGemmNr;
  g.ldc = out.ld;
  g.m = tiles;
  g.n = (k1 - k0 + kGemmNr - 1) / kGemmNr * kGemmNr;  // whole panels: the columns beyond k1 are zero weights
  g.k = s.in_channels;
  for (size_t i = 0; i < s.matrices(); ++i) {
    g.a = transformed + i * in.plane;
    g.b = packed_weights + i * matrix + k0 / kGemmNr * g.b_panel_stride;
    g.c = scratch + i * out.plane;
    g.next_b = i + 1 < s.matrices() ? g.b + matrix : nullptr;
    HWY_NAMESPACE::GemmBlock(g);
  }
  float* strip = scratch + s.matrices() * out.plane;
  if (s.m == 2) {
    Output<2>(y, scratch, s, t0, t1, k0, k1, epilogue, strip);
  } else {
    Output<4>(y, scratch, s, t0, t1, k0, k1, epilogue, strip);
  }
}

size_t WinogradInputScratch() { return 6 * kMaxWidth * kDepth; }

size_t WinogradOutputScratch(const WinogradShape& s, size_t tiles, size_t channels) {
  return s.matrices() * WinogradMatrix(tiles, channels).plane + 4 * kMaxWidth * kDepth;
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(WinogradInput);
KANTE_DISPATCH(WinogradOutput);
KANTE_DISPATCH(WinogradInputScratch);
KANTE_DISPATCH(WinogradOutputScratch);

void WinogradInput(float* transformed, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0,
                   size_t c1, float* scratch) {
  KANTE_CALL(WinogradInput)(transformed, x, s, t0, t1, c0, c1, scratch);
}

void WinogradOutput(float* y, const float* transformed, const float* packed_weights, const WinogradShape& s, size_t t0,
                    size_t t1, size_t k0, size_t k1, const Epilogue* epilogue, float* scratch) {
  KANTE_CALL(WinogradOutput)(y, transformed, packed_weights, s, t0, t1, k0, k1, epilogue, scratch);
}

size_t WinogradInputScratch() { return KANTE_CALL(WinogradInputScratch)(); }

size_t WinogradOutputScratch(const WinogradShape& s, size_t tiles, size_t channels) {
  return KANTE_CALL(WinogradOutputScratch)(s, tiles, channels);
}

}  // namespace kante::kernels
#endif
