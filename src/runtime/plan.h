// SPDX-License-Identifier: MIT
// What a graph becomes before it runs: an ordered list of steps, cut into segments. A Plan holds no shapes: those are
// known, and laid out, when a segment is entered (layout.h). Immutable and shared by all sessions of a model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "providers/provider.h"

namespace kante::core {

// A value at one place: values that steps on several devices use have a slot on each.
using SlotId = uint32_t;

struct Slot {
  ValueId value = kNone;
  uint16_t provider = 0;  // index into Plan::providers; memory of that provider's device
  StorageFormat format = StorageFormat::kPlain;
  bool constant = false;
  uint32_t producer = kNone;   // step
  uint32_t first_segment = 0;  // in which it is produced (or entered, for inputs and captures)
  uint32_t last_segment = 0;   // in which it is used last
  bool graph_output = false;
};

enum class StepKind : uint8_t {
  kCompute,  // run an executable
  kCopy,     // a value to another device
  kSignal,   // mark a point on the step's queue
  kWait,     // the step's queue (or the host) waits for the last point marked on another
};

class Plan;

struct Step {
  StepKind kind = StepKind::kCompute;
  uint16_t provider = 0;       // whose queue it runs on
  uint16_t wait_provider = 0;  // of kWait: whose signal
  NodeId node = kNone;         // of kCompute
  OpInstance op;
  std::unique_ptr<Executable> executable;
  std::vector<SlotId> inputs;                      // kNone: absent
  std::vector<SlotId> outputs;                     // kNone: not wanted
  uint32_t wanted = 0;                             // bit per wanted output (bit 31: all from 31 on)
  bool layout_value = false;                       // a shape depends on its result: it is computed while laying out
  std::vector<std::unique_ptr<Plan>> bodies;       // of control flow, in the order of Node::Subgraphs
  std::vector<std::vector<SlotId>> body_captures;  // for each body: the slots of this plan that it captures
};

// Steps [begin, end) that can be laid out at once when the shapes of `entries` and the values of `key_values` are
// known.
struct Segment {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::vector<SlotId> entries;     // used here, produced earlier (inputs, captures, results of earlier segments)
  std::vector<SlotId> key_values;  // those among them whose values decide shapes
  std::vector<SlotId> slots;       // every slot that occurs here, ascending
};

class Plan {
 public:
  struct Options {
    std::vector<std::shared_ptr<Provider>> providers;  // by preference; the last is the CPU
    const OpRegistry* registry = nullptr;
    Limits limits;
  };
  // Plans an upgraded graph whose types were inferred. The graph must outlive the plan and not change. Errors name the
  // node (origin) and operator; several unknown operators are reported together.
  static Result<std::unique_ptr<Plan>> Build(const Graph& graph, const Options& options);

  const Graph& graph() const { return *graph_; }
  std::span<const Step> steps() const { return steps_; }
  std::span<const Slot> slots() const { return slots_; }
  std::span<const Segment> segments() const { return segments_; }
  std::span<const SlotId> inputs() const { return inputs_; }      // of the graph, in order
  std::span<const SlotId> captures() const { return captures_; }  // of the graph, in order
  std::span<const SlotId> outputs() const { return outputs_; }
  std::span<const std::shared_ptr<Provider>> providers() const { return providers_; }
  uint16_t cpu() const { return static_cast<uint16_t>(providers_.size() - 1); }
  // Unique among the plans of a model: sessions keep their caches by it. Set by Number().
  uint32_t index() const { return index_; }
  // Numbers this plan and its bodies; returns the next free number.
  uint32_t Number(uint32_t first);
  // "segment 0: entries ...; step 3 cpu Conv ..." for people and tests.
  std::string Dump() const;

 private:
  friend class PlanBuilder;
  Plan() = default;
  const Graph* graph_ = nullptr;
  std::vector<Step> steps_;
  std::vector<Slot> slots_;
  std::vector<Segment> segments_;
  std::vector<SlotId> inputs_;
  std::vector<SlotId> captures_;
  std::vector<SlotId> outputs_;
  std::vector<std::shared_ptr<Provider>> providers_;
  uint32_t index_ = 0;
};

}  // namespace kante::core
