// SPDX-License-Identifier: MIT
//
// Packing is data movement: no vector code of its own, the transposed cases go through Transpose2d.
#include <cstring>

#include "kernels/gemm.h"
#include "kernels/move.h"

namespace kante::kernels {

namespace {

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
  const size_t nr = GemmTile().nr;
  if (k == 0) return;
  for (size_t j = n0; j < n1; j += nr) {
    const size_t cols = n1 - j < nr ? n1 - j : nr;
    float* panel = dst + j * k;
    const char* from = At(src, static_cast<ptrdiff_t>(j) * col_stride);
    if (cols < nr) std::memset(panel, 0, k * nr * sizeof(float));
    if (row_stride == 1 && col_stride != 1) {
      Transpose2d(panel, static_cast<ptrdiff_t>(nr), from, col_stride, cols, k, sizeof(float));
      continue;
    }
    if (col_stride == 1 && cols == nr && nr % 8 == 0) {
      for (size_t kk = 0; kk < k; ++kk) {
        const char* row = from + static_cast<ptrdiff_t>(kk) * row_stride * 4;
        for (size_t q = 0; q < nr; q += 8) {  // of a fixed size: no call
          std::memcpy(panel + kk * nr + q, row + q * sizeof(float), 8 * sizeof(float));
        }
      }
      continue;
    }
    for (size_t kk = 0; kk < k; ++kk) {
      const char* row = from + static_cast<ptrdiff_t>(kk) * row_stride * 4;
      if (col_stride == 1) {
        std::memcpy(panel + kk * nr, row, cols * sizeof(float));
      } else {
        CopyFromStrided(panel + kk * nr, row, col_stride, cols, sizeof(float));
      }
    }
  }
}

}  // namespace kante::kernels
