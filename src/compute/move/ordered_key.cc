// SPDX-License-Identifier: MIT
#include "compute/move/ordered_key.h"

#include <type_traits>

namespace kante::core {
namespace {

// Bits of a float: sign and magnitude to an unsigned order.
template <typename U>
uint64_t FloatKey(U bits, U infinity) {
  constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
  const U magnitude = bits & static_cast<U>(~kSign);
  if (magnitude > infinity) return ~uint64_t{0};
  if (magnitude == 0) return kSign;
  return bits & kSign ? static_cast<U>(~bits) : static_cast<U>(bits | kSign);
}

template <typename U>
void FloatKeys(uint64_t* keys, const std::byte* from, int64_t stride, int64_t count, U infinity) {
  const auto* x = reinterpret_cast<const U*>(from);
  for (int64_t i = 0; i < count; ++i) keys[i] = FloatKey<U>(x[i * stride], infinity);
}

template <typename T>
void IntKeys(uint64_t* keys, const std::byte* from, int64_t stride, int64_t count) {
  const auto* x = reinterpret_cast<const T*>(from);
  constexpr uint64_t kFlip = std::is_signed_v<T> ? uint64_t{1} << 63 : 0;
  for (int64_t i = 0; i < count; ++i) {
    keys[i] = static_cast<uint64_t>(std::is_signed_v<T> ? static_cast<int64_t>(x[i * stride]) : x[i * stride]) ^ kFlip;
  }
}

}  // namespace

void OrderedKeys(uint64_t* keys, ElementType type, const std::byte* from, int64_t stride, int64_t count) {
  switch (type) {
    case ElementType::kFloat32:
      return FloatKeys<uint32_t>(keys, from, stride, count, 0x7f800000);
    case ElementType::kFloat64:
      return FloatKeys<uint64_t>(keys, from, stride, count, 0x7ff0000000000000);
    case ElementType::kFloat16:
      return FloatKeys<uint16_t>(keys, from, stride, count, 0x7c00);
    case ElementType::kBfloat16:
      return FloatKeys<uint16_t>(keys, from, stride, count, 0x7f80);
    case ElementType::kInt8:
      return IntKeys<int8_t>(keys, from, stride, count);
    case ElementType::kInt16:
      return IntKeys<int16_t>(keys, from, stride, count);
    case ElementType::kInt32:
      return IntKeys<int32_t>(keys, from, stride, count);
    case ElementType::kInt64:
      return IntKeys<int64_t>(keys, from, stride, count);
    case ElementType::kUint16:
      return IntKeys<uint16_t>(keys, from, stride, count);
    case ElementType::kUint32:
      return IntKeys<uint32_t>(keys, from, stride, count);
    case ElementType::kUint64:
      return IntKeys<uint64_t>(keys, from, stride, count);
    default:
      return IntKeys<uint8_t>(keys, from, stride, count);
  }
}

}  // namespace kante::core
