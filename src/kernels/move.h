// SPDX-License-Identifier: MIT
//
// Data movement by element size: 1, 2, 4, 8 or 16 bytes. Strides are in elements, may be negative or zero on the source
// side. Sources and destinations must not overlap and need no alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

/// dst[c * dst_stride + r] = src[r * src_stride + c], r < rows, c < cols. Blocked for caches and vectorised for 1, 2, 4
/// and 8 bytes.
void Transpose2d(void* dst, ptrdiff_t dst_stride, const void* src, ptrdiff_t src_stride, size_t rows, size_t cols,
                 size_t element_size);

/// dst[i] = src[i * stride], i < n.
void CopyFromStrided(void* dst, const void* src, ptrdiff_t stride, size_t n, size_t element_size);

/// dst[i * stride] = src[i], i < n.
void CopyToStrided(void* dst, ptrdiff_t stride, const void* src, size_t n, size_t element_size);

/// Rows of `bytes` bytes each, dense in themselves; strides in bytes. For short rows: up to 64 bytes two moves each.
void CopyRows(void* dst, ptrdiff_t dst_stride, const void* src, ptrdiff_t src_stride, size_t rows, size_t bytes);

/// dst[i] = value, i < n.
void Fill(void* dst, const void* value, size_t n, size_t element_size);

/// dst[i] = src[index[i]], i < n; the caller has checked the indices.
void GatherRow(void* dst, const void* src, const int32_t* index, size_t n, size_t element_size);

}  // namespace kante::kernels
