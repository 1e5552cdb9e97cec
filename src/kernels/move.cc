// SPDX-License-Identifier: MIT
//
// One version for all targets: 128-bit shuffles, the rest is memory.
#include "kernels/move.h"

#include <cstring>

#include "kernels/simd_config.h"

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
T Read(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}
template <class T>
void Write(char* p, T v) {
  std::memcpy(p, &v, sizeof(T));
}

struct Bytes16 {
  uint64_t lo, hi;
};

// N x N block: log2(N) rounds of interleaving the upper with the lower half of the rows.
template <class T>
HWY_INLINE void TransposeBlock(char* dst, ptrdiff_t dst_bytes, const char* src, ptrdiff_t src_bytes) {
  constexpr size_t kN = 16 / sizeof(T);
  const hn::FixedTag<T, kN> d;
  using V = hn::Vec<decltype(d)>;
  V a[kN], b[kN];
#pragma GCC unroll 16
  for (size_t i = 0; i < kN; ++i)
    a[i] = hn::LoadU(d, reinterpret_cast<const T*>(src + static_cast<ptrdiff_t>(i) * src_bytes));
#pragma GCC unroll 4
  for (size_t round = 1; round < kN; round *= 2) {
#pragma GCC unroll 8
    for (size_t i = 0; i < kN / 2; ++i) {
      b[2 * i] = hn::InterleaveLower(d, a[i], a[i + kN / 2]);
      b[2 * i + 1] = hn::InterleaveUpper(d, a[i], a[i + kN / 2]);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < kN; ++i) a[i] = b[i];
  }
#pragma GCC unroll 16
  for (size_t i = 0; i < kN; ++i)
    hn::StoreU(a[i], d, reinterpret_cast<T*>(dst + static_cast<ptrdiff_t>(i) * dst_bytes));
}

template <class T>
void TransposeScalar(char* dst, ptrdiff_t dst_bytes, const char* src, ptrdiff_t src_bytes, size_t rows, size_t cols) {
  for (size_t c = 0; c < cols; ++c) {
    for (size_t r = 0; r < rows; ++r) {
      Write(dst + static_cast<ptrdiff_t>(c) * dst_bytes + static_cast<ptrdiff_t>(r * sizeof(T)),
            Read<T>(src + static_cast<ptrdiff_t>(r) * src_bytes + static_cast<ptrdiff_t>(c * sizeof(T))));
    }
  }
}

// Strips of one cache line of source columns: every line is read once, and at most 64 destination rows are open.
template <class T>
void Transpose(char* dst, ptrdiff_t dst_stride, const char* src, ptrdiff_t src_stride, size_t rows, size_t cols) {
  constexpr ptrdiff_t kSize = sizeof(T);
  constexpr size_t kN = 16 / sizeof(T), kStrip = 64 / sizeof(T);
  const ptrdiff_t dst_bytes = dst_stride * kSize, src_bytes = src_stride * kSize;
  const size_t whole_rows = rows / kN * kN;
  for (size_t c0 = 0; c0 < cols; c0 += kStrip) {
    const size_t strip = cols - c0 < kStrip ? cols - c0 : kStrip;
    const size_t whole_cols = strip / kN * kN;
    char* to = dst + static_cast<ptrdiff_t>(c0) * dst_bytes;
    const char* from = src + static_cast<ptrdiff_t>(c0) * kSize;
    for (size_t r = 0; r < whole_rows; r += kN) {
      for (size_t c = 0; c < whole_cols; c += kN) {
        TransposeBlock<T>(to + static_cast<ptrdiff_t>(c) * dst_bytes + static_cast<ptrdiff_t>(r) * kSize, dst_bytes,
                          from + static_cast<ptrdiff_t>(r) * src_bytes + static_cast<ptrdiff_t>(c) * kSize, src_bytes);
      }
    }
    TransposeScalar<T>(to + static_cast<ptrdiff_t>(whole_cols) * dst_bytes, dst_bytes,
                       from + static_cast<ptrdiff_t>(whole_cols) * kSize, src_bytes, whole_rows, strip - whole_cols);
    TransposeScalar<T>(to + static_cast<ptrdiff_t>(whole_rows) * kSize, dst_bytes,
                       from + static_cast<ptrdiff_t>(whole_rows) * src_bytes, src_bytes, rows - whole_rows, strip);
  }
}

// Calls f with a value of the type that has the element's size.
template <class F>
void WithSize(size_t element_size, F&& f) {
  switch (element_size) {
    case 1:
      f(uint8_t{});
      break;
    case 2:
      f(uint16_t{});
      break;
    case 4:
      f(uint32_t{});
      break;
    case 8:
      f(uint64_t{});
      break;
    case 16:
      f(Bytes16{});
      break;
    default:
      break;
  }
}

