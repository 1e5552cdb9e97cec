// SPDX-License-Identifier: MIT
// Worker threads for parallel loops. The only place, with clock.h and mapped_file.h, that touches the operating system.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>

#include "base/status.h"

namespace kante::core {

// A reference to a callable: two words, no allocation. The callable must outlive the call.
template <typename Signature>
class FunctionRef;
template <typename R, typename... Args>
class FunctionRef<R(Args...)> {
 public:
  template <typename F>
  requires(!std::is_same_v<std::decay_t<F>, FunctionRef>) FunctionRef(F&& f)  // NOLINT: implicit on purpose
      : object_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* o, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(o))(std::forward<Args>(args)...);
        }) {}
  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

// Set by any thread to stop a run; polled between steps and inside parallel loops.
class CancelToken {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  void Reset() { cancelled_.store(false, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

// A pool of `threads - 1` workers; the caller of ParallelFor is the last one. With one thread nothing is created.
//  - Counted (shared_ptr): sessions hold it; the workers are joined when the last user goes. Never a static object.
//  - A loop started inside a worker runs inline. Concurrent loops take workers that are free and never wait for each
//  other.
//  - Idle workers spin for a bounded time, then sleep: for spin_us at first, up to fifty times that while loops keep
//  coming, never if it is 0. All of them together spin at most 1.6 ms after the last loop.
class ThreadPool {
 public:
  struct Options {
    int threads = 0;  // 0: one per core this process may use
    int spin_us = 20;
    // Called instead of creating a std::thread when set: must start `run(arg)` on a new thread and return a handle.
    std::function<void*(void (*run)(void*), void* arg)> create_thread;
    std::function<void(void* handle)> join_thread;
  };

  static Result<std::shared_ptr<ThreadPool>> Create(Options options);
  // The pool that sessions share when nothing else is asked for. Created at first use, joined when its last user goes.
  static Result<std::shared_ptr<ThreadPool>> Default();
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  // Calls body(begin, end) over disjoint ranges that cover [0, count), each at least `grain` long (but the last), on up
  // to `max_threads` threads including the caller; returns when all are done. How the ranges fall must not change what
  // is computed. With `cancel` set, remaining ranges are skipped and false is returned. Without `wake` no worker is
  // called from sleep: that takes tens of microseconds.
  bool ParallelFor(int64_t count, int64_t grain, int max_threads, FunctionRef<void(int64_t, int64_t)> body,
                   const CancelToken* cancel = nullptr, bool wake = true);

  // Workers that would take a part of a loop at once.
  int awake() const;
  // Loops too short to wake a worker for will come soon.
  void Warm();

 private:
  struct Impl;
  explicit ThreadPool(std::unique_ptr<Impl> impl, int threads);
  std::unique_ptr<Impl> impl_;
  int threads_;
};

// Cores that this process may use (affinity and cgroup quota respected); at least 1.
int UsableCores();

}  // namespace kante::core
