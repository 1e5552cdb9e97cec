// SPDX-License-Identifier: MIT
#include "runtime/arena_planner.h"

#include <algorithm>

#include "base/allocator.h"
#include "base/checked.h"

namespace kante::core {
namespace {

int64_t Rounded(int64_t bytes) { return AlignUp(std::max<int64_t>(bytes, 1), kMemoryAlignment); }

}  // namespace

int64_t ArenaPlanner::Allocate(int64_t bytes) {
  bytes = Rounded(bytes);
  auto best = holes_.end();
  for (auto it = holes_.begin(); it != holes_.end(); ++it) {
    if (it->bytes >= bytes && (best == holes_.end() || it->bytes < best->bytes)) best = it;
  }
  if (best != holes_.end()) {
    const int64_t offset = best->offset;
    best->offset += bytes;
    best->bytes -= bytes;
    if (best->bytes == 0) holes_.erase(best);
    return offset;
  }
  // A hole at the end grows into what is needed.
  if (!holes_.empty() && holes_.back().offset + holes_.back().bytes == size_) {
    const int64_t offset = holes_.back().offset;
    holes_.pop_back();
    size_ = offset + bytes;
    return offset;
  }
  const int64_t offset = size_;
  size_ += bytes;
  return offset;
}

void ArenaPlanner::Free(int64_t offset, int64_t bytes) {
  bytes = Rounded(bytes);
  auto next = std::lower_bound(holes_.begin(), holes_.end(), offset,
                               [](const Hole& hole, int64_t at) { return hole.offset < at; });
  if (next != holes_.end() && offset + bytes == next->offset) {
    next->offset = offset;
    next->bytes += bytes;
  } else {
    next = holes_.insert(next, Hole{offset, bytes});
  }
  if (next != holes_.begin()) {
    const auto previous = next - 1;
    if (previous->offset + previous->bytes == next->offset) {
      previous->bytes += next->bytes;
      holes_.erase(next);
    }
  }
}

}  // namespace kante::core
