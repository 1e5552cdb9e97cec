// SPDX-License-Identifier: MIT
#include "runtime/session.h"

namespace kante::core {
namespace {

constexpr size_t kMaxIdleArenas = 4;
constexpr size_t kMaxLayouts = 256;  // more shapes than that do not come back

uint64_t Hash(uint32_t segment, const LayoutKey& key) {
  uint64_t h = 0xCBF29CE484222325u ^ segment;
  for (int64_t v : key) {
    h = (h ^ static_cast<uint64_t>(v)) * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
  }
  return h;
}

}  // namespace

Result<std::shared_ptr<const Layout>> PlanCache::Find(const Plan& plan, uint32_t segment, std::span<const Value> values,
                                                      LayoutMeans means, int64_t cap_bytes) {
  const Segment& seg = plan.segments()[segment];
  const LayoutKey key = KeyOf(seg, values);
  const uint64_t hash = Hash(segment, key);
  {
    std::lock_guard lock(mutex_);
    auto [it, end] = layouts_.equal_range(hash);
    for (; it != end; ++it) {
      if (it->second.segment != segment || it->second.layout->key != key) continue;
      it->second.last_used = ++clock_;
      if (!it->second.layout->waits) return it->second.layout;
      means.first = false;  // it was
    }
  }
  KANTE_TRY(std::shared_ptr<const Layout> layout, BuildLayout(plan, seg, values, means));
  means.weights.SaveCache();
  std::lock_guard lock(mutex_);
  auto [it, end] = layouts_.equal_range(hash);
  for (; it != end; ++it) {
    if (it->second.segment != segment || it->second.layout->key != key) continue;
    layout_bytes_ -= it->second.layout->bytes;
    layouts_.erase(it);
    break;
  }
  layout_bytes_ += layout->bytes;
  layouts_.emplace(hash, Entry{segment, ++clock_, layout});
  while ((layout_bytes_ > cap_bytes && layouts_.size() > 1) || layouts_.size() > kMaxLayouts) EvictOldest();
  return layout;
}

void PlanCache::EvictOldest() {
  auto oldest = layouts_.begin();
  for (auto it = layouts_.begin(); it != layouts_.end(); ++it) {
    if (it->second.last_used < oldest->second.last_used) oldest = it;
  }
  layout_bytes_ -= oldest->second.layout->bytes;
  layouts_.erase(oldest);
}

Result<std::shared_ptr<Buffer>> PlanCache::TakeArena(int64_t bytes, const std::shared_ptr<Allocator>& allocator) {
  {
    std::lock_guard lock(mutex_);
    for (auto it = arenas_.begin(); it != arenas_.end(); ++it) {
      const int64_t have = static_cast<int64_t>((*it)->bytes());
      if (have < bytes || have > 2 * bytes + (1 << 16)) continue;
      std::shared_ptr<Buffer> arena = std::move(*it);
      arenas_.erase(it);
      return arena;
    }
  }
  KANTE_TRY(std::shared_ptr<Buffer> arena, Buffer::Allocate(bytes, allocator));
  arena->set_transient();
  return arena;
}

void PlanCache::ReturnArena(std::shared_ptr<Buffer> arena) {
  std::shared_ptr<Buffer> oldest;
  std::lock_guard lock(mutex_);
  if (arenas_.size() >= kMaxIdleArenas) {
    oldest = std::move(arenas_.front());
    arenas_.erase(arenas_.begin());
  }
  arenas_.push_back(std::move(arena));
}

}  // namespace kante::core
