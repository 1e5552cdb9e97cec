// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/allocator.h"
#include "base/block_cache.h"
#include "base/mutex.h"
#include "base/thread_pool.h"
#include "runtime/layout.h"
#include "runtime/model.h"
#include "runtime/profiler.h"
#include "tensor/value.h"

namespace kante::core {

class Execution;

// What a node gave, for RunControl::observer.
struct NodeObservation {
  const Graph* graph;
  const Node* node;
  std::span<const ValueId> output_ids;
  std::span<const Value* const> outputs;
};

// How one run is watched and stopped. Must outlive the run.
struct RunControl {
  const CancelToken* cancel = nullptr;
  int64_t deadline_ns = 0;  // of clock.h; 0: none
  std::function<void(double)> progress;
  std::function<void(const NodeObservation&)> observer;  // of the top graph; every value is host memory
};

// Layouts and arenas of one plan (a graph or a body) in one session. Thread-safe.
class PlanCache {
 public:
  // The layout for the values that are the segment's entries, made if it is new.
  Result<std::shared_ptr<const Layout>> Find(const Plan& plan, uint32_t segment, std::span<const Value> values,
                                             LayoutMeans means, int64_t cap_bytes);
  // A block of at least `bytes`; Return keeps a few for the next run.
  Result<std::shared_ptr<Buffer>> TakeArena(int64_t bytes, const std::shared_ptr<Allocator>& allocator);
  void ReturnArena(std::shared_ptr<Buffer> arena);

 private:
  struct Entry {
    uint32_t segment;
    uint64_t last_used;
    std::shared_ptr<const Layout> layout;
  };
  void EvictOldest();

  Mutex mutex_;
  std::unordered_multimap<uint64_t, Entry> layouts_;  // by hash of segment and key
  uint64_t clock_ = 0;
  int64_t layout_bytes_ = 0;
  std::vector<std::shared_ptr<Buffer>> arenas_;
};

// Runs a model: owns activations only. Run may be called from several threads at once.
class Session {
 public:
  struct Options {
    std::shared_ptr<ThreadPool> pool;  // null: the default pool, or none if max_threads is 1
    int threads = 0;                   // 0: all of the default pool; 1: the caller only; n: an own pool
    int spin_us = 20;
    int64_t max_memory_bytes = int64_t{16} << 30;
    int64_t max_loop_iterations = int64_t{1} << 40;
    int64_t layout_cache_bytes = 16 << 20;
    ElementType weight_storage = ElementType::kUndefined;  // f16, bf16: f32 weights of products are rounded to it
    bool low_memory = false;  // slower, if need be, rather than to keep many more bytes of weights than the model has
  };
  static Result<std::shared_ptr<Session>> Create(std::shared_ptr<const Model> model, const Options& options);

  const Model& model() const { return *model_; }
  ThreadPool* pool() const { return pool_.get(); }
  int threads() const { return threads_; }
  // Some loop is worth a worker that is awake.
  void set_worth_warming() { worth_warming_.store(true, std::memory_order_relaxed); }
  const std::shared_ptr<CappedAllocator>& allocator() const { return allocator_; }
  const Limits& limits() const { return limits_; }
  Profiler& profiler() { return profiler_; }
  PlanCache& cache(const Plan& plan) { return caches_[plan.index()]; }
  // The layout of a segment for the values that are its entries.
  // `first`: if it is a new one, it is for one run.
  Result<std::shared_ptr<const Layout>> LayoutOf(const Plan& plan, uint32_t segment, std::span<const Value> values,
                                                 bool first = true);

  // `inputs` in the order of the graph's inputs (no value: the input's default); gives all outputs in order, each with
  // memory of its own. Where `into` holds a tensor, the output's elements go there instead.
  Status Run(std::span<const Value> inputs, std::span<Value> outputs, std::span<const Tensor> into,
             const RunControl& control);
  // Lays out and packs for these inputs without running, as far as shapes are known.
  Status Prepare(std::span<const Value> inputs);

 private:
  Session() = default;
  bool FeedsFixedInputs(std::span<const Value> inputs) const;
  // Of the same model with all of its inputs open; made at the first call.
  Result<std::shared_ptr<Session>> WithOpenInputs();
  Status Bind(std::span<const Value> inputs, Execution& execution) const;
  void WarmPool();

  std::shared_ptr<const Model> model_;
  std::shared_ptr<ThreadPool> pool_;
  int threads_ = 1;
  std::atomic<bool> worth_warming_{false};
  std::atomic<int64_t> last_end_ns_{0};  // of a run
  std::atomic<int> in_a_row_{0};         // runs that came soon after another
  std::shared_ptr<CappedAllocator> allocator_;
  BlockCache* blocks_ = nullptr;  // that allocator_ takes from
  Limits limits_;
  Options options_;
  Profiler profiler_;
  std::unique_ptr<PlanCache[]> caches_;
  Mutex open_mutex_;
  std::shared_ptr<Session> open_;
};

}  // namespace kante::core
