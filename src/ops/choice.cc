// SPDX-License-Identifier: MIT
#include "ops/choice.h"

#include "base/pages.h"

namespace kante::core {

Result<std::byte*> PackContext::Allocate(int64_t bytes) {
  done_ = ready_ && static_cast<int64_t>(ready_->bytes()) == bytes;
  if (done_) {
    packed_ = std::move(ready_);
    return Error(StatusCode::kCancelled, "packed already");
  }
  KANTE_TRY(packed_, Buffer::Allocate(bytes, LargeAllocator()));
  return packed_->data();
}

void PackContext::DoneWith(int64_t first, int64_t bytes) const {
  if (weight_.buffer()->file_pages()) DropPages(weight_.raw() + first, static_cast<size_t>(bytes));
}

}  // namespace kante::core
