// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "providers/provider.h"

namespace kante::core {

// An asynchronous provider for tests. It claims the operators it is told to and runs them, by the CPU's code, on a
// worker thread of each queue, with a delay. Its "device memory" are addresses that fault when the host touches them;
// the real bytes lie elsewhere. A runtime that forgets a copy, a signal or a wait crashes or fails its test.
class FakeProvider final : public Provider {
 public:
  explicit FakeProvider(std::set<std::string> operators, int delay_us = 200);
  ~FakeProvider() override;

  std::string_view name() const override { return "fake"; }
  Device device() const override { return Device{1, 0}; }
  bool synchronous() const override { return false; }
  bool Claim(const Graph& graph, NodeId id, const OpInstance& op) const override;
  Result<std::unique_ptr<Executable>> Compile(const Graph& graph, NodeId id, const OpInstance& op) const override;
  std::shared_ptr<Allocator> allocator() const override;
  Result<std::unique_ptr<Queue>> CreateQueue() const override;

  int computed() const;  // steps run so far

  struct State;

 private:
  std::shared_ptr<State> state_;
  std::set<std::string> operators_;
};

}  // namespace kante::core
