// SPDX-License-Identifier: MIT
// Where a plan is cut: before a step whose input shapes, or the values that decide its output shapes, are known only
// after earlier steps have run.
#include <algorithm>
#include <utility>

#include "runtime/plan_builder.h"

namespace kante::core {
namespace {

constexpr size_t kMaxCone = 512;         // steps computed at layout for one deciding value
constexpr int64_t kMaxKeyElements = 64;  // of an entry that is not itself a deciding input

class Cutter {
 public:
  Cutter(const Graph& graph, std::span<Step> steps, std::span<Slot> slots, uint16_t cpu)
      : graph_(graph), steps_(steps), slots_(slots), cpu_(cpu) {}

  void Cut(std::vector<Segment>& segments) {
    uint32_t begin = 0;
    seen_.assign(slots_.size(), 0);
    for (uint32_t i = 0; i < steps_.size(); ++i) {
      if (Fits(i, begin)) continue;
      segments.push_back(Close(begin, i));
      begin = i;
      Fits(i, begin);  // everything earlier is an entry now; this marks its key values
    }
    segments.push_back(Close(begin, static_cast<uint32_t>(steps_.size())));
  }

 private:
  bool ProducedIn(SlotId slot, uint32_t begin) const {
    return slots_[slot].producer != kNone && slots_[slot].producer >= begin;
  }

  bool ShapeKnown(SlotId slot, uint32_t begin) const {
    if (!ProducedIn(slot, begin)) return true;
    const Step& producer = steps_[slots_[slot].producer];
    if (producer.kind == StepKind::kCopy) return ShapeKnown(producer.inputs[0], begin);
    return !producer.op.def->info.data_dependent;
  }

  // Whether step i can be laid out together with [begin, i).
  bool Fits(uint32_t i, uint32_t begin) {
    const Step& step = steps_[i];
    if (step.kind != StepKind::kCompute) return true;
    for (SlotId in : step.inputs) {
      if (in != kNone && !ShapeKnown(in, begin)) return false;
    }
    const OpInfo& info = step.op.def->info;
    for (size_t k = 0; k < step.inputs.size(); ++k) {
      if (step.inputs[k] == kNone || !info.decides_shape(static_cast<int>(k))) continue;
      if (!Resolve(HostSlot(step.inputs[k]), begin)) return false;
    }
    return true;
  }

  // The slot on the host of the same value.
  SlotId HostSlot(SlotId slot) const {
    if (slots_[slot].provider == cpu_) return slot;
    for (SlotId s = 0; s < slots_.size(); ++s) {
      if (slots_[s].value == slots_[slot].value && slots_[s].provider == cpu_) return s;
    }
    return slot;
  }

  // Finds how a deciding value is made; on success marks its steps and the entries that join the key.
  bool Resolve(SlotId root, uint32_t begin) {
    std::vector<SlotId> stack = {root};
    std::vector<uint32_t> cone;
    std::vector<SlotId> keys;
    while (!stack.empty()) {
      const SlotId slot = stack.back();
      stack.pop_back();
      if (slots_[slot].constant) continue;
      if (!ProducedIn(slot, begin)) {
        if (slot != root && !SmallInteger(slot)) return false;
        keys.push_back(slot);
        continue;
      }
      const uint32_t producer = slots_[slot].producer;
      const Step& step = steps_[producer];
      if (step.layout_value || std::find(cone.begin(), cone.end(), producer) != cone.end()) continue;
      if (step.kind != StepKind::kCompute || step.provider != cpu_ || !step.bodies.empty()) return false;
      const OpInfo& info = step.op.def->info;
      if (info.data_dependent || info.stateful || cone.size() >= kMaxCone) return false;
      cone.push_back(producer);
      if (info.value_from_shape) continue;
      for (SlotId in : step.inputs) {
        if (in != kNone) stack.push_back(in);
      }
    }
    for (uint32_t s : cone) steps_[s].layout_value = true;
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    return true;
  }

  bool SmallInteger(SlotId slot) const {
    const TypeInfo& type = graph_.value(slots_[slot].value).type;
    const ElementType e = type.element_type;
    if (!type.is_tensor() || !(e == ElementType::kInt64 || e == ElementType::kInt32 || e == ElementType::kBool)) {
      return false;
    }
    if (!type.has_shape || type.dims.size() > 1) return false;
    return type.dims.empty() || !type.dims[0].known() || type.dims[0].value <= kMaxKeyElements;
  }

  Segment Close(uint32_t begin, uint32_t end) {
    Segment segment;
    segment.begin = begin;
    segment.end = end;
    const uint32_t stamp = begin + 1;
    const auto enter = [&](SlotId slot) {
      if (slot == kNone || slots_[slot].constant || seen_[slot] == stamp || ProducedIn(slot, begin)) return;
      seen_[slot] = stamp;
      segment.entries.push_back(slot);
    };
    const auto use = [&](SlotId slot) {
      if (slot != kNone) segment.slots.push_back(slot);
      enter(slot);
    };
    for (uint32_t i = begin; i < end; ++i) {
      for (SlotId in : steps_[i].inputs) use(in);
      for (SlotId out : steps_[i].outputs) {
        if (out != kNone) segment.slots.push_back(out);
      }
      for (const auto& captures : steps_[i].body_captures) {
        for (SlotId c : captures) use(c);
      }
    }
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    for (SlotId s : keys_) use(s);
    std::sort(segment.slots.begin(), segment.slots.end());
    segment.slots.erase(std::unique(segment.slots.begin(), segment.slots.end()), segment.slots.end());
    segment.key_values = std::exchange(keys_, {});
    return segment;
  }

  const Graph& graph_;
  std::span<Step> steps_;
  std::span<Slot> slots_;
  uint16_t cpu_;
  std::vector<SlotId> keys_;    // of the segment being built: entries whose values join its key
  std::vector<uint32_t> seen_;  // begin + 1 of the segment that a slot last entered
};

}  // namespace

void CutSegments(const Graph& graph, std::span<Step> steps, std::span<Slot> slots, std::span<const SlotId> outputs,
                 uint16_t cpu, std::vector<Segment>& segments) {
  Cutter(graph, steps, slots, cpu).Cut(segments);
  for (uint32_t k = 0; k < segments.size(); ++k) {
    for (uint32_t i = segments[k].begin; i < segments[k].end; ++i) {
      for (SlotId out : steps[i].outputs) {
        if (out != kNone) slots[out].first_segment = slots[out].last_segment = k;
      }
      for (SlotId in : steps[i].inputs) {
        if (in != kNone) slots[in].last_segment = k;
      }
      for (const auto& captures : steps[i].body_captures) {
        for (SlotId c : captures) slots[c].last_segment = k;
      }
    }
    for (SlotId s : segments[k].key_values) slots[s].last_segment = std::max(slots[s].last_segment, k);
  }
  for (SlotId out : outputs) slots[out].last_segment = static_cast<uint32_t>(segments.size());
}

}  // namespace kante::core
