// SPDX-License-Identifier: MIT
//
// Address arithmetic and copies; the compiler's memcpy is the vector code here.
#include "kernels/conv_pack.h"

#include <cstring>

#include "kernels/gemm.h"

namespace kante::kernels {
namespace {

struct Tap {
  ptrdiff_t c, z, y, x;
};

Tap TapOf(const ConvGeometry& g, size_t k) {
  ptrdiff_t rest = static_cast<ptrdiff_t>(k);
  Tap t;
  t.x = rest % g.kernel_w, rest /= g.kernel_w;
  t.y = rest % g.kernel_h, rest /= g.kernel_h;
  t.z = rest % g.kernel_d, rest /= g.kernel_d;
  t.c = rest;
  return t;
}

// The next k of TapOf without divisions.
void Advance(const ConvGeometry& g, Tap& t) {
  if (++t.x < g.kernel_w) return;
  t.x = 0;
  if (++t.y < g.kernel_h) return;
  t.y = 0;
  if (++t.z < g.kernel_d) return;
  t.z = 0;
  ++t.c;
}

// A piece of a panel that lies in one output row: pixels (oz, oy, ox .. ox + count).
struct Piece {
  ptrdiff_t iz, iy;  // input place of tap (0, 0) of that row
  ptrdiff_t ix;      // input column of tap 0 for the first pixel
  ptrdiff_t count;
};

// Output columns [from, to) whose input column ix + j * stride lies inside [0, in_w).
void Inside(ptrdiff_t ix, ptrdiff_t stride, ptrdiff_t in_w, ptrdiff_t count, ptrdiff_t& from, ptrdiff_t& to) {
  // Divisions would take longer than the copy.
  const auto divide = [stride](ptrdiff_t n) { return stride == 1 ? n : stride == 2 ? n >> 1 : n / stride; };
  from = ix < 0 ? divide(-ix + stride - 1) : 0;
  to = ix >= in_w ? 0 : divide(in_w - 1 - ix) + 1;
  if (from > count) from = count;
  if (to > count) to = count;
  if (to < from) to = from;
}

// dst[j] = src[2 * j] for four j; reads one float more than it takes.
void CopyEven4(float* dst, const float* src) {
  using Four = float __attribute__((vector_size(16)));
  Four a, b;
  std::memcpy(&a, src, sizeof(a));
  std::memcpy(&b, src + 4, sizeof(b));
  const Four even = __builtin_shufflevector(a, b, 0, 2, 4, 6);
  std::memcpy(dst, &even, sizeof(even));
}

void CopyPiece(float* dst, const float* row, ptrdiff_t ix, ptrdiff_t stride, ptrdiff_t in_w, ptrdiff_t count) {
  ptrdiff_t from, to;
  Inside(ix, stride, in_w, count, from, to);
  for (ptrdiff_t j = 0; j < from; ++j) dst[j] = 0.0f;
  const float* src = row + ix;
  ptrdiff_t j = from;
  if (stride == 1) {
    for (; j + 4 <= to; j += 4) std::memcpy(dst + j, src + j, 4 * sizeof(float));
  } else if (stride == 2) {
    for (; j + 4 <= to && ix + 2 * j + 8 <= in_w; j += 4) CopyEven4(dst + j, src + 2 * j);
  }
  for (; j < to; ++j) dst[j] = src[j * stride];
  for (; j < count; ++j) dst[j] = 0.0f;
}

}  // namespace

void PackConvPanels(float* dst, const float* x, const ConvGeometry& g, size_t k0, size_t k1, size_t n0, size_t n1) {
  const size_t nr = GemmTile().nr;
  const ptrdiff_t plane = g.in_h * g.in_w, volume = g.in_d * plane;
  constexpr size_t kMaxNr = 64;
  Piece pieces[kMaxNr];
  const Tap first = TapOf(g, k0);
  for (size_t n = n0; n < n1; n += nr) {
    const ptrdiff_t cols = static_cast<ptrdiff_t>(n1 - n < nr ? n1 - n : nr);
    // Cut the panel where output rows end.
    size_t count = 0;
    ptrdiff_t ox = static_cast<ptrdiff_t>(n) % g.out_w, oy = static_cast<ptrdiff_t>(n) / g.out_w % g.out_h;
    ptrdiff_t oz = static_cast<ptrdiff_t>(n) / g.out_w / g.out_h;
    for (ptrdiff_t done = 0; done < cols;) {
      Piece& p = pieces[count++];
      p.count = g.out_w - ox < cols - done ? g.out_w - ox : cols - done;
      p.iz = oz * g.stride_d - g.pad_front;
      p.iy = oy * g.stride_h - g.pad_top;
      p.ix = ox * g.stride_w - g.pad_left;
      done += p.count;
      ox = 0;
      if (++oy == g.out_h) {
        oy = 0;
        ++oz;
      }
    }
    const bool plain = count == 1 && g.stride_w <= 2 && cols == static_cast<ptrdiff_t>(nr) && nr % 4 == 0;
    const ptrdiff_t reach = static_cast<ptrdiff_t>(nr) * g.stride_w;  // of a copy
    Tap t = first;
    for (size_t k = k0; k < k1; ++k, dst += nr, Advance(g, t)) {
      const float* channel = x + t.c * volume;
      if (plain) {
        // One row and no border: the usual case is copies of a fixed size.
        const Piece& p = pieces[0];
        const ptrdiff_t iz = p.iz + t.z * g.dilation_d, iy = p.iy + t.y * g.dilation_h, ix = p.ix + t.x * g.dilation_w;
        if (iz >= 0 && iz < g.in_d && iy >= 0 && iy < g.in_h && ix >= 0 && ix + reach <= g.in_w) {
          const float* src = channel + iz * plane + iy * g.in_w + ix;
          if (g.stride_w == 2) {
            for (size_t j = 0; j < nr; j += 4) CopyEven4(dst + j, src + 2 * j);
          } else if (nr == 16) {
            std::memcpy(dst, src, 16 * sizeof(float));
          } else {
            std::memcpy(dst, src, nr * sizeof(float));
          }
          continue;
        }
      }
      float* to = dst;
      for (size_t i = 0; i < count; ++i) {
        const Piece& p = pieces[i];
        const ptrdiff_t iz = p.iz + t.z * g.dilation_d, iy = p.iy + t.y * g.dilation_h;
        if (iz < 0 || iz >= g.in_d || iy < 0 || iy >= g.in_h) {
          for (ptrdiff_t j = 0; j < p.count; ++j) to[j] = 0.0f;
        } else {
          CopyPiece(to, channel + iz * plane + iy * g.in_w, p.ix + t.x * g.dilation_w, g.stride_w, g.in_w, p.count);
        }
        to += p.count;
      }
      for (ptrdiff_t j = cols; j < static_cast<ptrdiff_t>(nr); ++j) dst[j] = 0.0f;
    }
  }
}

void ScatterConvColumns(float* x, const float* col, size_t ldcol, const ConvGeometry& g, size_t k0, size_t k1) {
  const ptrdiff_t plane = g.in_h * g.in_w, volume = g.in_d * plane;
  Tap t = TapOf(g, k0);
  for (size_t k = k0; k < k1; ++k, col += ldcol, Advance(g, t)) {
    float* channel = x + t.c * volume;
    const ptrdiff_t first = t.x * g.dilation_w - g.pad_left;
    ptrdiff_t from, to;
    Inside(first, g.stride_w, g.in_w, g.out_w, from, to);
    for (ptrdiff_t oz = 0; oz < g.out_d; ++oz) {
      const ptrdiff_t iz = oz * g.stride_d - g.pad_front + t.z * g.dilation_d;
      if (iz < 0 || iz >= g.in_d) continue;
      for (ptrdiff_t oy = 0; oy < g.out_h; ++oy) {
        const ptrdiff_t iy = oy * g.stride_h - g.pad_top + t.y * g.dilation_h;
        if (iy < 0 || iy >= g.in_h) continue;
        const float* src = col + (oz * g.out_h + oy) * g.out_w;
        float* row = channel + iz * plane + iy * g.in_w + first;
        for (ptrdiff_t j = from; j < to; ++j) row[j * g.stride_w] += src[j];
      }
    }
  }
}

}  // namespace kante::kernels
