// SPDX-License-Identifier: MIT
#include <atomic>
#include <cstdint>

#include "base/checked.h"
#include "base/forever.h"
#include "base/mutex.h"
#include "base/pages.h"

namespace kante::core {
namespace {

constexpr size_t kSmallBlock = size_t{64} << 10;  // smaller ones come from the heap
constexpr size_t kRegion = size_t{32} << 20;      // of address space; only what is touched is memory
// A process that keeps less never asks for large pages.
constexpr size_t kFirst = size_t{4} << 20;
constexpr size_t kMaxBlock = size_t{1} << (sizeof(size_t) == 8 ? 39 : 30);

// Blocks lie one after the other in regions of whole large pages.
class Large final : public Allocator {
 public:
  void* Allocate(size_t bytes) override {
    if (IsSmall(bytes)) return HeapAllocator().Allocate(bytes);
    if (bytes > kMaxBlock) return nullptr;
    bytes = Rounded(bytes);
    std::lock_guard lock(mutex_);
    Region* region = bytes <= kRegion / 2 ? Current(bytes) : NewRegion(bytes);
    if (!region) return nullptr;
    std::byte* block = region->begin + region->used;
    region->used += bytes;
    ++region->blocks;
    total_ += bytes;
    for (size_t at = region->touched; total_ > kFirst && at < region->used; at += kLargePage) {
      PreferLargePages(region->begin + at, kLargePage);  // one by one: each is timed
    }
    region->touched = static_cast<size_t>(AlignUp(Signed(region->used), kLargePage));
    return block;
  }

  void Free(void* block, size_t bytes) override {
    if (IsSmall(bytes)) return HeapAllocator().Free(block, bytes);
    std::lock_guard lock(mutex_);
    Region** at = &regions_;
    const auto* from = static_cast<std::byte*>(block);
    while (from < (*at)->begin || from >= (*at)->begin + (*at)->bytes) at = &(*at)->next;
    Region* region = *at;
    total_ -= Rounded(bytes);
    if (--region->blocks > 0) return DropPages(block, bytes);
    *at = region->next;
    if (region == current_) current_ = nullptr;
    UnmapPages(region->begin, region->bytes);
    delete region;
  }

 private:
  struct Region {
    std::byte* begin;
    size_t bytes;
    size_t used = 0, touched = 0;  // the pages from `touched` on, a multiple of kLargePage, are untouched
    int64_t blocks = 0;
    Region* next;
  };

  static bool IsSmall(size_t bytes) { return kHeapOnly || bytes < kSmallBlock; }
  static int64_t Signed(size_t bytes) { return static_cast<int64_t>(bytes); }
  static size_t Rounded(size_t bytes) { return static_cast<size_t>(AlignUp(Signed(bytes), kMemoryAlignment)); }

  Region* Current(size_t bytes) {
    if (!current_ || current_->bytes - current_->used < bytes) current_ = NewRegion(kRegion);
    return current_;
  }

  Region* NewRegion(size_t bytes) {
    bytes = static_cast<size_t>(AlignUp(Signed(bytes), kLargePage));
    void* begin = MapPages(bytes);
    if (!begin) return nullptr;
    regions_ = new Region{.begin = static_cast<std::byte*>(begin), .bytes = bytes, .next = regions_};
    return regions_;
  }

  Mutex mutex_;
  Region* regions_ = nullptr;
  Region* current_ = nullptr;  // where small blocks go
  size_t total_ = 0;           // bytes of all blocks
};

}  // namespace

Allocator& LargeAllocator() {
  static constinit std::atomic<Large*> large{nullptr};
  return Forever(large);
}

}  // namespace kante::core
