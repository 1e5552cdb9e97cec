// SPDX-License-Identifier: MIT
// The 26 element types of ONNX and what they weigh.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kante::core {

// Values are those of ONNX's TensorProto.DataType.
enum class ElementType : uint8_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};
inline constexpr int kElementTypeCount = 27;  // kUndefined included

constexpr bool IsValid(ElementType t) { return t > ElementType::kUndefined && static_cast<int>(t) < kElementTypeCount; }

// Bits of one element; sub-byte types are packed low bits first. Strings: 8 * sizeof(std::string). 0 for kUndefined.
int BitsOf(ElementType type);
// "float32", "int4", "string"...: numpy's spelling where it has one.
std::string_view NameOf(ElementType type);
std::optional<ElementType> ElementTypeOfName(std::string_view name);

constexpr bool IsFloat(ElementType t) {
  return t == ElementType::kFloat32 || t == ElementType::kFloat64 || t == ElementType::kFloat16 ||
         t == ElementType::kBfloat16 || (t >= ElementType::kFloat8E4M3FN && t <= ElementType::kFloat8E5M2FNUZ) ||
         t == ElementType::kFloat4E2M1 || t == ElementType::kFloat8E8M0;
}
constexpr bool IsSubByte(ElementType t) {
  return t == ElementType::kUint4 || t == ElementType::kInt4 || t == ElementType::kFloat4E2M1 ||
         t == ElementType::kUint2 || t == ElementType::kInt2;
}

// Storage forms of the types C++ has no name for. Bits only; conversions are in convert.h.
struct Float16 {
  uint16_t bits;
};
struct Bfloat16 {
  uint16_t bits;
};

// The element type of a C++ type: ElementTypeFor<float> == kFloat32.
template <typename T>
inline constexpr ElementType ElementTypeFor = ElementType::kUndefined;
template <>
inline constexpr ElementType ElementTypeFor<float> = ElementType::kFloat32;
template <>
inline constexpr ElementType ElementTypeFor<double> = ElementType::kFloat64;
template <>
inline constexpr ElementType ElementTypeFor<uint8_t> = ElementType::kUint8;
template <>
inline constexpr ElementType ElementTypeFor<int8_t> = ElementType::kInt8;
template <>
inline constexpr ElementType ElementTypeFor<uint16_t> = ElementType::kUint16;
template <>
inline constexpr ElementType ElementTypeFor<int16_t> = ElementType::kInt16;
template <>
inline constexpr ElementType ElementTypeFor<uint32_t> = ElementType::kUint32;
template <>
inline constexpr ElementType ElementTypeFor<int32_t> = ElementType::kInt32;
template <>
inline constexpr ElementType ElementTypeFor<uint64_t> = ElementType::kUint64;
template <>
inline constexpr ElementType ElementTypeFor<int64_t> = ElementType::kInt64;
template <>
inline constexpr ElementType ElementTypeFor<bool> = ElementType::kBool;
template <>
inline constexpr ElementType ElementTypeFor<Float16> = ElementType::kFloat16;
template <>
inline constexpr ElementType ElementTypeFor<Bfloat16> = ElementType::kBfloat16;

}  // namespace kante::core
