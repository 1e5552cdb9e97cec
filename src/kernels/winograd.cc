// SPDX-License-Identifier: MIT
//
// Lanes are channels. A strip of one tile row is turned from planes into pixels of kL channels (a transposition in L1),
// the transforms then load and store whole vectors, and the products are GemmBlock's: A = tiles x in channels, B =
// packed weights.
#include "kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/gemm.h"
#include "kernels/gemm_tile_inl.h"
#include "kernels/move.h"
#include "kernels/winograd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

void GemmBlock(const GemmArgs& args);  // gemm.cc

namespace {

constexpr size_t kL = kGemmLanes;

constexpr size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Where things lie in scratch. Rows and matrices are a little longer than needed, to stay off powers of two.
struct Layout {
  size_t n;                  // m + 2
  size_t tiles, cols;        // tiles of the block, tile columns
  size_t ld_in, plane_in;    // transformed input: [n * n][tiles][in channels]
  size_t ld_out, plane_out;  // products: [n * n][tiles][out channels of the block]
  size_t strip_in, strip_out;
  size_t total;

  Layout(const WinogradShape& s, const WinogradBlock& b) {
    n = s.m + 2;
    cols = b.col1 - b.col0;
    tiles = (b.row1 - b.row0) * cols;
    ld_in = RoundUp(s.in_channels, 16) + 16;
    plane_in = ld_in * tiles + 16;
    ld_out = RoundUp(b.k1 - b.k0, kGemmNr) + 16;
    plane_out = ld_out * tiles + 16;
    strip_in = n * (cols * s.m + 2) * kL;
    strip_out = 2 * cols * s.m * s.m * kL;  // the pixels, and the same as planes
    total = n * n * (plane_in + plane_out) + (strip_in > strip_out ? strip_in : strip_out);
  }
};

// Pixels [n rows][width][kL channels] of the input under tile row `row`, zeros outside the image and beyond the last
// channel.
HWY_INLINE void LoadStrip(float* strip, const float* x, const WinogradShape& s, const WinogradBlock& b, size_t n,
                          size_t width, size_t row, size_t channel) {
  const size_t channels = HWY_MIN(s.in_channels - channel, kL);
  const ptrdiff_t y0 = static_cast<ptrdiff_t>(row * s.m) - s.pad_top,
                  x0 = static_cast<ptrdiff_t>(b.col0 * s.m) - s.pad_left;
  const ptrdiff_t plane = s.in_h * s.in_w, w = static_cast<ptrdiff_t>(width);
  const ptrdiff_t from = HWY_MIN(HWY_MAX(-x0, ptrdiff_t{0}), w), to = HWY_MAX(HWY_MIN(s.in_w - x0, w), from);
  for (size_t i = 0; i < n; ++i) {
    float* line = strip + i * width * kL;
    const ptrdiff_t iy = y0 + static_cast<ptrdiff_t>(i);
    if (iy < 0 || iy >= s.in_h || channels < kL) {
      std::memset(line, 0, width * kL * sizeof(float));
      if (iy < 0 || iy >= s.in_h) continue;
    }
    std::memset(line, 0, static_cast<size_t>(from) * kL * sizeof(float));
    std::memset(line + to * static_cast<ptrdiff_t>(kL), 0, static_cast<size_t>(w - to) * kL * sizeof(float));
    const float* src = x + static_cast<ptrdiff_t>(channel) * plane + iy * s.in_w + x0 + from;
    Transpose2d(line + from * static_cast<ptrdiff_t>(kL), kL, src, plane, channels, static_cast<size_t>(to - from),
                sizeof(float));
  }
}

template <int kM>
HWY_NOINLINE void TransformInput(float* v, const float* x, const WinogradShape& s, const WinogradBlock& b,
                                 const Layout& l, float* strip) {
  constexpr int kN = kM + 2;
  const DF d;
  const size_t width = l.cols * kM + 2;
  for (size_t row = b.row0; row < b.row1; ++row) {
    for (size_t c = 0; c < s.in_channels; c += kL) {
      LoadStrip(strip, x, s, b, kN, width, row, c);
      float* out = v + (row - b.row0) * l.cols * l.ld_in + c;
      for (size_t col = 0; col < l.cols; ++col, out += l.ld_in) {
        const float* in = strip + col * kM * kL;
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
          for (int j = 0; j < kN; ++j) hn::StoreU(u[j], d, out + static_cast<size_t>(i * kN + j) * l.plane_in);
        }
      }
    }
  }
}

