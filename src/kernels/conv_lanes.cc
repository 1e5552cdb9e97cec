// SPDX-License-Identifier: MIT
#include "kernels/conv_lanes.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_lanes.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/pixels_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr ptrdiff_t kLanes = static_cast<ptrdiff_t>(kPixelLanes);
constexpr ptrdiff_t kBlock = 2 * kLanes;

// Pixels of a tile of two vectors: accumulators, weights and a broadcast fill the registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kMost = 12, kMedium = 8;
#elif HWY_TARGET == HWY_AVX2
constexpr int kMost = 6, kMedium = 6;
#else
constexpr int kMost = 4, kMedium = 4;
#endif
// ... and of one vector.
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_WASM
constexpr int kMostNarrow = 8, kMediumNarrow = 8;
#else
constexpr int kMostNarrow = 12, kMediumNarrow = 8;
#endif

struct Row {
  const ConvLanesArgs* a;
  const float* in;             // under tap (0, 0) of the first pixel
  ptrdiff_t ky_begin, ky_end;  // taps inside the input
  const float* w;              // block of the first channel
  ptrdiff_t w_stride;          // floats from one block to the next
  const float* bias;           // of the first channel, or null
  float* y;
  ptrdiff_t plane;     // floats between the channels of y
  ptrdiff_t n;         // pixels
  ptrdiff_t channels;  // from the first one on
  const VectorAct* act;
};

HWY_INLINE VF LoadBias(const Row& r, ptrdiff_t first) {
  const ptrdiff_t left = r.channels - first;
  if (!r.bias || left <= 0) return hn::Zero(DF());
  return left < kLanes ? LoadPartial(r.bias + first, static_cast<size_t>(left)) : hn::LoadU(DF(), r.bias + first);
}

// Four pixels of the first channels alone.
HWY_NOINLINE void StoreSome(const VF (&turned)[4], float* y, ptrdiff_t plane, ptrdiff_t channels) {
  HWY_ALIGN float lanes[4 * kLanes];
  for (int i = 0; i < 4; ++i) hn::Store(turned[i], DF(), lanes + i * kLanes);
  for (ptrdiff_t c = 0; c < channels; ++c, y += plane) {
    std::memcpy(y, lanes + c % 4 * kLanes + c / 4 * 4, 4 * sizeof(float));
  }
}

template <int kPixels>
HWY_INLINE void StorePixels(const Row& r, ptrdiff_t ox, ptrdiff_t first, const VF (&sum)[kPixels]) {
  const DF d;
  const ptrdiff_t plane = r.plane, valid = HWY_MIN(r.channels - first, kLanes);
  float* y = r.y + first * plane + ox;
  if constexpr (kPixels >= 4) {
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; p += 4) {
      const int at = HWY_MIN(p, kPixels - 4);
      VF turned[4] = {sum[at], sum[at + 1], sum[at + 2], sum[at + 3]};
      TransposeBlocks(turned[0], turned[1], turned[2], turned[3]);
      if (HWY_LIKELY(valid == kLanes)) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) StoreBlocks(d, turned[i], y + i * plane + at, 4 * static_cast<size_t>(plane));
      } else {
        StoreSome(turned, y + at, plane, valid);
      }
    }
  } else {
    HWY_ALIGN float lanes[kPixels * kLanes];
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; ++p) hn::Store(sum[p], d, lanes + p * kLanes);
    for (ptrdiff_t c = 0; c < valid; ++c) {
      for (int p = 0; p < kPixels; ++p) y[c * plane + p] = lanes[p * kLanes + c];
    }
  }
}

