// SPDX-License-Identifier: MIT
#include "ops/move/index_rows.h"

#include "ops/move/indices.h"

namespace kante::core {

Result<std::span<const int64_t>> ReadOffsets(RunContext& c, const Tensor& indices, const Shape& data, int batch_dims) {
  const auto k = static_cast<int>(indices.dim(indices.rank() - 1));
  const int64_t rows = indices.shape().Product(0, indices.rank() - 1);
  const int64_t batches = data.Product(0, batch_dims);
  const int64_t batch_size = data.Product(batch_dims, data.rank());
  const int64_t rows_per_batch = batches == 0 ? 0 : rows / batches;
  KANTE_TRY(const auto list, ReadInts(c, indices));
  KANTE_TRY(std::byte * memory, c.Scratch(rows * 8));
  auto* offsets = reinterpret_cast<int64_t*>(memory);
  const auto strides = ContiguousStrides(data);
  for (int64_t r = 0; r < rows; ++r) {
    int64_t offset = rows_per_batch == 0 ? 0 : r / rows_per_batch * batch_size;
    for (int d = 0; d < k; ++d) {
      const int64_t size = data[batch_dims + d];
      int64_t index = list[static_cast<size_t>(r * k + d)];
      if (index < -size || index >= size) {
        return InvalidArgument("index ", index, " outside [", -size, ", ", size - 1, "]");
      }
      if (index < 0) index += size;
      offset += index * strides[static_cast<size_t>(batch_dims + d)];
    }
    offsets[r] = offset;
  }
  return std::span<const int64_t>(offsets, static_cast<size_t>(rows));
}

}  // namespace kante::core