template <int kM>
HWY_NOINLINE void TransformOutput(float* y, const float* products, const WinogradShape& s, const WinogradBlock& b,
                                  const Layout& l, const Epilogue* epilogue, float* strip) {
  constexpr int kN = kM + 2;
  const DF d;
  const size_t width = l.cols * kM;  // pixels of a strip's line
  float* planes = strip + kM * width * kL;
  const size_t out_w = static_cast<size_t>(s.out_w), out_h = static_cast<size_t>(s.out_h), plane = out_w * out_h;
  const size_t ox = b.col0 * kM, columns = HWY_MIN(width, out_w - ox);
  for (size_t row = b.row0; row < b.row1; ++row) {
    for (size_t k = b.k0; k < b.k1; k += kL) {
      const float* in = products + (row - b.row0) * l.cols * l.ld_out + (k - b.k0);
      for (size_t col = 0; col < l.cols; ++col, in += l.ld_out) {
        VF half[kN][kM];  // rows transformed: half[column][output row]
#pragma GCC unroll 6
        for (int j = 0; j < kN; ++j) {
          VF line[kN];
#pragma GCC unroll 6
          for (int i = 0; i < kN; ++i) line[i] = hn::LoadU(d, in + static_cast<size_t>(i * kN + j) * l.plane_out);
          Winograd1d<kM>::Output(line, half[j]);
        }
#pragma GCC unroll 4
        for (int i = 0; i < kM; ++i) {
          VF line[kN], out[kM];
#pragma GCC unroll 6
          for (int j = 0; j < kN; ++j) line[j] = half[j][i];
          Winograd1d<kM>::Output(line, out);
#pragma GCC unroll 4
          for (int j = 0; j < kM; ++j) {
            hn::StoreU(out[j], d, strip + (static_cast<size_t>(i) * width + col * kM + static_cast<size_t>(j)) * kL);
          }
        }
      }
      const size_t channels = HWY_MIN(b.k1 - k, kL);
      for (size_t i = 0; i < kM && row * kM + i < out_h; ++i) {
        const size_t pixel = (row * kM + i) * out_w + ox;
        float* to = y + k * plane + pixel;
        const float* line = strip + i * width * kL;
        if (epilogue) {
          Transpose2d(planes, static_cast<ptrdiff_t>(width), line, kL, columns, channels, sizeof(float));
          EpilogueRows(to, plane, planes, width, channels, columns, *epilogue, k, pixel);
        } else {
          Transpose2d(to, static_cast<ptrdiff_t>(plane), line, kL, columns, channels, sizeof(float));
        }
      }
    }
  }
}

template <int kM>
HWY_INLINE void Conv(float* y, const float* x, const float* weights, const WinogradShape& s, const WinogradBlock& b,
                     const Epilogue* epilogue, float* scratch) {
  const Layout l(s, b);
  const size_t matrices = l.n * l.n;
  float* transformed = scratch;
  float* products = transformed + matrices * l.plane_in;
  float* strip = products + matrices * l.plane_out;
  TransformInput<kM>(transformed, x, s, b, l, strip);
  GemmArgs g;
  g.lda = l.ld_in;
  g.b_panel_stride = s.in_channels * kGemmNr;
  g.ldc = l.ld_out;
  g.m = l.tiles;
  g.n = RoundUp(b.k1 - b.k0, kGemmNr);  // whole panels: the columns beyond k1 are zero weights
  g.k = s.in_channels;
  const size_t panels = RoundUp(s.out_channels, kGemmNr) / kGemmNr;
  for (size_t i = 0; i < matrices; ++i) {
    g.a = transformed + i * l.plane_in;
    g.b = weights + (i * panels + b.k0 / kGemmNr) * g.b_panel_stride;
    g.c = products + i * l.plane_out;
    HWY_NAMESPACE::GemmBlock(g);
  }
  TransformOutput<kM>(y, products, s, b, l, epilogue, strip);
}

}  // namespace

size_t WinogradScratch(const WinogradShape& s, const WinogradBlock& b) { return Layout(s, b).total; }

void WinogradConv(float* y, const float* x, const float* packed_weights, const WinogradShape& s, const WinogradBlock& b,
                  const Epilogue* epilogue, float* scratch) {
  if (s.m == 2) {
    Conv<2>(y, x, packed_weights, s, b, epilogue, scratch);
  } else {
    Conv<4>(y, x, packed_weights, s, b, epilogue, scratch);
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(WinogradScratch);
KANTE_DISPATCH(WinogradConv);

size_t WinogradScratch(const WinogradShape& s, const WinogradBlock& b) { return KANTE_CALL(WinogradScratch)(s, b); }

void WinogradConv(float* y, const float* x, const float* packed_weights, const WinogradShape& s, const WinogradBlock& b,
                  const Epilogue* epilogue, float* scratch) {
  KANTE_CALL(WinogradConv)(y, x, packed_weights, s, b, epilogue, scratch);
}

}  // namespace kante::kernels
#endif
