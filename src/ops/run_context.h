// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "base/limits.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "ops/choice.h"
#include "tensor/value.h"

namespace kante::core {

// Runs a body of If, Loop, Scan or SequenceMap; implemented by the runtime. `inputs` are the body's declared inputs;
// what it captures from outside is bound by the runtime. Outputs own their memory.
class SubgraphRunner {
 public:
  virtual ~SubgraphRunner() = default;
  virtual Status Run(std::span<const Value> inputs, std::span<Value> outputs) = 0;
};

// What stands behind a RunContext: the executor, or the small evaluator that folds constants.
class RunHost {
 public:
  virtual ~RunHost() = default;
  // Memory for output `i`: planned in the arena or new. `planned` was handed to the context's outputs beforehand.
  virtual Result<Tensor> AllocateOutput(int i, ElementType type, const Shape& shape) = 0;
  virtual Result<std::byte*> AllocateScratch(int64_t bytes) = 0;
  virtual bool ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) = 0;
  virtual Result<SubgraphRunner*> Subgraph(int i) = 0;
  virtual Status CheckCancelled() const = 0;
  virtual const Limits& limits() const = 0;
};

// Handed to Run. One object per step and run, used by one thread; bodies of Parallel may run on several.
class RunContext {
 public:
  // `outputs` holds, for every output whose exact shape was planned, a tensor with its memory.
  RunContext(RunHost& host, std::span<const Value* const> inputs, std::span<Value> outputs, uint32_t wanted_outputs,
             const Choice& choice, std::span<const std::shared_ptr<const Buffer>> packed)
      : host_(host), inputs_(inputs), outputs_(outputs), wanted_(wanted_outputs), choice_(choice), packed_(packed) {}

  // --- inputs
  int input_count() const { return static_cast<int>(inputs_.size()); }
  bool has_input(int i) const {
    return i < input_count() && inputs_[static_cast<size_t>(i)] && inputs_[static_cast<size_t>(i)]->has_value();
  }
  // REQUIRES: has_input(i) and a tensor (Infer has checked kinds and types). Dense and aligned unless kInfo says
  // strided.
  const Tensor& in(int i) const { return inputs_[static_cast<size_t>(i)]->tensor(); }
  const Value& in_value(int i) const { return *inputs_[static_cast<size_t>(i)]; }

  // --- outputs
  int output_count() const { return static_cast<int>(outputs_.size()); }
  bool wants_output(int i) const { return i < output_count() && ((wanted_ >> (i < 31 ? i : 31)) & 1); }
  // The only source of output memory. May be an input's memory if kInfo.in_place allows it. Contents are not cleared.
  Result<Tensor*> Output(int i, ElementType type, const Shape& shape);
  // The planned tensor of an output whose shape Infer gave exactly.
  Result<Tensor*> Output(int i);
  // Hands on a value that exists: an input, a sequence, the result of a subgraph.
  void SetOutput(int i, Value value) { outputs_[static_cast<size_t>(i)] = std::move(value); }

  // --- work
  // body(begin, end) over [0, count) on the session's threads. `cost` is about how many nanoseconds one item takes on
  // one thread; small loops stay on the caller. Ranges never decide what is computed. Cancelled stops early.
  Status Parallel(int64_t count, double cost, FunctionRef<void(int64_t, int64_t)> body);
  // As Parallel, with ranges that start at multiples of `grain` items (the last may be shorter).
  Status ParallelBlocks(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);
  // Memory for this step alone, uninitialised; at least what Choose asked for may be taken once without failing late.
  Result<std::byte*> Scratch(int64_t bytes) { return host_.AllocateScratch(bytes); }
  Status CheckCancelled() const { return host_.CheckCancelled(); }
  const Limits& limits() const { return host_.limits(); }

  // --- what Choose decided
  const Choice& choice() const { return choice_; }
  // The packed form of input i, or null if Choose did not ask for one (or nothing was packed).
  const std::byte* packed(int i) const;

  // --- control flow: body i in the order of Node::Subgraphs
  Result<SubgraphRunner*> Subgraph(int i) { return host_.Subgraph(i); }

  RunHost& host() { return host_; }

 private:
  RunHost& host_;
  std::span<const Value* const> inputs_;
  std::span<Value> outputs_;
  uint32_t wanted_;
  const Choice& choice_;
  std::span<const std::shared_ptr<const Buffer>> packed_;  // parallel to choice.packs
};

}  // namespace kante::core
