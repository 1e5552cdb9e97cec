// SPDX-License-Identifier: MIT
#include "runtime/weight_store.h"

namespace kante::core {
namespace {

constexpr int kMaxFormats = 2;

uint64_t KeyOf(const Tensor& weight) {
  return weight.buffer()->id() * 0x9E3779B97F4A7C15u ^ static_cast<uint64_t>(weight.offset());
}

}  // namespace

bool WeightStore::Entry::Matches(const Tensor& weight, WeightFormat wanted) const {
  return buffer == weight.buffer()->id() && offset == weight.offset() && type == weight.type() && format == wanted &&
         shape == weight.shape();
}

WeightStore::Entry* WeightStore::Find(const Tensor& weight, WeightFormat format) {
  auto [it, end] = entries_.equal_range(KeyOf(weight));
  for (; it != end; ++it) {
    if (it->second.Matches(weight, format)) return &it->second;
  }
  return nullptr;
}

void WeightStore::Insert(const Tensor& weight, Entry entry) {
  // A third format pushes out one that nobody holds.
  auto [it, end] = entries_.equal_range(KeyOf(weight));
  int formats = 0;
  auto victim = end;
  for (auto at = it; at != end; ++at) {
    ++formats;
    if (at->second.packed.use_count() == 1) victim = at;
  }
  if (formats >= kMaxFormats && victim != end) entries_.erase(victim);
  entry.buffer = weight.buffer()->id();
  entry.offset = weight.offset();
  entry.type = weight.type();
  entry.shape = weight.shape();
  entry.keep_alive = weight.buffer();
  entries_.emplace(KeyOf(weight), std::move(entry));
}

Result<std::shared_ptr<const Buffer>> WeightStore::Packed(const OpInstance& op, int input, const Tensor& weight,
                                                          WeightFormat format, ParallelFor parallel) {
  std::lock_guard lock(mutex_);
  if (Entry* found = Find(weight, format)) return found->packed;
  PackContext context(input, weight, format, parallel);
  KANTE_TRY(op.def->pack(op.attributes.get(), context));
  context.DoneWith(0, weight.bytes());
  Entry entry;
  entry.format = format;
  entry.packed = context.TakePacked();
  std::shared_ptr<const Buffer> packed = entry.packed;
  Insert(weight, std::move(entry));
  return packed;
}

Result<Tensor> WeightStore::Aligned(const Tensor& weight) {
  if (weight.aligned() && weight.contiguous()) return weight;
  std::lock_guard lock(mutex_);
  if (Entry* found = Find(weight, kPlainWeight)) return found->aligned;
  KANTE_TRY(Tensor copy, Compact(weight, LargeAllocator()));
  if (weight.contiguous() && weight.buffer()->file_pages()) {
    DropPages(weight.raw(), static_cast<size_t>(weight.bytes()));
  }
  Entry entry;
  entry.packed = copy.buffer();
  entry.aligned = copy;
  Insert(weight, std::move(entry));
  return copy;
}

int64_t WeightStore::Evict() {
  std::lock_guard lock(mutex_);
  int64_t freed = 0;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const int64_t own_users = it->second.aligned.empty() ? 1 : 2;  // `packed` and `aligned` share the buffer
    if (it->second.packed.use_count() <= own_users) {
      freed += static_cast<int64_t>(it->second.packed->bytes());
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
  return freed;
}

int64_t WeightStore::bytes() const {
  std::lock_guard lock(mutex_);
  int64_t total = 0;
  for (const auto& entry : entries_) total += static_cast<int64_t>(entry.second.packed->bytes());
  return total;
}

}  // namespace kante::core