// kPixels outputs from column ox on for kVecs vectors of channels. kStride 0: any.
template <int kVecs, int kPixels, int kStride>
HWY_INLINE void RunPixels(const Row& r, ptrdiff_t ox) {
  const DF d;
  const ConvLanesArgs& a = *r.a;
  const ptrdiff_t stride = kStride ? kStride : a.stride_w;
  const float* channel = r.in + ox * stride;
  const float *HWY_RESTRICT w = r.w + r.ky_begin * a.kernel_w * kBlock, *HWY_RESTRICT w2 = w + r.w_stride;
  const ptrdiff_t skipped = (a.kernel_h - (r.ky_end - r.ky_begin)) * a.kernel_w * kBlock;
  VF sum[kVecs][kPixels];
#pragma GCC unroll 4
  for (int v = 0; v < kVecs; ++v) {
    const VF first = LoadBias(r, v * kLanes);
#pragma GCC unroll 12
    for (int p = 0; p < kPixels; ++p) sum[v][p] = first;
  }
  for (ptrdiff_t c = 0; c < a.in_channels; ++c, channel += a.plane_x, w += skipped, w2 += skipped) {
    for (ptrdiff_t ky = r.ky_begin; ky < r.ky_end; ++ky) {
      const float* in = channel + ky * a.dilation_h * a.line_x;
      for (ptrdiff_t kx = 0; kx < a.kernel_w; ++kx, in += a.dilation_w, w += kBlock, w2 += kBlock) {
        VF weight[kVecs];
#pragma GCC unroll 4
        for (int v = 0; v < kVecs; ++v) weight[v] = hn::LoadU(d, (v < 2 ? w : w2) + v % 2 * kLanes);
#pragma GCC unroll 12
        for (int p = 0; p < kPixels; ++p) {
          const VF pixel = hn::Set(d, in[p * stride]);
#pragma GCC unroll 4
          for (int v = 0; v < kVecs; ++v) sum[v][p] = hn::MulAdd(pixel, weight[v], sum[v][p]);
        }
      }
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVecs; ++v) {
    if (v > 0 && r.channels <= v * kLanes) break;
#pragma GCC unroll 12
    for (int p = 0; p < kPixels; ++p) sum[v][p] = r.act->Apply(sum[v][p]);
    StorePixels<kPixels>(r, ox, v * kLanes, sum[v]);
  }
}

// Rows of fewer than four pixels: more channels at once keep the multipliers busy.
template <int kVecs>
HWY_NOINLINE void RunFew(const Row& r) {
  switch (r.n) {
    case 1:
      return RunPixels<kVecs, 1, 0>(r, 0);
    case 2:
      return RunPixels<kVecs, 2, 0>(r, 0);
    default:
      return RunPixels<kVecs, 3, 0>(r, 0);
  }
}

// The last steps of a row may go back over pixels that exist already: their bits are the same.
template <int kVecs, int kStride>
HWY_NOINLINE void RunRow(const Row& r) {
  constexpr int kLong = kVecs == 2 ? kMost : kMostNarrow, kShort = kVecs == 2 ? kMedium : kMediumNarrow;
  const ptrdiff_t n = r.n;
  for (ptrdiff_t x = 0; x < n;) {
    const ptrdiff_t left = n - x;
    // Two steps of four rather than a longer one that goes back far; of one vector, which four pixels keep waiting, two
    // of eight rather than twelve and four.
    const bool fours = left <= 4 || (left > kShort && left <= 8 && kShort < 8);
    const bool even = kVecs == 1 && left > kLong && left <= kLong + 4;
    if (!fours && !even && n >= kLong && left > kShort) {
      RunPixels<kVecs, kLong, kStride>(r, HWY_MIN(x, n - kLong));
      x += kLong;
    } else if (!fours && n >= kShort) {
      RunPixels<kVecs, kShort, kStride>(r, HWY_MIN(x, n - kShort));
      x += kShort;
    } else {
      RunPixels<kVecs, 4, kStride>(r, HWY_MIN(x, n - 4));
      x += 4;
    }
  }
}

using RowFn = void (*)(const Row&);

RowFn ChooseRow(ptrdiff_t stride, bool narrow) {
#if HWY_TARGET != HWY_SSE4  // the floor has to be right, not large
  if (stride == 1) return narrow ? &RunRow<1, 1> : &RunRow<2, 1>;
  if (stride == 2) return narrow ? &RunRow<1, 2> : &RunRow<2, 2>;
#endif
  (void)stride;
  return narrow ? &RunRow<1, 0> : &RunRow<2, 0>;
}

// Output planes a multiple of this apart fall into few sets of the cache: rows go there by way of a buffer.
constexpr ptrdiff_t kApart = 512, kPiece = 96;

HWY_NOINLINE void RunByPieces(Row r, RowFn run, ptrdiff_t count) {
  HWY_ALIGN float buffer[kBlock * (kPiece + 8)];
  float* y = r.y;
  const ptrdiff_t plane = r.plane;
  r.y = buffer;
  r.plane = kPiece + 8;
  for (ptrdiff_t x = 0, left = r.n; left > 0;) {
    r.n = left <= kPiece + 8 ? left : kPiece;  // never fewer than four
    run(r);
    for (ptrdiff_t c = 0; c < count; ++c) {
      std::memcpy(y + c * plane + x, buffer + c * r.plane, static_cast<size_t>(r.n) * sizeof(float));
    }
    x += r.n;
    left -= r.n;
    r.in += r.n * r.a->stride_w;
  }
}

}  // namespace

