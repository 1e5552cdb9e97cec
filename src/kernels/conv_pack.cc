// SPDX-License-Identifier: MIT
//
// Address arithmetic and copies; the compiler's memcpy is the vector code here.
#include "kernels/conv_pack.h"

#include <cstring>

#include "base/build.h"
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

// row[2 * j] += even[j], row[2 * j + 1] += odd[j]
void AddPairs(float* row, const float* even, const float* odd, ptrdiff_t n) {
  using Four = float __attribute__((vector_size(16)));
  ptrdiff_t j = 0;
  for (; j + 4 <= n; j += 4) {
    Four a, b, low, high;
    std::memcpy(&a, even + j, sizeof(a));
    std::memcpy(&b, odd + j, sizeof(b));
    std::memcpy(&low, row + 2 * j, sizeof(low));
    std::memcpy(&high, row + 2 * j + 4, sizeof(high));
    low += __builtin_shufflevector(a, b, 0, 4, 1, 5);
    high += __builtin_shufflevector(a, b, 2, 6, 3, 7);
    std::memcpy(row + 2 * j, &low, sizeof(low));
    std::memcpy(row + 2 * j + 4, &high, sizeof(high));
  }
  for (; j < n; ++j) {
    row[2 * j] += even[j];
    row[2 * j + 1] += odd[j];
  }
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

// Pixels that lie side by side in one output row, at most kMostPixels of them.
struct Segment {
  ptrdiff_t at;          // first column of the block
  ptrdiff_t count;       // pixels
  ptrdiff_t iz, iy, ix;  // input place of tap (0, 0, 0) of the first
};

constexpr ptrdiff_t kMostPixels = 256, kMostReach = 64, kMostSegments = 64;
constexpr ptrdiff_t kLine = kMostPixels + kMostReach + 8;

// Packs windows of stride 2 segment by segment: of every input row under a segment the pixels of even and of odd taps
// are laid side by side once, after that every tap is a copy without borders.
class SegmentPacker {
 public:
  // Whether the block [n0, n1) can be packed this way, and gains by it: few taps and short rows do not.
  bool Cut(const ConvGeometry& g, ptrdiff_t n0, ptrdiff_t n1) {
    reach_ = (g.kernel_w - 1) * g.dilation_w;
    if (g.stride_w != 2 || g.kernel_w < 5 || reach_ > kMostReach) return false;
    if (g.out_w < 2 * static_cast<ptrdiff_t>(GemmTile().nr)) return false;
    ptrdiff_t ox = n0 % g.out_w, oy = n0 / g.out_w % g.out_h, oz = n0 / g.out_w / g.out_h;
    for (ptrdiff_t n = n0; n < n1;) {
      if (size_ == kMostSegments) return false;
      Segment& s = segments_[size_++];
      s.at = n - n0;
      s.count = Least(g.out_w - ox, n1 - n, kMostPixels);
      s.iz = oz * g.stride_d - g.pad_front;
      s.iy = oy * g.stride_h - g.pad_top;
      s.ix = ox * g.stride_w - g.pad_left;
      n += s.count;
      ox += s.count;
      if (ox < g.out_w) continue;
      ox = 0;
      if (++oy < g.out_h) continue;
      oy = 0;
      ++oz;
    }
    return true;
  }

  void Pack(float* dst, const float* x, const ConvGeometry& g, ptrdiff_t k0, ptrdiff_t k1, ptrdiff_t columns) {
    const ptrdiff_t nr = static_cast<ptrdiff_t>(GemmTile().nr), plane = g.in_h * g.in_w, volume = g.in_d * plane;
    const ptrdiff_t taps = g.kernel_d * g.kernel_h * g.kernel_w, panel = (k1 - k0) * nr;
    for (ptrdiff_t k = k0; k < k1;) {
      const ptrdiff_t c = k / taps, end = Least(k1, (c + 1) * taps, k1);
      for (int i = 0; i < size_; ++i) {
        const Segment& s = segments_[i];
        for (ptrdiff_t kk = k; kk < end;) {
          const ptrdiff_t tap = kk - c * taps, kx = tap % g.kernel_w, row = tap / g.kernel_w;
          const ptrdiff_t iz = s.iz + row / g.kernel_h * g.dilation_d, iy = s.iy + row % g.kernel_h * g.dilation_h;
          const ptrdiff_t last = Least(g.kernel_w, kx + end - kk, g.kernel_w);
          const bool inside = iz >= 0 && iz < g.in_d && iy >= 0 && iy < g.in_h;
          const float* line = inside ? Line(x + c * volume + iz * plane + iy * g.in_w, s, g) : zeros_;
          for (ptrdiff_t t = kx; t < last; ++t, ++kk) {
            const ptrdiff_t to = t * g.dilation_w;
            Copy(dst + (kk - k0) * nr, panel, nr, s, line + (inside ? to % 2 * kLine : 0) + to / 2);
          }
        }
      }
      if (const ptrdiff_t rest = columns % nr; rest != 0) {
        float* to = dst + columns / nr * panel + (k - k0) * nr + rest;
        for (ptrdiff_t kk = k; kk < end; ++kk, to += nr)
          std::memset(to, 0, static_cast<size_t>(nr - rest) * sizeof(float));
      }
      k = end;
    }
  }

 private:
  static ptrdiff_t Least(ptrdiff_t a, ptrdiff_t b, ptrdiff_t c) { return b < a ? (c < b ? c : b) : (c < a ? c : a); }

  // Input pixel ix + 2 * i of the segment's row at [i], ix + 1 + 2 * i at [kLine + i].
  const float* Line(const float* row, const Segment& s, const ConvGeometry& g) {
    const ptrdiff_t width = s.count + reach_ / 2 + 3;  // copies take four at a time
    CopyPiece(line_, row, s.ix, 2, g.in_w, width);
    CopyPiece(line_ + kLine, row, s.ix + 1, 2, g.in_w, width);
    return line_;
  }

  // What goes beyond the segment's last column is overwritten by the next one.
  static void Copy(float* dst, ptrdiff_t panel, ptrdiff_t nr, const Segment& s, const float* from) {
    ptrdiff_t lane = s.at % nr, left = s.count;
    for (dst += s.at / nr * panel; left > 0; dst += panel, lane = 0) {
      const ptrdiff_t n = left < nr - lane ? left : nr - lane;
      ptrdiff_t i = 0;
      if (n == 16 && nr == 16) {
        std::memcpy(dst, from, 16 * sizeof(float));
        i = n;
      }
      for (; i < n && lane + i + 4 <= nr; i += 4) std::memcpy(dst + lane + i, from + i, 4 * sizeof(float));
      for (; i < n; ++i) dst[lane + i] = from[i];
      from += n;
      left -= n;
    }
  }

  Segment segments_[kMostSegments];
  int size_ = 0;
  ptrdiff_t reach_ = 0;
  float line_[2 * kLine];
  float zeros_[kLine] = {};
};

}  // namespace

