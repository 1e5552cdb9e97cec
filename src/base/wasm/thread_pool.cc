// SPDX-License-Identifier: MIT
// base/thread_pool.cc where there are no threads: the caller works alone, whatever it asked for.
#include "base/thread_pool.h"

#include <algorithm>

namespace kante::core {

struct ThreadPool::Impl {};

int UsableCores() { return 1; }

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl, int threads) : impl_(std::move(impl)), threads_(threads) {}
ThreadPool::~ThreadPool() = default;

Result<std::shared_ptr<ThreadPool>> ThreadPool::Create(Options) {
  return std::shared_ptr<ThreadPool>(new ThreadPool(nullptr, 1));
}

Result<std::shared_ptr<ThreadPool>> ThreadPool::Default() { return Create({}); }

bool ThreadPool::ParallelFor(int64_t count, int64_t grain, int, FunctionRef<void(int64_t, int64_t)> body,
                             const CancelToken* cancel, bool) {
  grain = std::max<int64_t>(1, grain);
  for (int64_t begin = 0; begin < count;) {
    if (cancel && cancel->cancelled()) return false;
    const int64_t end = begin + std::min(grain, count - begin);
    body(begin, end);
    begin = end;
  }
  return true;
}

int ThreadPool::awake() const { return 0; }
void ThreadPool::Warm() {}

}  // namespace kante::core
