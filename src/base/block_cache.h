// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/allocator.h"
#include "base/mutex.h"

namespace kante::core {

// For large blocks that come and go with every run: what was freed is handed out again, for the system takes longer to
// give zeroed pages than a run takes to fill them. Small blocks come from the heap. Its blocks must be freed before it.
class BlockCache final : public Allocator {
 public:
  // Keeps freed blocks up to `keep_bytes` in all, the ones freed last.
  explicit BlockCache(size_t keep_bytes) : keep_bytes_(keep_bytes) {}
  ~BlockCache() override;
  void* Allocate(size_t bytes) override;
  void Free(void* block, size_t bytes) override;
  // Gives back what is kept now.
  void Drop();
  // Of the blocks that are kept.
  size_t kept_bytes() const;

 private:
  struct Kept {
    void* block;
    size_t bytes;  // that were mapped
  };
  void Keep(size_t most_bytes);

  mutable Mutex mutex_;
  const size_t keep_bytes_;
  size_t kept_bytes_ = 0;
  std::vector<Kept> kept_;  // oldest first
};

}  // namespace kante::core
