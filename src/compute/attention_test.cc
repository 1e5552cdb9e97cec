// SPDX-License-Identifier: MIT
#include "compute/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace kante::core {
namespace {

// Several tiles of keys, a last block of few rows, windows and sinks, against the formula in double.
TEST(ComputeAttention, ManyTiles) {
  const auto parallel = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    body(0, count);
    return true;
  };
  int count = 0;
  for (const int64_t rows : {70, 70, 190, 250}) {
    const int64_t keys = 2500, size = 8;
    const bool windowed = count++ % 2 == 1;
    const auto fill = [](int64_t n, uint32_t seed) {
      std::vector<float> x(static_cast<size_t>(n));
      for (float& v : x) v = static_cast<float>((seed = seed * 1664525u + 1013904223u) >> 20) / 1024 - 2;
      return x;
    };
    const std::vector<float> q = fill(2 * rows * size, 1), k = fill(keys * size, 2), v = fill(keys * size, 3);
    const std::vector<float> sinks = {0.5f, 3.0f};
    std::vector<float> y(q.size());
    AttentionArgs args{.batch = 1, .heads = 2, .kv_heads = 1, .rows = rows, .keys = keys, .size = size, .v_size = size};
    args.q = Heads::RowsFirst(q.data(), 2, rows, size);
    args.k = Heads::HeadsFirst(k.data(), 1, keys, size);
    args.v = Heads::HeadsFirst(v.data(), 1, keys, size);
    args.y = MutableHeads::RowsFirst(y.data(), 2, rows, size);
    args.scale = 0.4f;
    args.first_place = keys - rows;
    args.causal = windowed;
    if (windowed) args.left_window = 1500;
    args.sinks = sinks.data();
    std::vector<std::byte> scratch(static_cast<size_t>(AttentionScratchBytes(args)) + 64);
    std::byte* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
    ASSERT_TRUE(RunAttention(args, aligned, parallel));
    for (int64_t h = 0; h < 2; ++h) {
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t place = i + keys - rows, last = windowed ? place : keys - 1, first = windowed ? place - 1500 : 0;
        double sum = std::exp(double{sinks[static_cast<size_t>(h)]}), mixed[8] = {};
        for (int64_t j = first; j <= last; ++j) {
          double score = 0;
          for (int64_t d = 0; d < size; ++d) score += double{args.q.at(0, h, i)[d]} * args.k.at(0, 0, j)[d];
          const double weight = std::exp(score * 0.4);
          sum += weight;
          for (int64_t d = 0; d < size; ++d) mixed[d] += weight * args.v.at(0, 0, j)[d];
        }
        for (int64_t d = 0; d < size; ++d) ASSERT_NEAR(args.y.at(0, h, i)[d], mixed[d] / sum, 2e-5) << h << " " << i;
      }
    }
  }
}

}  // namespace
}  // namespace kante::core
