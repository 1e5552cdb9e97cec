// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/element_type.h"

namespace kante::core {

// Elements as unsigned numbers that sort like them: one comparison for every type. Zeros of both signs are equal, NaNs
// are equal to each other and above everything. Numbers up to 64 bits and bool (whole bytes); keys[i] is that of
// element i * stride.
void OrderedKeys(uint64_t* keys, ElementType type, const std::byte* from, int64_t stride, int64_t count);

}  // namespace kante::core