void PackConvPanels(float* dst, const float* x, const ConvGeometry& g, size_t k0, size_t k1, size_t n0, size_t n1) {
  if constexpr (!core::kForSize) {
    SegmentPacker packer;
    const ptrdiff_t begin = static_cast<ptrdiff_t>(n0), end = static_cast<ptrdiff_t>(n1);
    if (packer.Cut(g, begin, end)) {
      return packer.Pack(dst, x, g, static_cast<ptrdiff_t>(k0), static_cast<ptrdiff_t>(k1), end - begin);
    }
  }
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
  bool paired = false;  // with the tap before
  for (size_t k = k0; k < k1; ++k, col += ldcol, Advance(g, t)) {
    if (paired) {
      paired = false;
      continue;
    }
    float* channel = x + t.c * volume;
    const ptrdiff_t first = t.x * g.dilation_w - g.pad_left;
    ptrdiff_t from, to;
    Inside(first, g.stride_w, g.in_w, g.out_w, from, to);
    // Two taps that fill rows without gaps.
    const bool pair = !core::kForSize && g.stride_w == 2 && g.dilation_w == 1 && t.x + 1 < g.kernel_w && k + 1 < k1 &&
                      first >= 0 && first + 2 * g.out_w <= g.in_w;
    paired = pair;
    for (ptrdiff_t oz = 0; oz < g.out_d; ++oz) {
      const ptrdiff_t iz = oz * g.stride_d - g.pad_front + t.z * g.dilation_d;
      if (iz < 0 || iz >= g.in_d) continue;
      for (ptrdiff_t oy = 0; oy < g.out_h; ++oy) {
        const ptrdiff_t iy = oy * g.stride_h - g.pad_top + t.y * g.dilation_h;
        if (iy < 0 || iy >= g.in_h) continue;
        const float* src = col + (oz * g.out_h + oy) * g.out_w;
        float* row = channel + iz * plane + iy * g.in_w + first;
        if (pair) {
          AddPairs(row, src, src + ldcol, g.out_w);
          continue;
        }
        for (ptrdiff_t j = from; j < to; ++j) row[j * g.stride_w] += src[j];
      }
    }
  }
}

}  // namespace kante::kernels
