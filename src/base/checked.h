// SPDX-License-Identifier: MIT
// Size arithmetic that cannot overflow silently. Every product of sizes that come from a model goes through here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"

namespace kante::core {

inline bool CheckedMul(int64_t a, int64_t b, int64_t* out) { return !__builtin_mul_overflow(a, b, out); }
inline bool CheckedAdd(int64_t a, int64_t b, int64_t* out) { return !__builtin_add_overflow(a, b, out); }

// The product of `dims` (1 for none); InvalidArgument when a factor is negative or the product leaves int64.
Result<int64_t> CheckedProduct(std::span<const int64_t> dims);

// value rounded up to a multiple of `alignment` (a power of two). The caller knows that it fits.
constexpr int64_t AlignUp(int64_t value, int64_t alignment) { return (value + alignment - 1) & ~(alignment - 1); }
constexpr int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace kante::core
