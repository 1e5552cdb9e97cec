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
constexpr size_t kStripTiles = 16;          // tile columns of a strip, which stays in L1: of stride 1
constexpr size_t kMaxWidth = kStripTiles * 4 + 4;

constexpr int Side(int m, int stride) { return (m - 1) * stride + 3; }

template <int kM, int kStride>
HWY_NOINLINE void TransformInput(float* out, size_t plane, const float* in, size_t width) {
  constexpr int kN = Side(kM, kStride);
  const DF d;
  VF half[kN][kN];  // rows transformed: half[column][row]; too many for registers, so the outer loops stay loops
#pragma GCC unroll 1
  for (int j = 0; j < kN; ++j) {
    VF line[kN];
#pragma GCC unroll 9
    for (int i = 0; i < kN; ++i)
      line[i] = hn::LoadU(d, in + (static_cast<size_t>(i) * width + static_cast<size_t>(j)) * kL);
    Winograd1d<kM, kStride>::Input(line, half[j]);
  }
#pragma GCC unroll 1
  for (int i = 0; i < kN; ++i) {
    VF line[kN], u[kN];
#pragma GCC unroll 9
    for (int j = 0; j < kN; ++j) line[j] = half[j][i];
    Winograd1d<kM, kStride>::Input(line, u);
#pragma GCC unroll 9
    for (int j = 0; j < kN; ++j) hn::StoreU(u[j], d, out + static_cast<size_t>(i * kN + j) * plane);
  }
}

// The kM x kM pixels of kL channels, as planes [channel][kM][ld].
template <int kM, int kStride>
HWY_NOINLINE void TransformOutput(float* out, size_t ld, const float* in, size_t plane) {
  constexpr int kN = Side(kM, kStride);
  const DF d;
  VF half[kN][kM];  // rows transformed: half[column][output row]
#pragma GCC unroll 1
  for (int j = 0; j < kN; ++j) {
    VF line[kN];
#pragma GCC unroll 9
    for (int i = 0; i < kN; ++i) line[i] = hn::LoadU(d, in + static_cast<size_t>(i * kN + j) * plane);
    Winograd1d<kM, kStride>::Output(line, half[j]);
  }
#pragma GCC unroll 1
  for (int i = 0; i < kM; ++i) {
    VF line[kN], px[kM];
#pragma GCC unroll 9
    for (int j = 0; j < kN; ++j) line[j] = half[j][i];
    Winograd1d<kM, kStride>::Output(line, px);
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
  const size_t cols = s.tile_cols(), most = kStripTiles / s.stride;
  for (size_t t = t0; t < t1;) {
    const size_t col = t % cols, count = HWY_MIN(HWY_MIN(t1 - t, cols - col), most);
    f(t, t / cols, col, count);
    t += count;
  }
}

// The transforms of a shape.
struct Transforms {
  void (*input)(float* out, size_t plane, const float* in, size_t width);
  void (*output)(float* out, size_t ld, const float* in, size_t plane);
};

template <int kM, int kStride>
constexpr Transforms kTransforms = {&TransformInput<kM, kStride>, &TransformOutput<kM, kStride>};

Transforms TransformsOf(const WinogradShape& s) {
  if (s.stride == 1) return s.m == 2 ? kTransforms<2, 1> : kTransforms<4, 1>;
  return s.m == 2 ? kTransforms<2, 2> : kTransforms<4, 2>;
}

void Input(float* v, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0, size_t c1, float* strip) {
  const WinogradMatrix l(t1 - t0, s.in_channels);
  const auto transform = TransformsOf(s).input;
  const ptrdiff_t plane = s.in_h * s.in_w;
  ForRuns(s, t0, t1, [&](size_t t, size_t row, size_t col, size_t count) HWY_ATTR {
    const size_t side = s.side(), step = s.m * s.stride;
    const size_t width = (count - 1) * step + side, group = side * width * kL;
    for (size_t c = c0; c < c1; c += kDepth) {
      const size_t groups = (HWY_MIN(c1 - c, kDepth) + kL - 1) / kL;
      for (size_t g = 0; g < groups; ++g) {
        const size_t at = c + g * kL;
        LoadLines(strip + g * group, x + static_cast<ptrdiff_t>(at) * plane, plane, HWY_MIN(s.in_channels - at, kL),
                  s.in_h, s.in_w, static_cast<ptrdiff_t>(row * step) - s.pad_top,
                  static_cast<ptrdiff_t>(col * step) - s.pad_left, static_cast<ptrdiff_t>(side),
                  static_cast<ptrdiff_t>(width));
      }
      float* out = v + (t - t0) * l.ld + c;
      for (size_t i = 0; i < count; ++i, out += l.ld) {
        for (size_t g = 0; g < groups; ++g) {
          transform(out + g * kL, l.plane, strip + g * group + i * step * kL, width);
        }
      }
    }
  });
}

void Output(float* y, const float* products, const WinogradShape& s, size_t t0, size_t t1, size_t k0, size_t k1,
            const Epilogue* epilogue, float* strip) {
  const WinogradMatrix l(t1 - t0, k1 - k0);
  const auto transform = TransformsOf(s).output;
  const size_t m = s.m;
  const size_t out_w = static_cast<size_t>(s.out_w), out_h = static_cast<size_t>(s.out_h), plane = out_w * out_h;
  ForRuns(s, t0, t1, [&](size_t t, size_t row, size_t col, size_t count) HWY_ATTR {
    const size_t ld = count * m + 4, pixel0 = row * m * out_w + col * m;
    const size_t columns = HWY_MIN(count * m, out_w - col * m), rows = HWY_MIN(m, out_h - row * m);
    for (size_t k = k0; k < k1; k += kDepth) {
      const size_t channels = HWY_MIN(k1 - k, kDepth);
      const float* in = products + (t - t0) * l.ld + (k - k0);
      for (size_t i = 0; i < count; ++i, in += l.ld) {
        for (size_t g = 0; g < channels; g += kL) transform(strip + g * m * ld + i * m, ld, in + g, l.plane);
      }
      for (size_t i = 0; i < rows; ++i) {
        float* to = y + k * plane + pixel0 + i * out_w;
        if (epilogue) {
          EpilogueRows(to, plane, strip + i * ld, m * ld, channels, columns, *epilogue, k, pixel0 + i * out_w);
        } else {
          for (size_t c = 0; c < channels; ++c) {
            std::memcpy(to + c * plane, strip + (c * m + i) * ld, columns * sizeof(float));
          }
        }
      }
    }
  });
}

}  // namespace

void WinogradInput(float* transformed, const float* x, const WinogradShape& s, size_t t0, size_t t1, size_t c0,
                   size_t c1, float* scratch) {
  Input(transformed, x, s, t0, t1, c0, c1, scratch);
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
  Output(y, scratch, s, t0, t1, k0, k1, epilogue, strip);
}

size_t WinogradInputScratch() { return 9 * kMaxWidth * kDepth; }

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
