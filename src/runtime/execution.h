// SPDX-License-Identifier: MIT
// One run of one plan. Start binds inputs; Resume works until all is done or until it would have to wait.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "runtime/layout.h"
#include "runtime/plan.h"
#include "runtime/session.h"

namespace kante::core {

class Execution {
 public:
  enum class Progress { kDone, kPending };

  // `depth` is how many bodies are around this one.
  Execution(Session& session, const Plan& plan, const RunControl& control, int depth);
  ~Execution();
  Execution(const Execution&) = delete;

  // Input i of the graph; of a fresh execution, which is started then.
  void Bind(size_t i, const Value& value);
  // Values of the graph's inputs and captures, in their order. Dense host tensors; strided captures are accepted.
  void Start(std::span<const Value> inputs, std::span<const Value> captures);
  // Output i shall be computed into this memory if it turns out to have its type and shape. Before Resume.
  void SetTarget(size_t i, Tensor target);
  // Runs steps. With `block` it waits for queues itself and always ends with kDone or an error; without, it returns
  // kPending where it would wait, and is called again later.
  Result<Progress> Resume(bool block);
  // After kDone: output i with memory that nothing else will write to. `outermost`: nor that a caller owns.
  Status TakeOutput(size_t i, bool outermost, Value& to);

 private:
  class StepHost;
  struct PendingStep;  // what an asynchronous step needs until it has finished

  Status EnterSegment();
  Status LeaveSegment();
  Status RunStep(const Step& step, const StepLayout& layout);
  Status RunCompute(const Step& step, const StepLayout& layout);
  Status SubmitCompute(const Step& step, const StepLayout& layout);
  Status SubmitCopy(const Step& step, const StepLayout& layout);
  Status MakeViews(const Step& step, const StepLayout& layout);
  Result<bool> Wait(const Step& step, bool block);
  // The memory that was planned for an output; no value where none was.
  Status PlaceOutput(SlotId slot, const OutputLayout& output, Value& to);
  Result<Queue*> QueueOf(uint16_t provider);
  void Observe(const Step& step);
  Status Fail(Status status, const Step& step) const;

  const Value* ValueOf(SlotId slot) const;
  std::vector<InputFacts> FactsOfInputs(const Step& step) const;

  Session& session_;
  const Plan& plan_;
  const RunControl& control_;
  const int depth_;
  std::vector<Value> values_;  // by slot; constants are filled when a segment uses them
  uint32_t segment_ = 0;
  uint32_t step_ = 0;
  bool entered_ = false;
  std::shared_ptr<const Layout> layout_;
  std::vector<std::shared_ptr<Buffer>> arenas_;       // of the segment, by provider; none if it needs none
  std::vector<std::shared_ptr<Buffer>> host_arenas_;  // of all segments so far: later ones may still read them
  std::vector<std::unique_ptr<Queue>> queues_;        // by provider; none where the CPU is the only one
  std::vector<std::shared_ptr<Event>> events_;        // last signal, by provider; as queues_
  std::vector<std::unique_ptr<PendingStep>> pending_;
  std::vector<std::pair<SlotId, Tensor>> targets_;
};

}  // namespace kante::core
