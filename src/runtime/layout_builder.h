// SPDX-License-Identifier: MIT
// Private to runtime: how a Layout is made.
#pragma once

#include <vector>

#include "runtime/arena_planner.h"
#include "runtime/layout.h"

namespace kante::core {

// Walks over the steps of a segment: facts (shapes, views, known values, choices), weights, lifetimes, memory. Between
// the first two, steps that want weights larger than they are share what memory there is for them.
class LayoutBuilder {
 public:
  LayoutBuilder(const Plan& plan, const Segment& segment, std::span<const Value> values, const LayoutMeans& means)
      : plan_(plan),
        segment_(segment),
        entries_(values),
        means_(means),
        limits_(means.limits),
        spare_bytes_(means.spare_bytes) {}
  Result<std::shared_ptr<const Layout>> Build();

 private:
  // What is known of a slot while laying out.
  struct SlotFacts {
    InputFacts facts;
    SlotId root = kNone;    // whose memory it is
    uint32_t last_use = 0;  // step; of roots
    Placement placement = Placement::kNone;
    int64_t offset = 0;
    int64_t bytes = 0;
    bool whole = true;    // the slot covers its root's memory from the start
    bool leaves = false;  // used after the segment, by asynchronous steps, or as a graph output
    bool owned = false;   // a graph output shares the memory
    bool strided = false;
  };

  // A step that wants larger weights, and what Choose is asked with.
  struct Larger {
    const Step* step;
    StepLayout* layout;
    std::vector<InputFacts> in;
    std::vector<OutputFacts> out;
  };

  Status Facts(uint32_t i);
  Status ComputeFacts(const Step& step, StepLayout& layout);
  Status Choose(const Step& step, std::span<const InputFacts> in, std::span<const OutputFacts> out, StepLayout& layout);
  Status Ask(const Step& step, std::span<const InputFacts> in, std::span<const OutputFacts> out, double byte_price,
             Choice* choice) const;
  Result<int64_t> ExtraBytes(double byte_price) const;
  Status ShareSpareBytes();
  Status Pack(uint32_t i);
  Status PackWeights(const Step& step, StepLayout& layout);
  const Tensor* WeightOf(const Step& step, int input) const;
  Status Evaluate(const Step& step, StepLayout& layout);
  bool CanEvaluate(const Step& step, std::span<const InputFacts> in) const;
  void SetOutput(const Step& step, size_t k, OutputFacts& out, StepLayout& layout);
  void SetValue(SlotId slot, Value value);
  void Lifetimes();
  void Place(uint32_t i);
  bool TakeInput(const Step& step, SlotFacts& out);
  SlotFacts& At(SlotId slot);  // of a slot of the segment
  bool OnHost(SlotId slot) const { return plan_.slots()[slot].provider == plan_.cpu(); }
  ArenaPlanner& ArenaOf(SlotId slot) { return arenas_[plan_.slots()[slot].provider]; }

  const Plan& plan_;
  const Segment& segment_;
  std::span<const Value> entries_;
  const LayoutMeans& means_;
  const Limits& limits_;
  int64_t spare_bytes_;
  std::shared_ptr<Layout> layout_;
  std::vector<SlotFacts> slots_;  // parallel to Segment::slots
  std::vector<Larger> larger_;
  std::vector<std::unique_ptr<Value>> known_;  // what SlotFacts::facts.value points into
  std::vector<ArenaPlanner> arenas_;
};

}  // namespace kante::core
