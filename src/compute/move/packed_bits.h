// SPDX-License-Identifier: MIT
// Types narrower than a byte, one element to a byte and back: data movement then needs no case of its own for them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::core {

// to[i] = the `bits` (2 or 4) bits of element i; elements are packed low bits first.
void UnpackBits(uint8_t* to, const std::byte* from, int64_t count, int bits);
// The inverse; unused bits of the last byte become zero.
void PackBits(std::byte* to, const uint8_t* from, int64_t count, int bits);

}  // namespace kante::core
