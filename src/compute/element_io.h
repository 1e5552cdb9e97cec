// SPDX-License-Identifier: MIT
// Rows of any arithmetic element type to and from the types that arithmetic computes in: float, double, int64_t.
#pragma once

#include <cstdint>

#include "tensor/element_type.h"

namespace kante::core {

// The type that an element type is computed in: f16 and bf16 in float, integers and bool in int64 (uint64 by its bits).
enum class Arithmetic : uint8_t { kNone, kFloat, kDouble, kInteger };
Arithmetic ArithmeticOf(ElementType type);

// dst[i] = src[i], i < n. Rows must not overlap unless both types are the same.
template <typename Wide>
using LoadRow = void (*)(Wide* dst, const void* src, int64_t n);
template <typename Wide>
using StoreRow = void (*)(void* dst, const Wide* src, int64_t n);

// Null where a type has no such form. Wide = float: the 16-bit floats, f32, f64, integers up to 64 bits, bool.
// double: the same. int64_t: integers and bool; uint64 keeps its bits.
// Stores to integers from floats truncate towards zero and saturate (NaN gives 0); from int64_t they wrap around;
// bool becomes x != 0.
template <typename Wide>
LoadRow<Wide> GetLoadRow(ElementType type);
template <typename Wide>
StoreRow<Wide> GetStoreRow(ElementType type);

extern template LoadRow<float> GetLoadRow<float>(ElementType);
extern template LoadRow<double> GetLoadRow<double>(ElementType);
extern template LoadRow<int64_t> GetLoadRow<int64_t>(ElementType);
extern template StoreRow<float> GetStoreRow<float>(ElementType);
extern template StoreRow<double> GetStoreRow<double>(ElementType);
extern template StoreRow<int64_t> GetStoreRow<int64_t>(ElementType);

// Elements that drivers convert at a time: small enough for L1 with several operands, long enough to forget the call.
inline constexpr int64_t kTileElements = 512;

}  // namespace kante::core