// Rows of kChunk to 2 * kChunk bytes: the first and the last kChunk, which may overlap.
template <size_t kChunk>
void CopyRowsByEnds(char* dst, ptrdiff_t dst_stride, const char* src, ptrdiff_t src_stride, size_t rows, size_t bytes) {
  const size_t tail = bytes - kChunk;
  for (; rows > 0; --rows, dst += dst_stride, src += src_stride) {
    char first[kChunk], last[kChunk];
    std::memcpy(first, src, kChunk);
    std::memcpy(last, src + tail, kChunk);
    std::memcpy(dst, first, kChunk);
    std::memcpy(dst + tail, last, kChunk);
  }
}

}  // namespace

void CopyRows(void* dst, ptrdiff_t dst_stride, const void* src, ptrdiff_t src_stride, size_t rows, size_t bytes) {
  char* to = static_cast<char*>(dst);
  const char* from = static_cast<const char*>(src);
  const auto by_ends = bytes >= 32   ? &CopyRowsByEnds<32>
                       : bytes >= 16 ? &CopyRowsByEnds<16>
                       : bytes >= 8  ? &CopyRowsByEnds<8>
                       : bytes >= 4  ? &CopyRowsByEnds<4>
                       : bytes >= 2  ? &CopyRowsByEnds<2>
                                     : &CopyRowsByEnds<1>;
  if (bytes == 0) return;
  if (bytes <= 64) return by_ends(to, dst_stride, from, src_stride, rows, bytes);
  for (; rows > 0; --rows, to += dst_stride, from += src_stride) std::memcpy(to, from, bytes);
}

void Transpose2d(void* dst, ptrdiff_t dst_stride, const void* src, ptrdiff_t src_stride, size_t rows, size_t cols,
                 size_t element_size) {
  char* to = static_cast<char*>(dst);
  const char* from = static_cast<const char*>(src);
  WithSize(element_size, [&]<class T>(T) {
    if constexpr (sizeof(T) == 16) {
      TransposeScalar<T>(to, dst_stride * 16, from, src_stride * 16, rows, cols);
    } else {
      Transpose<T>(to, dst_stride, from, src_stride, rows, cols);
    }
  });
}

void CopyFromStrided(void* dst, const void* src, ptrdiff_t stride, size_t n, size_t element_size) {
  if (n == 0) return;
  if (stride == 1) {
    std::memcpy(dst, src, n * element_size);
    return;
  }
  if (stride == 0) {
    Fill(dst, src, n, element_size);
    return;
  }
  WithSize(element_size, [&]<class T>(T) {
    char* to = static_cast<char*>(dst);
    const char* from = static_cast<const char*>(src);
    const ptrdiff_t step = stride * static_cast<ptrdiff_t>(sizeof(T));
    for (size_t i = 0; i < n; ++i) Write(to + i * sizeof(T), Read<T>(from + static_cast<ptrdiff_t>(i) * step));
  });
}

void CopyToStrided(void* dst, ptrdiff_t stride, const void* src, size_t n, size_t element_size) {
  if (n == 0) return;
  if (stride == 1) {
    std::memcpy(dst, src, n * element_size);
    return;
  }
  WithSize(element_size, [&]<class T>(T) {
    char* to = static_cast<char*>(dst);
    const char* from = static_cast<const char*>(src);
    const ptrdiff_t step = stride * static_cast<ptrdiff_t>(sizeof(T));
    for (size_t i = 0; i < n; ++i) Write(to + static_cast<ptrdiff_t>(i) * step, Read<T>(from + i * sizeof(T)));
  });
}

void Fill(void* dst, const void* value, size_t n, size_t element_size) {
  if (n == 0) return;
  WithSize(element_size, [&]<class T>(T) {
    const T v = Read<T>(static_cast<const char*>(value));
    char* to = static_cast<char*>(dst);
    if constexpr (sizeof(T) == 1) {
      std::memset(to, v, n);
    } else {
      for (size_t i = 0; i < n; ++i) Write(to + i * sizeof(T), v);
    }
  });
}

void GatherRow(void* dst, const void* src, const int32_t* index, size_t n, size_t element_size) {
  WithSize(element_size, [&]<class T>(T) {
    char* to = static_cast<char*>(dst);
    const char* from = static_cast<const char*>(src);
    for (size_t i = 0; i < n; ++i)
      Write(to + i * sizeof(T), Read<T>(from + static_cast<ptrdiff_t>(index[i]) * static_cast<ptrdiff_t>(sizeof(T))));
  });
}

}  // namespace kante::kernels
HWY_AFTER_NAMESPACE();
