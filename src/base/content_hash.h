// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kante::core {

// 122 bits of a universal hash: two texts that were chosen without knowing the seed agree with a probability of about
// length / 2^100. Runs at the speed of memory.
class ContentHash {
 public:
  using Value = std::array<uint64_t, 2>;
  explicit ContentHash(const Value& seed);
  Value Of(const void* data, size_t bytes) const;

 private:
  std::vector<uint64_t> keys_;
  uint64_t points_[2];
};

}  // namespace kante::core
