// SPDX-License-Identifier: MIT
//
// Packing is data movement: no vector code of its own, the transposed cases go through Transpose2d.
#include <cstring>

#include "kernels/gemm.h"
#include "kernels/move.h"

namespace kante::kernels {

namespace {

constexpr size_t kRowsTogether = 8;

const char* At(const void* src, ptrdiff_t element) { return static_cast<const char*>(src) + element * 4; }

}  // namespace

size_t PackedBSize(size_t k, size_t n) {
  const size_t nr = GemmTile().nr;
  return (n + nr - 1) / nr * nr * k;
}

size_t PackedALd(size_t k) { return (k + 15) / 16 * 16 + 16; }

void PackA(float* dst, size_t ldd, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t m, size_t k) {
  if (k == 0) return;
  if (col_stride == 1) {
    for (size_t i = 0; i < m; ++i) {
      std::memcpy(dst + i * ldd, At(src, static_cast<ptrdiff_t>(i) * row_stride), k * sizeof(float));
    }
  } else if (row_stride == 1) {
    Transpose2d(dst, static_cast<ptrdiff_t>(ldd), src, col_stride, k, m, sizeof(float));
  } else {
    for (size_t i = 0; i < m; ++i) {
      CopyFromStrided(dst + i * ldd, At(src, static_cast<ptrdiff_t>(i) * row_stride), col_stride, k, sizeof(float));
    }
  }
}

void PackB(float* dst, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t k, size_t n0, size_t n1) {
  PackPanels(dst + n0 * k, GemmTile().nr * k, At(src, static_cast<ptrdiff_t>(n0) * col_stride), row_stride, col_stride,
             k, n1 - n0, sizeof(float));
}

void PackPanels(void* dst, size_t panel_stride, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t k,
                size_t n, size_t element_size) {
  const size_t nr = GemmTile().nr, whole = n / nr, row = nr * element_size;
  const ptrdiff_t step = row_stride * static_cast<ptrdiff_t>(element_size);
  char* to = static_cast<char*>(dst);
  const char* from = static_cast<const char*>(src);
  if (k == 0) return;
  if (n % nr != 0) {
    char* panel = to + whole * panel_stride * element_size;
    for (size_t kk = 0; kk < k; ++kk) std::memset(panel + kk * row, 0, row);
  }
  if (row_stride == 1 && col_stride != 1) {
    for (size_t j = 0; j < n; j += nr) {
      Transpose2d(to + j / nr * panel_stride * element_size, static_cast<ptrdiff_t>(nr),
                  from + static_cast<ptrdiff_t>(j) * col_stride * static_cast<ptrdiff_t>(element_size), col_stride,
                  n - j < nr ? n - j : nr, k, element_size);
    }
    return;
  }
  if (col_stride == 1 && row % 16 == 0) {
    // A few rows at once: what is read lies together, and so does enough of what is written.
    for (size_t k0 = 0; k0 < k; k0 += kRowsTogether) {
      const size_t k1 = k - k0 < kRowsTogether ? k : k0 + kRowsTogether;
      for (size_t p = 0; p < whole; ++p) {
        for (size_t kk = k0; kk < k1; ++kk) {
          char* out = to + (p * panel_stride + kk * nr) * element_size;
          const char* in = from + static_cast<ptrdiff_t>(kk) * step + p * row;
          for (size_t q = 0; q < row; q += 16) std::memcpy(out + q, in + q, 16);  // of a fixed size: no call
        }
      }
    }
  }
  for (size_t j = col_stride == 1 && row % 16 == 0 ? whole * nr : 0; j < n; j += nr) {
    char* panel = to + j / nr * panel_stride * element_size;
    for (size_t kk = 0; kk < k; ++kk) {
      CopyFromStrided(panel + kk * row,
                      from + static_cast<ptrdiff_t>(kk) * step +
                          static_cast<ptrdiff_t>(j) * col_stride * static_cast<ptrdiff_t>(element_size),
                      col_stride, n - j < nr ? n - j : nr, element_size);
    }
  }
}

}  // namespace kante::kernels
