// SPDX-License-Identifier: MIT
#include "compute/random.h"

#include <cmath>

namespace kante::core {
namespace {

constexpr int kRounds = 10;
constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr double kTwoPi = 6.283185307179586476925;

using Pair = std::array<double, 2>;

// Two numbers of [0, 1).
Pair UniformPair(uint64_t key, uint64_t counter) {
  const std::array<uint32_t, 4> block = PhiloxBlock(key, counter);
  const auto unit = [](uint32_t low, uint32_t high) {
    return static_cast<double>(((uint64_t{high} << 32) | low) >> 11) * 0x1p-53;
  };
  return {unit(block[0], block[1]), unit(block[2], block[3])};
}

Pair NormalPair(uint64_t key, uint64_t counter) {
  const Pair u = UniformPair(key, counter);
  const double radius = std::sqrt(-2 * std::log(1 - u[0]));
  return {radius * std::cos(kTwoPi * u[1]), radius * std::sin(kTwoPi * u[1])};
}

void Draw(Pair (*pair)(uint64_t, uint64_t), uint64_t key, int64_t first, int64_t n, double* to) {
  for (int64_t i = first; i < first + n;) {
    const Pair numbers = pair(key, static_cast<uint64_t>(i / 2));
    do {
      *to++ = numbers[static_cast<size_t>(i % 2)];
    } while (++i % 2 == 1 && i < first + n);
  }
}

}  // namespace

std::array<uint32_t, 4> PhiloxBlock(uint64_t key, uint64_t counter) {
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  std::array<uint32_t, 4> x = {static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0};
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t p0 = kMultiplier0 * x[0], p1 = kMultiplier1 * x[2];
    x = {static_cast<uint32_t>(p1 >> 32) ^ x[1] ^ k0, static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ x[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return x;
}

void DrawUniform(uint64_t key, int64_t first, int64_t n, double* to) { Draw(UniformPair, key, first, n, to); }
void DrawNormal(uint64_t key, int64_t first, int64_t n, double* to) { Draw(NormalPair, key, first, n, to); }

}  // namespace kante::core
