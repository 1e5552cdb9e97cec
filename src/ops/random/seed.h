// SPDX-License-Identifier: MIT
// What operators that draw random numbers share.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/entropy.h"
#include "compute/element_io.h"
#include "compute/random.h"
#include "ops/op_def.h"

namespace kante::core {

// A seed gives the same numbers in every run; without one every run draws others.
struct Seed {
  std::optional<uint64_t> key;

  static Seed OfFloat(AttrReader& a) {
    if (!a.Has("seed")) return {};
    const float value = a.Float("seed", 0);
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return {bits};
  }
  static Seed OfInt(AttrReader& a) {
    if (!a.Has("seed")) return {};
    return {static_cast<uint64_t>(a.Int("seed", 0))};
  }
  uint64_t Key() const { return key ? *key : EntropyBits(); }
};

// Calls row(numbers, first, n) for parts of [0, count), which are numbers `first` and so on of the key; row may write
// to `numbers`. `cost`: nanoseconds of one number.
template <typename Row>
Status EachDrawn(RunContext& c, void (*draw)(uint64_t, int64_t, int64_t, double*), uint64_t key, int64_t count,
                 double cost, const Row& row) {
  return c.Parallel(count, cost, [&](int64_t begin, int64_t end) {
    double numbers[kTileElements];
    for (int64_t at = begin; at < end; at += kTileElements) {
      const int64_t n = std::min(kTileElements, end - at);
      draw(key, at, n, numbers);
      row(numbers, at, n);
    }
  });
}

inline constexpr double kUniformCost = 6, kNormalCost = 25;  // ns

}  // namespace kante::core
