// SPDX-License-Identifier: MIT
// Private to runtime: what stands behind the RunContext of one step.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "runtime/execution.h"

namespace kante::core {

// An error once the run was cancelled or is over its time.
Status CheckRunControl(const RunControl& control);

class Execution::StepHost final : public RunHost {
 public:
  // `loops` may be null and must outlive this.
  StepHost(Session& session, const RunControl& control, const Step& step, std::span<const Value> values, int depth,
           std::byte* scratch, int64_t scratch_bytes, const LoopTime* loops);
  ~StepHost() override;

  Result<Tensor> AllocateOutput(int i, ElementType type, const Shape& shape) override;
  Result<std::byte*> AllocateScratch(int64_t bytes) override;
  bool ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) override;
  Result<SubgraphRunner*> Subgraph(int i) override;
  Status CheckCancelled() const override { return CheckRunControl(control_); }
  const Limits& limits() const override { return session_.limits(); }

 private:
  class BodyRunner;

  bool ShareLoop(ThreadPool& pool, int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);

  Session& session_;
  const RunControl& control_;
  const Step& step_;
  std::span<const Value> values_;  // of the execution around, by slot
  const int depth_;
  std::byte* scratch_;
  int64_t scratch_bytes_;
  const LoopTime* loops_;
  int64_t longest_ns_ = 0;  // of this run's loops, on one thread
  std::vector<std::shared_ptr<Buffer>> extra_scratch_;
  std::vector<std::unique_ptr<BodyRunner>> runners_;
};

}  // namespace kante::core
