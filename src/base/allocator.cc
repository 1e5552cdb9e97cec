// SPDX-License-Identifier: MIT
#include "base/allocator.h"

#include <atomic>
#include <cstdlib>

#include "base/checked.h"
#include "base/forever.h"

namespace kante::core {
namespace {

// Absurd sizes never reach the system, which may overcommit (or, under a sanitizer, abort).
constexpr size_t kMaxBlock = size_t{1} << (sizeof(size_t) == 8 ? 39 : 30);

// Up to this size a block is cut out of a larger one: the C library keeps freed blocks at hand for malloc alone, and
// aligned_alloc takes several times as long.
constexpr size_t kSmall = 512;

class Heap final : public Allocator {
 public:
  void* Allocate(size_t bytes) override {
    if (bytes > kMaxBlock) return nullptr;
    if (bytes <= kSmall) return AllocateSmall(bytes);
    const size_t rounded = static_cast<size_t>(AlignUp(static_cast<int64_t>(bytes ? bytes : 1), kMemoryAlignment));
    return std::aligned_alloc(kMemoryAlignment, rounded);
  }
  void Free(void* block, size_t bytes) override {
    if (block && bytes <= kSmall) block = reinterpret_cast<void**>(block)[-1];
    std::free(block);
  }

 private:
  // What malloc gave stands before the block.
  static void* AllocateSmall(size_t bytes) {
    void* const whole = std::malloc(bytes + sizeof(void*) + kMemoryAlignment - 1);
    if (!whole) return nullptr;
    const uintptr_t from = reinterpret_cast<uintptr_t>(whole) + sizeof(void*) + kMemoryAlignment - 1;
    void** const block = reinterpret_cast<void**>(from / kMemoryAlignment * kMemoryAlignment);
    block[-1] = whole;
    return block;
  }
};

}  // namespace

Allocator& HeapAllocator() {
  static constinit std::atomic<Heap*> heap{nullptr};  // blocks may outlive main
  return Forever(heap);
}

void* CappedAllocator::Allocate(size_t bytes) {
  const int64_t want = static_cast<int64_t>(bytes);
  if (want < 0) return nullptr;
  const int64_t now = used_.fetch_add(want, std::memory_order_relaxed) + want;
  void* block = now <= cap_ ? base_.Allocate(bytes) : nullptr;
  if (!block) {
    used_.fetch_sub(want, std::memory_order_relaxed);
    return nullptr;
  }
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return block;
}

void CappedAllocator::Free(void* block, size_t bytes) {
  used_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  base_.Free(block, bytes);
}

}  // namespace kante::core
