// SPDX-License-Identifier: MIT
// Execution providers: devices behind one interface. A provider claims nodes, compiles them, owns memory on its device
// and runs steps on queues. The runtime decides order, memory and copies; a provider sees no plan and no other
// provider.
#pragma once

#include <memory>
#include <string_view>

#include "base/allocator.h"
#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"
#include "tensor/tensor.h"

namespace kante::core {

// A node ready to run on one device. Immutable; used by many runs at once.
class Executable {
 public:
  virtual ~Executable() = default;
  // Computes the outputs. Called on the runtime's thread (synchronous providers) or by the provider's queue.
  virtual Status Run(RunContext& context) const = 0;
};

// A point on a queue. Thread-safe.
class Event {
 public:
  virtual ~Event() = default;
  virtual bool Ready() const = 0;
  // Blocks until everything before it has finished; the first error of that work.
  virtual Status Wait() = 0;
};

// Work on one device, done in the order of submission. Used by one run at a time. Destroying it waits for its work.
class Queue {
 public:
  virtual ~Queue() = default;
  // Submits a computation. `executable` and `context` (with all it refers to) live until an event signalled after it is
  // ready. An asynchronous queue returns before the work is done.
  virtual Status Compute(const Executable& executable, RunContext& context) = 0;
  // Copies between the host and the device, either way; both tensors are dense and stay alive as above.
  virtual Status Copy(const Tensor& from, const Tensor& to) = 0;
  virtual Result<std::shared_ptr<Event>> Signal() = 0;
  // Work submitted later starts after `event`, which may belong to another queue.
  virtual Status Wait(std::shared_ptr<Event> event) = 0;
};

// Thread-safe; lives as long as the models that use it.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual std::string_view name() const = 0;
  // Where its values live. The host device may be touched by anyone.
  virtual Device device() const { return Device{}; }
  // Steps are done when Run returns; no queue is made.
  virtual bool synchronous() const { return true; }
  // Whether it will run this node. `op` is parsed; Infer has accepted it. Nodes that no provider claims are expanded,
  // or are an error. Asynchronous providers are not asked about nodes whose output shapes depend on data.
  virtual bool Claim(const Graph& graph, NodeId id, const OpInstance& op) const = 0;
  virtual Result<std::unique_ptr<Executable>> Compile(const Graph& graph, NodeId id, const OpInstance& op) const = 0;
  // Memory on the device; only called when device() is not the host.
  virtual std::shared_ptr<Allocator> allocator() const { return nullptr; }
  // Only called when synchronous() is false.
  virtual Result<std::unique_ptr<Queue>> CreateQueue() const { return NotImplemented("no queue"); }
};

}  // namespace kante::core
