// SPDX-License-Identifier: MIT
#include "base/block_cache.h"

#include <algorithm>
#include <bit>

#include "base/checked.h"
#include "base/pages.h"

namespace kante::core {
namespace {

constexpr size_t kSmallBlock = size_t{1} << 20;  // the heap keeps what is smaller by itself
constexpr size_t kMaxBlock = size_t{1} << (sizeof(size_t) == 8 ? 39 : 30);

bool OfHeap(size_t bytes) { return kHeapOnly || bytes < kSmallBlock; }

// What is mapped for a block: sizes that differ by less than an eighth share blocks.
size_t Mapped(size_t bytes) {
  const size_t step = std::max(kLargePage, std::bit_floor(bytes) / 8);
  return static_cast<size_t>(AlignUp(static_cast<int64_t>(bytes), static_cast<int64_t>(step)));
}

}  // namespace

BlockCache::~BlockCache() { Keep(0); }

void* BlockCache::Allocate(size_t bytes) {
  if (OfHeap(bytes)) return HeapAllocator().Allocate(bytes);
  if (bytes > kMaxBlock) return nullptr;
  const size_t mapped = Mapped(bytes);
  {
    std::lock_guard lock(mutex_);
    const auto newest = std::find_if(kept_.rbegin(), kept_.rend(), [&](const Kept& k) { return k.bytes == mapped; });
    if (newest != kept_.rend()) {
      void* block = newest->block;
      kept_.erase(std::next(newest).base());
      kept_bytes_ -= mapped;
      return block;
    }
  }
  void* block = MapPages(mapped);
  if (block) PreferLargePages(block, bytes);
  return block;
}

void BlockCache::Free(void* block, size_t bytes) {
  if (OfHeap(bytes)) return HeapAllocator().Free(block, bytes);
  std::lock_guard lock(mutex_);
  kept_.push_back({block, Mapped(bytes)});
  kept_bytes_ += kept_.back().bytes;
  Keep(keep_bytes_);
}

void BlockCache::Keep(size_t most_bytes) {
  size_t gone = 0;
  for (; kept_bytes_ > most_bytes; ++gone) {
    UnmapPages(kept_[gone].block, kept_[gone].bytes);
    kept_bytes_ -= kept_[gone].bytes;
  }
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<ptrdiff_t>(gone));
}

void BlockCache::Drop() {
  std::lock_guard lock(mutex_);
  Keep(0);
}

size_t BlockCache::kept_bytes() const {
  std::lock_guard lock(mutex_);
  return kept_bytes_;
}

}  // namespace kante::core
