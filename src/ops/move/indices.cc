// SPDX-License-Identifier: MIT
#include "ops/move/indices.h"

namespace kante::core {
namespace {

Result<std::span<int64_t>> Widen(RunContext& c, const Tensor& t) {
  const int64_t n = t.elements();
  KANTE_TRY(std::byte * memory, c.Scratch(n * 8));
  auto* to = reinterpret_cast<int64_t*>(memory);
  if (t.type() == ElementType::kInt64) {
    for (int64_t i = 0; i < n; ++i) to[i] = t.data<int64_t>()[i];
  } else if (t.type() == ElementType::kInt32) {
    for (int64_t i = 0; i < n; ++i) to[i] = t.data<int32_t>()[i];
  } else {
    return InvalidArgument("indices must be int32 or int64, not ", NameOf(t.type()));
  }
  return std::span<int64_t>(to, static_cast<size_t>(n));
}

}  // namespace

Result<std::span<const int64_t>> ReadIndices(RunContext& c, const Tensor& indices, int64_t size) {
  KANTE_TRY(const std::span<int64_t> list, Widen(c, indices));
  for (int64_t& index : list) {
    if (index < -size || index >= size)
      return InvalidArgument("index ", index, " outside [", -size, ", ", size - 1, "]");
    if (index < 0) index += size;
  }
  return std::span<const int64_t>(list);
}

Result<std::span<const int64_t>> ReadInts(RunContext& c, const Tensor& values) {
  KANTE_TRY(const std::span<int64_t> list, Widen(c, values));
  return std::span<const int64_t>(list);
}

}  // namespace kante::core
