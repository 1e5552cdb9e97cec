// SPDX-License-Identifier: MIT
#include "compute/move/packed_bits.h"

namespace kante::core {

void UnpackBits(uint8_t* to, const std::byte* from, int64_t count, int bits) {
  const int per_byte = 8 / bits;
  const auto mask = static_cast<uint8_t>((1 << bits) - 1);
  for (int64_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(from[i / per_byte]);
    to[i] = static_cast<uint8_t>(byte >> (i % per_byte * bits)) & mask;
  }
}

void PackBits(std::byte* to, const uint8_t* from, int64_t count, int bits) {
  const int per_byte = 8 / bits;
  const int mask = (1 << bits) - 1;
  for (int64_t i = 0; i < count; i += per_byte) {
    int byte = 0;
    for (int k = 0; k < per_byte && i + k < count; ++k) byte |= (from[i + k] & mask) << (k * bits);
    to[i / per_byte] = static_cast<std::byte>(byte);
  }
}

}  // namespace kante::core
