// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace kante::core {

// Gives out offsets in one block of memory in the order of execution: best fit among what was freed, else at the end.
// Offsets and sizes are multiples of kMemoryAlignment.
class ArenaPlanner {
 public:
  int64_t Allocate(int64_t bytes);
  void Free(int64_t offset, int64_t bytes);
  // The size the block must have.
  int64_t size() const { return size_; }

 private:
  struct Hole {
    int64_t offset;
    int64_t bytes;
  };
  std::vector<Hole> holes_;  // sorted by offset, never adjacent
  int64_t size_ = 0;
};

}  // namespace kante::core
