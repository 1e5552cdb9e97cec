// SPDX-License-Identifier: MIT
//
// Blocks are hashed by NH (sums of products of keyed words), their hashes by two polynomials modulo 2^61 - 1.
#include "base/content_hash.h"

#include <cstring>

namespace kante::core {
namespace {

constexpr size_t kWords = 512;  // of a block
constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;

uint64_t NextKey(uint64_t& state) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

using Wide = unsigned __int128;

uint64_t Reduce(Wide x) {
  const uint64_t folded = static_cast<uint64_t>(x & kPrime) + static_cast<uint64_t>(x >> 61);
  return folded >= kPrime ? folded - kPrime : folded;
}

Wide HashBlock(const uint64_t* keys, const std::byte* block) {
  Wide sum = 0;
  for (size_t i = 0; i < kWords; i += 2) {
    uint64_t words[2];
    std::memcpy(words, block + i * 8, 16);
    sum += static_cast<Wide>(words[0] + keys[i]) * (words[1] + keys[i + 1]);
  }
  return sum;
}

}  // namespace

ContentHash::ContentHash(const Value& seed) {
  uint64_t state = seed[0];
  keys_.reserve(kWords);
  for (size_t i = 0; i < kWords; ++i) keys_.push_back(NextKey(state) ^ seed[1]);
  state ^= seed[1];
  for (uint64_t& point : points_) point = NextKey(state) & kPrime >> 1;
}

ContentHash::Value ContentHash::Of(const void* data, size_t bytes) const {
  const auto* from = static_cast<const std::byte*>(data);
  Value hash{bytes & kPrime, bytes & kPrime};
  const auto add = [&](const std::byte* block) {
    const Wide sum = HashBlock(keys_.data(), block);
    for (int part = 0; part < 4; ++part) {
      const uint64_t digit = static_cast<uint32_t>(sum >> (32 * part));
      for (size_t k = 0; k < 2; ++k) hash[k] = Reduce(static_cast<Wide>(hash[k]) * points_[k] + digit);
    }
  };
  constexpr size_t kBlock = kWords * 8;
  for (; bytes >= kBlock; bytes -= kBlock, from += kBlock) add(from);
  if (bytes > 0) {
    std::byte last[kBlock] = {};
    std::memcpy(last, from, bytes);
    add(last);
  }
  return hash;
}

}  // namespace kante::core