size_t ConvLanesBlock() { return static_cast<size_t>(kBlock); }

void PackConvLanes(float* dst, const void* w, size_t channels, size_t depth) {
  constexpr size_t kSize = static_cast<size_t>(kBlock);
  const char* from = static_cast<const char*>(w);
  for (size_t c = 0; c < kSize; ++c) {
    for (size_t k = 0; k < depth; ++k) {
      float value = 0.0f;
      if (c < channels) std::memcpy(&value, from + (c * depth + k) * sizeof(float), sizeof(float));
      dst[k * kSize + c] = value;
    }
  }
}

void ConvLanes(const ConvLanesArgs& a) {
  const VectorAct act(a.epilogue);
  const bool few = a.width_y < 4;
  const ptrdiff_t w_stride = a.in_channels * a.kernel_h * a.kernel_w * kBlock;
  Row r = {&a, nullptr, 0, 0, a.w, w_stride, nullptr, nullptr, a.plane_y, a.width_y, 0, &act};
  for (ptrdiff_t c = 0; c < a.channels;) {
    r.channels = a.channels - c;
    const bool pair = few && r.channels > kBlock;
    const RowFn run = few ? (pair ? &RunFew<4> : &RunFew<2>) : ChooseRow(a.stride_w, r.channels <= kLanes);
    const ptrdiff_t blocks = pair ? 2 : 1, count = HWY_MIN(r.channels, blocks * kBlock);
    r.bias = a.bias ? a.bias + c : nullptr;
    for (ptrdiff_t row = 0; row < a.rows; ++row) {
      const ptrdiff_t line = row * a.stride_h - a.lines_above;
      r.in = a.x + line * a.line_x;
      r.ky_begin = line < 0 ? HWY_MIN((-line + a.dilation_h - 1) / a.dilation_h, a.kernel_h) : 0;
      r.ky_end = line >= a.lines ? 0 : HWY_MIN((a.lines - line - 1) / a.dilation_h + 1, a.kernel_h);
      r.ky_end = HWY_MAX(r.ky_end, r.ky_begin);
      r.y = a.y + c * a.plane_y + row * a.width_y;
      if (!few && a.plane_y % kApart == 0) {
        RunByPieces(r, run, count);
      } else {
        run(r);
      }
    }
    if (act.rows) {
      for (ptrdiff_t i = 0; i < count; ++i) {
        float* y = a.y + (c + i) * a.plane_y;
        act.rows(y, y, static_cast<size_t>(a.rows * a.width_y), a.epilogue->alpha, a.epilogue->beta);
      }
    }
    r.w += blocks * w_stride;
    c += count;
  }
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(ConvLanesBlock);
KANTE_DISPATCH(PackConvLanes);
KANTE_DISPATCH(ConvLanes);

size_t ConvLanesBlock() { return KANTE_CALL(ConvLanesBlock)(); }
void PackConvLanes(float* dst, const void* w, size_t channels, size_t depth) {
  KANTE_CALL(PackConvLanes)(dst, w, channels, depth);
}
void ConvLanes(const ConvLanesArgs& args) { KANTE_CALL(ConvLanes)(args); }

}  // namespace kante::kernels
#endif
