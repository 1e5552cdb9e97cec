// SPDX-License-Identifier: MIT
// A segment of a Plan with concrete shapes: where every value lies, what each step chose, what need not run at all.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "ops/registry.h"
#include "runtime/plan.h"
#include "runtime/weight_store.h"
#include "tensor/value.h"

namespace kante::core {

// Identifies a layout among those of one segment: the kinds, types and shapes of its entries, then the key values'
// bytes.
using LayoutKey = std::vector<int64_t>;

// Where an output's memory comes from.
enum class Placement : uint8_t {
  kNone,   // not wanted
  kArena,  // at `offset` of its provider's arena
  kOwned,  // a buffer of its own: it leaves the run
  kView,   // part of input `view_of`'s memory: nothing runs
  kValue,  // known already: Layout::values
  kAtRun,  // shape known only when the step has run, or not a tensor
};

struct OutputLayout {
  Placement placement = Placement::kNone;
  ElementType type = ElementType::kUndefined;
  Shape shape;
  int64_t offset = 0;
  std::unique_ptr<OutputFacts> view;  // of kView
};

// How long the longest loop of a step takes on one thread, learned while running: whether workers are worth their
// trouble, never what is computed. Thread-safe; a copy knows nothing yet.
class LoopTime {
 public:
  LoopTime() = default;
  LoopTime(const LoopTime&) noexcept {}
  LoopTime& operator=(const LoopTime&) noexcept { return *this; }

  int64_t nanos() const { return nanos_.load(std::memory_order_relaxed); }  // 0: unknown
  void Learn(int64_t nanos) const;

 private:
  mutable std::atomic<int64_t> nanos_{0};
};

struct StepLayout {
  bool skip = false;  // views and known values only
  Choice choice;
  std::vector<std::shared_ptr<const Buffer>> packed;  // parallel to choice.packs, those used
  std::vector<std::pair<uint32_t, Value>> replaced;   // inputs that are aligned copies of constants
  std::vector<OutputLayout> outputs;
  int64_t scratch_offset = -1;  // in the host's arena
  LoopTime loops;
};

// Immutable; counted, so that an eviction does not disturb runs that use it.
struct Layout {
  LayoutKey key;
  std::vector<StepLayout> steps;                 // of the segment, from its begin
  std::vector<std::pair<SlotId, Value>> values;  // worked out here
  std::vector<int64_t> arena_bytes;              // by provider
  int64_t bytes = 0;                             // of the layout itself, about
  bool waits = false;                            // weights are not packed yet: see kPackLater
};

// What a layout is made with.
struct LayoutMeans {
  WeightStore& weights;
  const Limits& limits;
  ParallelFor parallel;                                  // for packing
  int64_t spare_bytes = 0;                               // that packed weights may take beyond what the weights have
  bool first = false;                                    // the layout is for one run: packing may wait
  ElementType weight_storage = ElementType::kUndefined;  // f16, bf16: f32 weights may be rounded to it
  bool sizes_only = false;                               // weights are left alone: such a layout cannot run
};

// The key of a segment for the values that are its entries; `values` is indexed by slot.
LayoutKey KeyOf(const Segment& segment, std::span<const Value> values);

// Lays out `segment` of `plan` for the entries in `values`. Errors name the node, operator and input shapes.
Result<std::shared_ptr<const Layout>> BuildLayout(const Plan& plan, const Segment& segment,
                                                  std::span<const Value> values, const LayoutMeans& means);

// "node 'conv1' (Conv): message [inputs float32[1,3,8,8], float32[4,3,3,3]]"
Status NodeError(Status status, const Node& node, std::span<const InputFacts> inputs);

}  // namespace kante::core
