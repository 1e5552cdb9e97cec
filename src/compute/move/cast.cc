// SPDX-License-Identifier: MIT
#include "compute/move/cast.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "compute/move/packed_bits.h"
#include "kernels/convert.h"

namespace kante::core {
namespace {

constexpr int64_t kBlock = 512;

template <typename To, typename From>
void Convert(To* to, const From* from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
}

template <typename To, typename From>
void LoadAs(To* to, const std::byte* from, int64_t n) {
  Convert(to, reinterpret_cast<const From*>(from), n);
}

// --- loads: to float32 (float types), float64, and 64-bit integers (unsigned ones keep their bits)

void LoadFloats(float* to, ElementType type, const std::byte* from, int64_t n) {
  const auto count = static_cast<size_t>(n);
  switch (type) {
    case ElementType::kFloat32:
      std::memcpy(to, from, count * 4);
      break;
    case ElementType::kFloat16:
      kernels::F16ToF32(to, reinterpret_cast<const uint16_t*>(from), count);
      break;
    case ElementType::kBfloat16:
      kernels::Bf16ToF32(to, reinterpret_cast<const uint16_t*>(from), count);
      break;
    default:
      for (int64_t i = 0; i < n; ++i) to[i] = DecodeMiniFloat(type, static_cast<uint8_t>(from[i]));
  }
}

void LoadInts(int64_t* to, ElementType type, const std::byte* from, int64_t n) {
  switch (type) {
    case ElementType::kInt8:
      return LoadAs<int64_t, int8_t>(to, from, n);
    case ElementType::kInt16:
      return LoadAs<int64_t, int16_t>(to, from, n);
    case ElementType::kInt32:
      return LoadAs<int64_t, int32_t>(to, from, n);
    case ElementType::kUint16:
      return LoadAs<int64_t, uint16_t>(to, from, n);
    case ElementType::kUint32:
      return LoadAs<int64_t, uint32_t>(to, from, n);
    case ElementType::kInt64:
    case ElementType::kUint64:
      std::memcpy(to, from, static_cast<size_t>(n) * 8);
      return;
    case ElementType::kInt4:
    case ElementType::kInt2: {  // unpacked before; the sign is in the top bit of the field
      const int sign = type == ElementType::kInt4 ? 8 : 2;
      for (int64_t i = 0; i < n; ++i) to[i] = (static_cast<int>(from[i]) ^ sign) - sign;
      return;
    }
    case ElementType::kBool:
      for (int64_t i = 0; i < n; ++i) to[i] = from[i] != std::byte{0};
      return;
    default:
      return LoadAs<int64_t, uint8_t>(to, from, n);  // uint8 and unpacked uint4, uint2
  }
}

// --- stores

// Saturates to the 64-bit range; the bits of a value above INT64_MAX are those of uint64.
template <typename F>
int64_t ToInt64(F v) {
  if (v >= static_cast<F>(0x1p63))
    return v >= static_cast<F>(0x1p64) ? -1 : static_cast<int64_t>(static_cast<uint64_t>(v));
  if (v < static_cast<F>(-0x1p63)) return INT64_MIN;
  return v == v ? static_cast<int64_t>(v) : 0;
}
inline int64_t ToInt64(int64_t v) { return v; }
inline int64_t ToInt64(uint64_t v) { return static_cast<int64_t>(v); }

// As ToInt64 where the target is signed: nothing above INT64_MAX.
template <typename F>
int64_t ToSigned64(F v) {
  return v >= static_cast<F>(0x1p63) ? INT64_MAX : ToInt64(v);
}
inline int64_t ToSigned64(int64_t v) { return v; }
inline int64_t ToSigned64(uint64_t v) { return static_cast<int64_t>(v); }

template <typename F>
int32_t ToInt32(F v) {
  if (v >= static_cast<F>(0x1p31)) return INT32_MAX;
  if (v < static_cast<F>(-0x1p31)) return INT32_MIN;
  return v == v ? static_cast<int32_t>(v) : 0;
}
inline int32_t ToInt32(int64_t v) { return static_cast<int32_t>(v); }
inline int32_t ToInt32(uint64_t v) { return static_cast<int32_t>(v); }

// float32 on the way to something narrower: rounded to odd, so that the second rounding is as good as one.
inline float ToNarrowable(float v) { return v; }
inline float ToNarrowable(double v) {
  const auto f = static_cast<float>(v);
  if (static_cast<double>(f) == v || v != v || std::isinf(f)) return f;
  auto bits = std::bit_cast<uint32_t>(f);
  if (bits & 1) return f;
  // The neighbour on the other side of v has the odd mantissa.
  bits += (std::fabs(static_cast<double>(f)) < std::fabs(v)) ? 1 : -1;
  return std::bit_cast<float>(bits);
}
inline float ToNarrowable(int64_t v) {  // above 2^53 the sticky bit keeps what double would lose
  if (v > -(int64_t{1} << 53) && v < (int64_t{1} << 53)) return ToNarrowable(static_cast<double>(v));
  return ToNarrowable(static_cast<double>((v & ~int64_t{0xfff}) | ((v & 0xfff) ? 0x800 : 0)));
}
inline float ToNarrowable(uint64_t v) {
  if (v < (uint64_t{1} << 53)) return ToNarrowable(static_cast<double>(v));
  return ToNarrowable(static_cast<double>((v & ~uint64_t{0xfff}) | ((v & 0xfff) ? 0x800 : 0)));
}

template <typename To, typename F>
void StoreLow(std::byte* to, const F* v, int64_t n) {
  auto* y = reinterpret_cast<To*>(to);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<To>(ToInt32(v[i]));
}

template <typename F>
void Store(ElementType type, std::byte* to, const F* v, int64_t n, const CastRules& rules) {
  switch (type) {
    case ElementType::kFloat32:
      return Convert(reinterpret_cast<float*>(to), v, n);
    case ElementType::kFloat64:
      return Convert(reinterpret_cast<double*>(to), v, n);
    case ElementType::kBool:
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<std::byte>(v[i] != 0);
      return;
    case ElementType::kInt64:
      for (int64_t i = 0; i < n; ++i) reinterpret_cast<int64_t*>(to)[i] = ToSigned64(v[i]);
      return;
    case ElementType::kUint64:
      for (int64_t i = 0; i < n; ++i) reinterpret_cast<int64_t*>(to)[i] = ToInt64(v[i]);
      return;
    case ElementType::kInt32:
      return StoreLow<int32_t>(to, v, n);
    case ElementType::kUint32:
      for (int64_t i = 0; i < n; ++i) reinterpret_cast<uint32_t*>(to)[i] = static_cast<uint32_t>(ToInt64(v[i]));
      return;
    case ElementType::kInt16:
    case ElementType::kUint16:
      return StoreLow<uint16_t>(to, v, n);
    case ElementType::kFloat16:
    case ElementType::kBfloat16: {
      float narrow[kBlock];
      for (int64_t i = 0; i < n; ++i) narrow[i] = ToNarrowable(v[i]);
      auto* y = reinterpret_cast<uint16_t*>(to);
      const auto count = static_cast<size_t>(n);
      type == ElementType::kFloat16 ? kernels::F32ToF16(y, narrow, count) : kernels::F32ToBf16(y, narrow, count);
      return;
    }
    default:
      if (!IsFloat(type)) return StoreLow<uint8_t>(to, v, n);  // int8, uint8; 4 and 2 bits are packed afterwards
      for (int64_t i = 0; i < n; ++i) {
        to[i] = static_cast<std::byte>(EncodeMiniFloat(type, ToNarrowable(v[i]), rules.saturate, rules.rounding));
      }
  }
}

// Masks: one byte an element, 0 or not.
void LoadBools(float* to, const std::byte* from, int64_t n) {
  constexpr int64_t kStep = 16;  // a constant, and bytes that nothing aliases, for the compiler to make vectors of
  int64_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    uint8_t bytes[kStep];
    float floats[kStep];
    std::memcpy(bytes, from + i, sizeof(bytes));
    for (int64_t j = 0; j < kStep; ++j) floats[j] = bytes[j] != 0 ? 1.0f : 0.0f;
    std::memcpy(to + i, floats, sizeof(floats));
  }
  for (; i < n; ++i) to[i] = from[i] != std::byte{0} ? 1.0f : 0.0f;
}

// Conversions between two whole-byte types without an intermediate; false: not one of the frequent pairs.
bool CastDirect(ElementType to_type, std::byte* to, ElementType from_type, const std::byte* from, int64_t n) {
  const auto is = [&](ElementType f, ElementType t) { return from_type == f && to_type == t; };
  const auto count = static_cast<size_t>(n);
  if (is(ElementType::kFloat16, ElementType::kFloat32)) {
    kernels::F16ToF32(reinterpret_cast<float*>(to), reinterpret_cast<const uint16_t*>(from), count);
  } else if (is(ElementType::kFloat32, ElementType::kFloat16)) {
    kernels::F32ToF16(reinterpret_cast<uint16_t*>(to), reinterpret_cast<const float*>(from), count);
  } else if (is(ElementType::kBfloat16, ElementType::kFloat32)) {
    kernels::Bf16ToF32(reinterpret_cast<float*>(to), reinterpret_cast<const uint16_t*>(from), count);
  } else if (is(ElementType::kFloat32, ElementType::kBfloat16)) {
    kernels::F32ToBf16(reinterpret_cast<uint16_t*>(to), reinterpret_cast<const float*>(from), count);
  } else if (is(ElementType::kInt32, ElementType::kInt64)) {
    LoadAs<int64_t, int32_t>(reinterpret_cast<int64_t*>(to), from, n);
  } else if (is(ElementType::kInt64, ElementType::kInt32)) {
    LoadAs<int32_t, int64_t>(reinterpret_cast<int32_t*>(to), from, n);
  } else if (is(ElementType::kInt32, ElementType::kFloat32)) {
    LoadAs<float, int32_t>(reinterpret_cast<float*>(to), from, n);
  } else if (is(ElementType::kBool, ElementType::kFloat32)) {
    LoadBools(reinterpret_cast<float*>(to), from, n);
  } else if (is(ElementType::kUint8, ElementType::kFloat32)) {
    LoadAs<float, uint8_t>(reinterpret_cast<float*>(to), from, n);
  } else {
    return false;
  }
  return true;
}

// At most kBlock elements; packed ones are one to a byte here.
void CastBlock(ElementType to_type, std::byte* to, ElementType from_type, const std::byte* from, int64_t n,
               const CastRules& rules) {
  if (from_type == ElementType::kFloat64) {
    Store(to_type, to, reinterpret_cast<const double*>(from), n, rules);
  } else if (IsFloat(from_type)) {
    float block[kBlock];
    LoadFloats(block, from_type, from, n);
    Store(to_type, to, block, n, rules);
  } else {
    int64_t block[kBlock];
    LoadInts(block, from_type, from, n);
    if (from_type == ElementType::kUint64) {
      Store(to_type, to, reinterpret_cast<const uint64_t*>(block), n, rules);
    } else {
      Store(to_type, to, block, n, rules);
    }
  }
}

}  // namespace

bool IsCastable(ElementType type) {
  return IsValid(type) && type != ElementType::kString && type != ElementType::kComplex64 &&
         type != ElementType::kComplex128;
}

void CastRange(ElementType to_type, std::byte* to, ElementType from_type, const std::byte* from, int64_t count,
               const CastRules& rules) {
  if (CastDirect(to_type, to, from_type, from, count)) return;
  const int64_t to_bits = BitsOf(to_type);
  const int64_t from_bits = BitsOf(from_type);
  std::byte unpacked[kBlock];
  std::byte packed[kBlock];
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t n = std::min(kBlock, count - at);
    const std::byte* x = from + at * from_bits / 8;
    std::byte* y = to + at * to_bits / 8;
    if (from_bits < 8) {
      UnpackBits(reinterpret_cast<uint8_t*>(unpacked), x, n, static_cast<int>(from_bits));
      x = unpacked;
    }
    CastBlock(to_type, to_bits < 8 ? packed : y, from_type, x, n, rules);
    if (to_bits < 8) PackBits(y, reinterpret_cast<const uint8_t*>(packed), n, static_cast<int>(to_bits));
  }
}

}  // namespace kante::core
