// SPDX-License-Identifier: MIT
#include "compute/element_io.h"

#include <cmath>
#include <cstring>
#include <type_traits>

#include "compute/saturate.h"
#include "kernels/convert.h"

namespace kante::core {
namespace {

template <typename Wide, typename T>
void Load(Wide* dst, const void* src, int64_t n) {
  const T* from = static_cast<const T*>(src);
  for (int64_t i = 0; i < n; ++i) dst[i] = static_cast<Wide>(from[i]);
}

template <typename T, typename Wide>
T Narrow(Wide v) {
  if constexpr (std::is_same_v<T, bool>) {
    return v != 0;
  } else if constexpr (std::is_integral_v<T> && std::is_floating_point_v<Wide>) {
    return SaturateTo<T>(v);
  } else {
    return static_cast<T>(v);
  }
}

template <typename Wide, typename T>
void Store(void* dst, const Wide* src, int64_t n) {
  T* to = static_cast<T*>(dst);
  for (int64_t i = 0; i < n; ++i) to[i] = Narrow<T>(src[i]);
}

template <typename T>
void Copy(T* dst, const T* src, int64_t n) {
  if (dst != src && n > 0) std::memcpy(dst, src, static_cast<size_t>(n) * sizeof(T));
}
template <typename T>
void LoadSame(T* dst, const void* src, int64_t n) {
  Copy(dst, static_cast<const T*>(src), n);
}
template <typename T>
void StoreSame(void* dst, const T* src, int64_t n) {
  Copy(static_cast<T*>(dst), src, n);
}

using ToFloat = void (*)(float*, const uint16_t*, size_t);
using FromFloat = void (*)(uint16_t*, const float*, size_t);

template <ToFloat kConvert, typename Wide>
void LoadHalf(Wide* dst, const void* src, int64_t n) {
  if constexpr (std::is_same_v<Wide, float>) {
    kConvert(dst, static_cast<const uint16_t*>(src), static_cast<size_t>(n));
  } else {
    float tile[256];
    for (int64_t at = 0; at < n; at += 256) {
      const int64_t part = n - at < 256 ? n - at : 256;
      kConvert(tile, static_cast<const uint16_t*>(src) + at, static_cast<size_t>(part));
      for (int64_t i = 0; i < part; ++i) dst[at + i] = tile[i];
    }
  }
}

// Doubles are rounded twice on the way; the first rounding is to odd, so the second sees no false tie.
float RoundToOdd(double v) {
  const float f = static_cast<float>(v);
  if (static_cast<double>(f) == v || !(v == v) || std::isinf(f)) return f;
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  if (bits & 1) return f;
  const bool too_far = std::abs(static_cast<double>(f)) > std::abs(v);
  bits = too_far ? bits - 1 : bits + 1;
  float odd;
  std::memcpy(&odd, &bits, 4);
  return odd;
}

template <FromFloat kConvert, typename Wide>
void StoreHalf(void* dst, const Wide* src, int64_t n) {
  if constexpr (std::is_same_v<Wide, float>) {
    kConvert(static_cast<uint16_t*>(dst), src, static_cast<size_t>(n));
  } else {
    float tile[256];
    for (int64_t at = 0; at < n; at += 256) {
      const int64_t part = n - at < 256 ? n - at : 256;
      for (int64_t i = 0; i < part; ++i) tile[i] = RoundToOdd(src[at + i]);
      kConvert(static_cast<uint16_t*>(dst) + at, tile, static_cast<size_t>(part));
    }
  }
}

}  // namespace

Arithmetic ArithmeticOf(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
      return Arithmetic::kFloat;
    case ElementType::kFloat64:
      return Arithmetic::kDouble;
    case ElementType::kInt8:
    case ElementType::kInt16:
    case ElementType::kInt32:
    case ElementType::kInt64:
    case ElementType::kUint8:
    case ElementType::kUint16:
    case ElementType::kUint32:
    case ElementType::kUint64:
    case ElementType::kBool:
      return Arithmetic::kInteger;
    default:
      return Arithmetic::kNone;
  }
}

template <typename Wide>
LoadRow<Wide> GetLoadRow(ElementType type) {
  if (ElementTypeFor<Wide> == type) return &LoadSame<Wide>;
  switch (type) {
    case ElementType::kInt8:
      return &Load<Wide, int8_t>;
    case ElementType::kInt16:
      return &Load<Wide, int16_t>;
    case ElementType::kInt32:
      return &Load<Wide, int32_t>;
    case ElementType::kInt64:
      return &Load<Wide, int64_t>;
    case ElementType::kUint8:
    case ElementType::kBool:
      return &Load<Wide, uint8_t>;
    case ElementType::kUint16:
      return &Load<Wide, uint16_t>;
    case ElementType::kUint32:
      return &Load<Wide, uint32_t>;
    case ElementType::kUint64:
      return &Load<Wide, uint64_t>;
    default:
      break;
  }
  if constexpr (std::is_floating_point_v<Wide>) {
    switch (type) {
      case ElementType::kFloat32:
        return &Load<Wide, float>;
      case ElementType::kFloat64:
        return &Load<Wide, double>;
      case ElementType::kFloat16:
        return &LoadHalf<&kernels::F16ToF32, Wide>;
      case ElementType::kBfloat16:
        return &LoadHalf<&kernels::Bf16ToF32, Wide>;
      default:
        break;
    }
  }
  return nullptr;
}

template <typename Wide>
StoreRow<Wide> GetStoreRow(ElementType type) {
  if (ElementTypeFor<Wide> == type) return &StoreSame<Wide>;
  switch (type) {
    case ElementType::kInt8:
      return &Store<Wide, int8_t>;
    case ElementType::kInt16:
      return &Store<Wide, int16_t>;
    case ElementType::kInt32:
      return &Store<Wide, int32_t>;
    case ElementType::kInt64:
      return &Store<Wide, int64_t>;
    case ElementType::kUint8:
      return &Store<Wide, uint8_t>;
    case ElementType::kUint16:
      return &Store<Wide, uint16_t>;
    case ElementType::kUint32:
      return &Store<Wide, uint32_t>;
    case ElementType::kUint64:
      return &Store<Wide, uint64_t>;
    case ElementType::kBool:
      return &Store<Wide, bool>;
    default:
      break;
  }
  if constexpr (std::is_floating_point_v<Wide>) {
    switch (type) {
      case ElementType::kFloat32:
        return &Store<Wide, float>;
      case ElementType::kFloat64:
        return &Store<Wide, double>;
      case ElementType::kFloat16:
        return &StoreHalf<&kernels::F32ToF16, Wide>;
      case ElementType::kBfloat16:
        return &StoreHalf<&kernels::F32ToBf16, Wide>;
      default:
        break;
    }
  }
  return nullptr;
}

template LoadRow<float> GetLoadRow<float>(ElementType);
template LoadRow<double> GetLoadRow<double>(ElementType);
template LoadRow<int64_t> GetLoadRow<int64_t>(ElementType);
template StoreRow<float> GetStoreRow<float>(ElementType);
template StoreRow<double> GetStoreRow<double>(ElementType);
template StoreRow<int64_t> GetStoreRow<int64_t>(ElementType);

}  // namespace kante::core
