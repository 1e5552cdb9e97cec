// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "compute/parallel.h"

namespace kante::core {

// Scratch for the threads of a loop without knowing how many there are: a loop of at most kCount ranges takes and gives
// back slices; the lowest free one first, so that few threads keep few slices warm.
class ScratchSlots {
 public:
  static constexpr int64_t kCount = 32;
  // Slices that a loop of `items` items needs.
  static int64_t CountFor(int64_t items) { return std::min(items, kCount); }

  ScratchSlots(float* memory, int64_t floats_each) : memory_(memory), floats_each_(floats_each) {}

  // body(begin, end, scratch) over [0, items) in at most kCount ranges.
  template <typename Body>
  bool Run(int64_t items, ParallelFor parallel, const Body& body) {
    const int64_t ranges = CountFor(items);
    return parallel(ranges, 1, [&](int64_t first, int64_t last) {
      const int slot = Take();
      for (int64_t r = first; r < last; ++r) {
        body(items * r / ranges, items * (r + 1) / ranges, memory_ + slot * floats_each_);
      }
      taken_.fetch_and(~(uint32_t{1} << slot), std::memory_order_release);
    });
  }

 private:
  int Take() {
    uint32_t taken = taken_.load(std::memory_order_relaxed);
    for (;;) {
      const int slot = __builtin_ctz(~taken);  // never more users than slots
      if (taken_.compare_exchange_weak(taken, taken | (uint32_t{1} << slot), std::memory_order_acquire)) return slot;
    }
  }

  float* memory_;
  int64_t floats_each_;
  std::atomic<uint32_t> taken_{0};
};

}  // namespace kante::core
