// SPDX-License-Identifier: MIT
// Keys and values that a cache holds as codes: int8, float8, or two numbers of 4 bits (plus 8, the first one low) in a
// uint8.
#pragma once

#include <cstdint>

#include "ops/transformer/heads.h"
#include "tensor/element_type.h"

namespace kante::core {

struct CacheCode {
  ElementType type = ElementType::kUndefined;
  int64_t size = 0;              // numbers in a row
  const float* scale = nullptr;  // one, or of every number of every head
  bool by_channel = false;

  int64_t row_bytes() const { return RowBytes(type, size); }
  static int64_t RowBytes(ElementType type, int64_t size) {
    return type == ElementType::kUint8 ? (size + 1) / 2 : size;
  }
  const float* scale_of(int64_t head) const { return by_channel ? scale + head * size : scale; }
};

// Rows of `s` as codes: round(x / scale), ties to even, saturating: [batch, heads, rows].
Result<std::byte*> EncodeRows(RunContext& c, const CacheCode& code, const Heads& from, const HeadSizes& s);
// What the codes [batch, heads, rows] stand for.
Result<Heads> DecodeRows(RunContext& c, const CacheCode& code, const std::byte* from, const HeadSizes& s);

}  // namespace kante::core
