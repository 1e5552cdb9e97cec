// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tensor/element_type.h"

namespace kante::core {

// A set of element types.
struct TypeSet {
  uint32_t bits = 0;
  constexpr TypeSet() = default;
  constexpr TypeSet(std::initializer_list<ElementType> types) {
    for (ElementType t : types) bits |= uint32_t{1} << static_cast<int>(t);
  }
  constexpr bool Has(ElementType t) const { return (bits >> static_cast<int>(t)) & 1; }
  constexpr TypeSet operator|(TypeSet other) const {
    TypeSet out;
    out.bits = bits | other.bits;
    return out;
  }
};

inline constexpr TypeSet kFloat32Only{ElementType::kFloat32};
inline constexpr TypeSet kFloats{ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16,
                                 ElementType::kBfloat16};
inline constexpr TypeSet kSigned{ElementType::kInt8, ElementType::kInt16, ElementType::kInt32, ElementType::kInt64};
inline constexpr TypeSet kUnsigned{ElementType::kUint8, ElementType::kUint16, ElementType::kUint32,
                                   ElementType::kUint64};
inline constexpr TypeSet kIntegers = kSigned | kUnsigned;
inline constexpr TypeSet kNumeric = kFloats | kIntegers;
inline constexpr TypeSet kIndices{ElementType::kInt32, ElementType::kInt64};
inline constexpr TypeSet kBool{ElementType::kBool};
inline constexpr TypeSet kAnyType = [] {
  TypeSet all;
  all.bits = ((uint32_t{1} << kElementTypeCount) - 1) & ~uint32_t{1};
  return all;
}();

// The opset versions at which the meaning or the types of an operator changed, ascending.
struct Versions {
  std::array<uint8_t, 10> at{};
  int count = 0;
  constexpr Versions(std::initializer_list<int> list) {  // NOLINT: implicit on purpose
    for (int v : list) at[static_cast<size_t>(count++)] = static_cast<uint8_t>(v);
  }
  constexpr int newest() const { return at[static_cast<size_t>(count - 1)]; }
  constexpr int oldest() const { return at[0]; }
  // The version in force in a model that imports `opset`; 0 if the operator did not exist yet.
  constexpr int InForce(int opset) const {
    int found = 0;
    for (int i = 0; i < count; ++i) {
      if (at[static_cast<size_t>(i)] <= opset) found = at[static_cast<size_t>(i)];
    }
    return found;
  }
};

inline constexpr int kVariadic = 1 << 30;

// What an operator promises of float elements...
enum class FloatRule : uint8_t {
  kUnstated,
  kNone,    // it has none
  kBits,    // they are moved: NaN payloads, -0 and infinities keep every bit
  kExact,   // the result is exact: compared, chosen, a whole number
  kRounds,  // the exact result is rounded once, to nearest even
  kNative,  // computed and summed in f64 for f64, else in f32; 16-bit results are rounded once at the end
  kStored,  // as kNative, but each step is rounded to the element type
  kSingle,  // computed and summed in f32; f64 is rounded to f32 on the way in
  kDouble,  // computed and summed in f64 for every type
  kParts,   // as the operators, or the bodies, that it stands for
};
// ... and of integers.
enum class IntegerRule : uint8_t {
  kNone,
  kBits,
  kExact,
  kWrap,      // modulo 2^bits
  kSaturate,  // rounded to nearest even, then limited to the type's range
  kAsFloat,   // computed in the float type that kNative, kSingle or kDouble says
  kParts,
};
struct Numerics {
  FloatRule floats = FloatRule::kUnstated;
  IntegerRule integers = IntegerRule::kNone;
};
inline constexpr Numerics kMoves{FloatRule::kBits, IntegerRule::kBits};
inline constexpr Numerics kChooses{FloatRule::kExact, IntegerRule::kExact};
inline constexpr Numerics kBitwise{FloatRule::kNone, IntegerRule::kExact};
inline constexpr Numerics kConverts{FloatRule::kRounds, IntegerRule::kWrap};
inline constexpr Numerics kArithmetic{FloatRule::kNative, IntegerRule::kWrap};
inline constexpr Numerics kComputes{FloatRule::kNative};
inline constexpr Numerics kComputesInSingle{FloatRule::kSingle};
inline constexpr Numerics kComputesInDouble{FloatRule::kDouble};
inline constexpr Numerics kQuantizes{FloatRule::kNative, IntegerRule::kSaturate};
inline constexpr Numerics kDequantizes{FloatRule::kNative, IntegerRule::kAsFloat};
inline constexpr Numerics kAsParts{FloatRule::kParts, IntegerRule::kParts};
inline constexpr Numerics kNoNumbers{FloatRule::kNone, IntegerRule::kNone};

// What the engine must know of an operator without running it. Input sets are bit masks (bit i = input i; for variadic
// operators bit 31 stands for all inputs from 31 on).
struct OpInfo {
  std::string_view name;
  std::string_view domain = "";
  Versions versions = {1};
  int form_since = 0;  // the version since which only types were added; 0: the newest
  int min_inputs = 1;
  int max_inputs = 1;
  int min_outputs = 1;
  int max_outputs = 1;
  TypeSet types = kAnyType;  // of the inputs in `same_type`, which must all agree
  uint32_t same_type = 0b1;
  uint32_t in_place = 0;          // inputs whose memory output 0 may take when nobody else reads it
  uint32_t strided = 0;           // inputs accepted with any strides
  uint32_t shape_inputs = 0;      // inputs whose values decide output shapes
  bool commutative = false;       // the first two inputs may be exchanged
  bool stateful = false;          // draws random numbers or has effects: never folded, merged or dropped for equality
  bool value_from_shape = false;  // outputs depend on the shapes of the inputs only (Shape, Size)
  bool data_dependent = false;    // output shapes are known only once it ran (NonZero, If, Loop)
  Numerics numerics;

  constexpr bool accepts_strided(int i) const { return (strided >> (i < 31 ? i : 31)) & 1; }
  constexpr bool decides_shape(int i) const { return (shape_inputs >> (i < 31 ? i : 31)) & 1; }
  constexpr bool of_common_type(int i) const { return (same_type >> (i < 31 ? i : 31)) & 1; }
};

}  // namespace kante::core
