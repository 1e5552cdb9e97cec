// SPDX-License-Identifier: MIT
// Where big memory comes from: it can fail with a Status and it can be capped.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/status.h"

namespace kante::core {

inline constexpr size_t kMemoryAlignment = 64;  // of every block; a cache line and the widest vector

// Interface of allocators. Thread-safe. A block is at least `bytes` long, aligned to kMemoryAlignment and not cleared.
class Allocator {
 public:
  virtual ~Allocator() = default;
  // Null when there is no memory or the cap is reached. bytes == 0 gives a valid unique block.
  virtual void* Allocate(size_t bytes) = 0;
  virtual void Free(void* block, size_t bytes) = 0;
};

// The process's heap. Lives for ever (no destructor runs at exit).
Allocator& HeapAllocator();

// Counts what it hands out and refuses above `cap_bytes`. Must outlive its blocks.
class CappedAllocator final : public Allocator {
 public:
  explicit CappedAllocator(int64_t cap_bytes, Allocator& base = HeapAllocator()) : base_(base), cap_(cap_bytes) {}
  void* Allocate(size_t bytes) override;
  void Free(void* block, size_t bytes) override;
  int64_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
  int64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }
  int64_t cap_bytes() const { return cap_; }

 private:
  Allocator& base_;
  const int64_t cap_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> peak_{0};
};

}  // namespace kante::core
