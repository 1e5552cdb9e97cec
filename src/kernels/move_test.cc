// SPDX-License-Identifier: MIT
#include "kernels/move.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

using Bytes = TightBuffer<uint8_t>;

Bytes RandomBytes(size_t n, size_t offset, uint64_t seed) {
  Bytes b(n, offset);
  Random random(seed);
  for (uint8_t& v : b) v = static_cast<uint8_t>(random.Next());
  return b;
}

TEST(Move, TransposeOfEverySize) {
  for (size_t size : {1u, 2u, 4u, 8u, 16u}) {
    for (size_t rows : {0u, 1u, 3u, 4u, 7u, 8u, 16u, 17u, 33u, 70u}) {
      for (size_t cols : {0u, 1u, 2u, 5u, 8u, 15u, 16u, 31u, 66u, 130u}) {
        const size_t src_stride = cols + rows % 3, dst_stride = rows + cols % 2;
        const Bytes src = RandomBytes(rows ? ((rows - 1) * src_stride + cols) * size : 0, 1, rows * 100 + cols);
        Bytes dst(cols ? ((cols - 1) * dst_stride + rows) * size : 0, 3);
        Transpose2d(dst.data(), static_cast<ptrdiff_t>(dst_stride), src.data(), static_cast<ptrdiff_t>(src_stride),
                    rows, cols, size);
        for (size_t r = 0; r < rows; ++r) {
          for (size_t c = 0; c < cols; ++c) {
            ASSERT_EQ(0, std::memcmp(dst.data() + (c * dst_stride + r) * size, src.data() + (r * src_stride + c) * size,
                                     size))
                << size << " bytes, " << rows << " x " << cols << " at " << r << ", " << c;
          }
        }
        // What lies between the rows stays.
        for (size_t c = 0; c + 1 < cols; ++c) {
          for (size_t b = rows * size; b < dst_stride * size; ++b) ASSERT_EQ(dst[c * dst_stride * size + b], 0x5a);
        }
      }
    }
  }
}

TEST(Move, StridedCopies) {
  for (size_t size : {1u, 2u, 4u, 8u, 16u}) {
    for (ptrdiff_t stride : {-3, -1, 0, 1, 2, 5}) {
      for (size_t n : {0u, 1u, 2u, 17u, 40u}) {
        const ptrdiff_t last = n ? static_cast<ptrdiff_t>(n - 1) * stride : 0;
        const size_t span = n ? static_cast<size_t>(last < 0 ? -last : last) + 1 : 0;
        const Bytes src = RandomBytes(span * size, 1, n);
        const uint8_t* first = src.data() + (last < 0 ? static_cast<size_t>(-last) * size : 0);
        Bytes dst(n * size, 5);
        CopyFromStrided(dst.data(), first, stride, n, size);
        for (size_t i = 0; i < n; ++i) {
          ASSERT_EQ(0, std::memcmp(dst.data() + i * size,
                                   first + static_cast<ptrdiff_t>(i) * stride * static_cast<ptrdiff_t>(size), size));
        }
        if (stride == 0) continue;
        Bytes back(span * size, 1);
        uint8_t* back_first = back.data() + (first - src.data());
        CopyToStrided(back_first, stride, dst.data(), n, size);
        for (size_t i = 0; i < n; ++i) {
          const ptrdiff_t at = static_cast<ptrdiff_t>(i) * stride * static_cast<ptrdiff_t>(size);
          ASSERT_EQ(0, std::memcmp(back_first + at, first + at, size));
        }
      }
    }
  }
}

TEST(Move, RowsOfEveryLength) {
  for (size_t bytes = 0; bytes <= 70; ++bytes) {
    for (size_t rows : {0u, 1u, 5u}) {
      const size_t from_stride = bytes + 3, to_stride = bytes + 1;
      const Bytes src = RandomBytes(rows * from_stride, 1, bytes);
      Bytes dst(rows * to_stride, 5);
      std::fill(dst.begin(), dst.end(), uint8_t{5});
      CopyRows(dst.data(), static_cast<ptrdiff_t>(to_stride), src.data(), static_cast<ptrdiff_t>(from_stride), rows,
               bytes);
      for (size_t r = 0; r < rows; ++r) {
        ASSERT_EQ(0, std::memcmp(dst.data() + r * to_stride, src.data() + r * from_stride, bytes)) << bytes;
        ASSERT_EQ(dst.data()[r * to_stride + bytes], 5) << bytes;  // nothing behind the row
      }
    }
  }
}

TEST(Move, FillAndGather) {
  for (size_t size : {1u, 2u, 4u, 8u, 16u}) {
    const Bytes src = RandomBytes(10 * size, 1, size);
    const int32_t index[] = {9, 0, 3, 3, 7};
    Bytes dst(5 * size, 1);
    GatherRow(dst.data(), src.data(), index, 5, size);
    for (size_t i = 0; i < 5; ++i) {
      ASSERT_EQ(0, std::memcmp(dst.data() + i * size, src.data() + static_cast<size_t>(index[i]) * size, size));
    }
    Fill(dst.data(), src.data() + size, 5, size);
    for (size_t i = 0; i < 5; ++i) ASSERT_EQ(0, std::memcmp(dst.data() + i * size, src.data() + size, size));
  }
}

}  // namespace
}  // namespace kante::kernels
