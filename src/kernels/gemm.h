// SPDX-License-Identifier: MIT
//
// C (m x n) = A (m x k) * B (k x n) in f32: packing and the block kernels. Blocking for caches and threads belongs to
// the driver.
//
// A is read in place: row-major, k contiguous, any leading dimension, any alignment. PackA makes such a matrix from any
// strides; copying also helps when lda * 4 bytes is a multiple of 4096. B is packed in panels of nr columns: panel p
// holds columns [p * nr, p * nr + nr) as k rows of nr floats, zero beyond column n, panels one after the other: [ceil(n
// / nr)][k][nr]. Rows [k0, k1) of a panel are contiguous, so a driver blocks over k by moving the pointer and keeping
// the panel stride.
//
// Order of additions: every element of C is one chain over ascending k (GemmBlock) no matter in which tile or block it
// lies, so any split of m and n (at panel bounds) gives the same bits. The last column of a last panel that has one
// more than whole vectors is a chain for each lane instead, likewise wherever it is computed. A split of k changes the
// bits: choose it from the shape alone. Packed layout depends on the target (nr): key packed weights by GemmTile().
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/activation.h"

namespace kante::kernels {

/// Register tile of the current target. Give threads whole panels (nr columns) and, for speed, multiples of mr rows.
struct GemmTileShape {
  size_t mr;
  size_t nr;
};
GemmTileShape GemmTile();

/// Floats that the packed form of a k x n matrix takes. The caller checks that k * n is sane.
size_t PackedBSize(size_t k, size_t n);

/// Floats between two rows that PackA would choose for a k: at least k, away from powers of two.
size_t PackedALd(size_t k);

/// dst[i * ldd + kk] = A(i, kk), A(i, kk) at byte address src + 4 * (i * row_stride + kk * col_stride). The source need
/// not be aligned to 4 bytes. Strides are in elements and may be anything.
void PackA(float* dst, size_t ldd, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t m, size_t k);

/// Packs columns [n0, n1) (n0 a multiple of nr; n1 a multiple of nr or n itself) of the k x n matrix
/// B(kk, j) at src + 4 * (kk * row_stride + j * col_stride) into their panels; dst is the start of the whole packed
/// matrix. Row-major B: strides (n, 1). Transposed (n x k row-major): strides (1, k). Source alignment: any.
void PackB(float* dst, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t k, size_t n0, size_t n1);

/// The same with all columns [0, n), elements of 2 or 4 bytes and `panel_stride` elements from one panel to the next: k
/// rows of a taller matrix.
void PackPanels(void* dst, size_t panel_stride, const void* src, ptrdiff_t row_stride, ptrdiff_t col_stride, size_t k,
                size_t n, size_t element_size);

/// What the elements of panels are; the 16-bit floats are widened when they are read.
enum class PanelType : uint8_t { kF32, kF16, kBf16 };

struct GemmArgs {
  const float* a = nullptr;
  size_t lda = 0;
  const float* b = nullptr;   ///< first panel, at the first row of this k block
  size_t b_panel_stride = 0;  ///< floats from one panel to the next: (whole k) * nr
  float* c = nullptr;
  size_t ldc = 0;
  size_t m = 0;
  size_t n = 0;
  size_t k = 0;                        ///< 0 gives zeros (or leaves C alone when accumulating)
  bool accumulate = false;             ///< add to C instead of overwriting it
  const Epilogue* epilogue = nullptr;  ///< applied after the addition; pass it with the last k block only
  bool fetch_a = false;                ///< these rows of A were not read lately: the first panel fetches them ahead
  const float* next_b = nullptr;       ///< a panel as long as these that will be wanted next: fetched ahead

  /// k x n, row-major, or null. When set, `packed` is where `b` points: the first rows of A read the source and leave
  /// it there as panels for the others, at hardly any cost.
  const float* b_source = nullptr;
  size_t ld_source = 0;
  float* packed = nullptr;

  /// GemvBlock: panels of `type` in the place of `b`, strides in elements.
  const uint16_t* half_b = nullptr;
  PanelType type = PanelType::kF32;
};

/// One block: all m rows against all ceil(n / nr) panels. For best speed a k block of 256-1024 and m * k floats within
/// L2. C must not overlap A or B; epilogue->residual may be C only when not accumulating (C = A * B + C in place).
void GemmBlock(const GemmArgs& args);

/// The same for 1 <= m <= 4: streams B once at memory speed with prefetch; B may be 16-bit floats at `half_b`. The bits
/// differ from GemmBlock's and depend on m, so a driver chooses between the two from the shape alone and never splits m
/// here.
void GemvBlock(const GemmArgs& args);

/// c[j] = sum over kk of a[kk] * b[j * ldb + kk], j < n: a row against an unpacked transposed B (n x k row-major).
void GemvTransposed(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k);

/// c[j] (+)= sum over kk of a[kk] * b[kk * ldb + j], j < n: a row against an unpacked row-major B.
void GemvRowMajor(float* c, const float* a, const float* b, size_t ldb, size_t n, size_t k, bool accumulate);

/// sum a[i] * b[i]; the order depends on n only.
float Dot(const float* a, const float* b, size_t n);

}  // namespace kante::kernels
