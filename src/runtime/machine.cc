// SPDX-License-Identifier: MIT
#include "runtime/machine.h"

#include "kernels/dispatch.h"

namespace kante::core {

Result<Machine> MeasureMachine(int threads) {
  ThreadPool::Options options;
  options.threads = threads;
  KANTE_TRY(const std::shared_ptr<ThreadPool> pool, ThreadPool::Create(std::move(options)));
  Machine machine;
  machine.instruction_set = kernels::TargetName(kernels::CurrentTarget());
  machine.threads = pool->threads();
  KANTE_TRY(machine.peaks,
            MeasurePeaks(machine.threads, [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
              return pool->ParallelFor(count, grain, machine.threads, body);
            }));
  return machine;
}

}  // namespace kante::core
