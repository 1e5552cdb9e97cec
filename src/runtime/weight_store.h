// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/build.h"
#include "base/mutex.h"
#include "ops/registry.h"
#include "runtime/weight_cache.h"
#include "tensor/tensor.h"

namespace kante::core {

// Packed and aligned copies of constant weights: made at first use under a lock, counted, evictable, shared by every
// session of a model (and by models that share the store). Keyed by the weight's buffer, position and shape and by the
// format, so operators that ask for the same format share. At most two formats are kept for a weight.
class WeightStore {
 public:
  // The weight in `format`, packed by `op`'s Pack facet the first time. Counted: stays valid while held. Pages of a
  // mapped file that were read for it leave memory again, here and in Aligned.
  Result<std::shared_ptr<const Buffer>> Packed(const OpInstance& op, int input, const Tensor& weight,
                                               WeightFormat format, ParallelFor parallel);
  // The weight itself, or an aligned copy where the file does not align it for its type.
  Result<Tensor> Aligned(const Tensor& weight);

  // Whether it lies in a file and packing it is still to be done, for this process and for those after it.
  bool MayWait(const Tensor& weight, WeightFormat format) const;
  // Looks for packed weights in `cache` first, and adds those that were not there. Call before the first use.
  void UseCache(std::unique_ptr<WeightCache> cache) { cache_ = std::move(cache); }
  // Writes what was added, if anything was. Fails silently: see WeightCache.
  void SaveCache();

  // Forgets what nobody holds; returns the bytes freed.
  int64_t Evict();
  int64_t bytes() const;

 private:
  struct Entry {
    uint64_t buffer = 0;
    int64_t offset = 0;
    ElementType type{};
    Shape shape;
    WeightFormat format = kPlainWeight;
    std::shared_ptr<const void> keep_alive;  // the weight's buffer: its id stays unique while we know it
    std::shared_ptr<const Buffer> packed;
    Tensor aligned;
    bool Matches(const Tensor& weight, WeightFormat wanted) const;
  };
  const Entry* Find(const Tensor& weight, WeightFormat format) const;
  void Insert(const Tensor& weight, Entry entry);
  Result<Tensor> AlignedCopy(const Tensor& weight);

  WeightCache* cache() const { return kForSize ? nullptr : cache_.get(); }  // not linked there

  mutable Mutex mutex_;
  std::unique_ptr<WeightCache> cache_;
  std::unordered_multimap<uint64_t, Entry> entries_;  // by buffer id and offset
};

}  // namespace kante::core
