// SPDX-License-Identifier: MIT
#include "runtime/weight_store.h"

#include "base/pages.h"

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

const WeightStore::Entry* WeightStore::Find(const Tensor& weight, WeightFormat format) const {
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
  if (const Entry* found = Find(weight, format)) return found->packed;
  PackContext context(input, weight, format, parallel, cache() ? cache()->Find(weight, format) : nullptr);
  const Status status = op.def->pack(op.attributes.get(), context);
  if (!context.done()) {
    if (!status.ok()) return status.Clone();
    context.DoneWith(0, weight.bytes());
  }
  Entry entry;
  entry.format = format;
  entry.packed = context.TakePacked();
  std::shared_ptr<const Buffer> packed = entry.packed;
  if (cache() && !context.done()) cache()->Add(weight, format, packed);
  Insert(weight, std::move(entry));
  return packed;
}

bool WeightStore::MayWait(const Tensor& weight, WeightFormat format) const {
  constexpr int64_t kLarge = 256 << 10;  // less is packed before a second layout is made
  if (cache() || !weight.buffer()->file_pages() || !weight.contiguous() || weight.bytes() < kLarge) return false;
  std::lock_guard lock(mutex_);
  return !Find(weight, format);
}

Result<Tensor> WeightStore::Aligned(const Tensor& weight) {
  if (weight.aligned() && weight.contiguous()) return weight;
  std::lock_guard lock(mutex_);
  if (const Entry* found = Find(weight, kPlainWeight)) return found->aligned;
  KANTE_TRY(Tensor copy, AlignedCopy(weight));
  Entry entry;
  entry.packed = copy.buffer();
  entry.aligned = copy;
  Insert(weight, std::move(entry));
  return copy;
}

Result<Tensor> WeightStore::AlignedCopy(const Tensor& weight) {
  const bool in_file = weight.contiguous() && weight.buffer()->file_pages();
  if (cache() && in_file) {
    std::shared_ptr<Buffer> saved = cache()->Find(weight, kPlainWeight);
    if (saved && static_cast<int64_t>(saved->bytes()) == weight.bytes()) {
      return Tensor(weight.type(), weight.shape(), std::move(saved));
    }
  }
  if (in_file) FetchPages(weight.raw(), static_cast<size_t>(weight.bytes()));
  KANTE_TRY(Tensor copy, Compact(weight, LargeAllocator()));
  if (in_file) DropPages(weight.raw(), static_cast<size_t>(weight.bytes()));
  if (cache() && in_file) cache()->Add(weight, kPlainWeight, copy.buffer());
  return copy;
}

void WeightStore::SaveCache() {
  if (!cache()) return;
  std::lock_guard lock(mutex_);
  cache()->Save();
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
