// SPDX-License-Identifier: MIT
#include "base/thread_pool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

#include "base/checked.h"
#include "base/forever.h"
#include "base/clock.h"

namespace kante::core {
namespace {

thread_local bool in_worker = false;

inline void CpuRelax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// One ParallelFor. Lives on the caller's stack: `users` says how many workers still look at it, and to take it back to
// zero is the last that a worker does to it.
struct Loop {
  FunctionRef<void(int64_t, int64_t)> body;
  int64_t count;
  int64_t grain;
  const CancelToken* cancel;
  int seats;                       // workers that may still join; under the pool's lock
  uint32_t chunks;                 // count in grains
  std::atomic<int> users{0};       // workers inside; changed under the pool's lock
  std::atomic<uint64_t> taken{0};  // chunks handed out from the front, and << 32 from the back
  std::atomic<bool> stopped{false};

  // The caller takes from the front, workers from the back: what a thread wrote in one loop, it mostly finds in its own
  // cache in the next.
  bool Take(bool from_back, int64_t* chunk) {
    uint64_t have = taken.load(std::memory_order_relaxed);
    for (;;) {
      const uint32_t front = static_cast<uint32_t>(have), back = static_cast<uint32_t>(have >> 32);
      if (front + back >= chunks) return false;
      *chunk = from_back ? chunks - 1 - back : front;
      const uint64_t next = have + (from_back ? uint64_t{1} << 32 : 1);
      if (taken.compare_exchange_weak(have, next, std::memory_order_relaxed)) return true;
    }
  }

  void Work(bool from_back) {
    for (;;) {
      if (cancel && cancel->cancelled()) {
        stopped.store(true, std::memory_order_relaxed);
        return;
      }
      int64_t chunk;
      if (!Take(from_back, &chunk)) return;
      body(chunk * grain, std::min(count, (chunk + 1) * grain));
    }
  }
};

int CgroupQuotaCores() {
  long long quota = 0;
  long long period = 0;
  if (std::FILE* f = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
    const int n = std::fscanf(f, "%lld %lld", &quota, &period);
    std::fclose(f);
    if (n == 2 && quota > 0 && period > 0) return static_cast<int>((quota + period - 1) / period);
  }
  return 1 << 20;
}

}  // namespace

int UsableCores() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  return std::max(1, std::min(cores, CgroupQuotaCores()));
}

struct ThreadPool::Impl {
  std::mutex mutex;
  std::condition_variable wake;  // a loop was posted, or stop
  std::condition_variable done;  // a loop lost its last user
  std::vector<Loop*> loops;      // with free seats
  std::atomic<uint32_t> posts{0};
  std::atomic<bool> stop{false};
  int spin_us = 0;
  std::vector<std::thread> threads;
  std::vector<void*> foreign;  // handles of create_thread
  std::function<void(void*)> join_thread;

  static void Entry(void* self) { static_cast<Impl*>(self)->Worker(); }

  void Worker() {
    in_worker = true;
    uint32_t seen = 0;
    for (;;) {
      Spin([&] { return posts.load(std::memory_order_relaxed) != seen || stop.load(std::memory_order_relaxed); });
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return stop.load() || !loops.empty(); });
      if (stop.load()) return;
      Loop* loop = loops.back();
      if (--loop->seats == 0) loops.pop_back();
      loop->users.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      loop->Work(/*from_back=*/true);
      lock.lock();
      seen = posts.load(std::memory_order_relaxed);
      // Nothing left to hand out: nobody else needs to join.
      std::erase(loops, loop);
      loop->seats = 0;
      if (loop->users.fetch_sub(1, std::memory_order_release) == 1) done.notify_all();
    }
  }

  // Until `ready` or the time is up.
  template <typename Ready>
  void Spin(const Ready& ready) const {
    if (spin_us == 0) return;
    const int64_t until = NowNanos() + int64_t{spin_us} * 1000;
    while (!ready()) {
      for (int i = 0; i < 32; ++i) CpuRelax();
      if (NowNanos() > until) return;
    }
  }
};

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl, int threads) : impl_(std::move(impl)), threads_(threads) {}

Result<std::shared_ptr<ThreadPool>> ThreadPool::Create(Options options) {
  const int threads = options.threads > 0 ? std::min(options.threads, 1024) : UsableCores();
  auto impl = std::make_unique<Impl>();
  impl->spin_us = std::max(0, options.spin_us);
  impl->join_thread = std::move(options.join_thread);
  for (int i = 1; i < threads; ++i) {
    if (options.create_thread) {
      void* handle = options.create_thread(&Impl::Entry, impl.get());
      if (!handle) break;
      impl->foreign.push_back(handle);
    } else {
      impl->threads.emplace_back(&Impl::Entry, impl.get());
    }
  }
  const int have = 1 + static_cast<int>(impl->threads.size() + impl->foreign.size());
  return std::shared_ptr<ThreadPool>(new ThreadPool(std::move(impl), have));
}

Result<std::shared_ptr<ThreadPool>> ThreadPool::Default() {
  // Only a weak pointer: dlclose finds no thread of ours once sessions are gone.
  struct Shared {
    std::mutex mutex;
    std::weak_ptr<ThreadPool> pool;
  };
  static constinit std::atomic<Shared*> slot{nullptr};
  Shared& shared = Forever(slot);
  std::lock_guard lock(shared.mutex);
  if (auto pool = shared.pool.lock()) return pool;
  KANTE_TRY(std::shared_ptr<ThreadPool> made, Create(Options{}));
  shared.pool = made;
  return made;
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stop.store(true);
  }
  impl_->wake.notify_all();
  for (std::thread& t : impl_->threads) t.join();
  for (void* handle : impl_->foreign) impl_->join_thread(handle);
}

bool ThreadPool::ParallelFor(int64_t count, int64_t grain, int max_threads, FunctionRef<void(int64_t, int64_t)> body,
                             const CancelToken* cancel) {
  if (count <= 0) return true;
  grain = std::max<int64_t>(1, grain);
  constexpr int64_t kMaxChunks = int64_t{1} << 31;
  if (count / grain >= kMaxChunks) grain *= count / grain / kMaxChunks + 1;
  const int64_t chunks = (count - 1) / grain + 1;
  const int helpers = static_cast<int>(std::min<int64_t>({chunks, max_threads, threads_}) - 1);
  Loop loop{body, count, grain, cancel, helpers, static_cast<uint32_t>(chunks)};
  if (helpers <= 0 || in_worker) {
    loop.Work(/*from_back=*/false);
    return !loop.stopped.load(std::memory_order_relaxed);
  }
  {
    std::lock_guard lock(impl_->mutex);
    impl_->loops.push_back(&loop);
  }
  impl_->posts.fetch_add(1, std::memory_order_relaxed);
  if (helpers == 1) {
    impl_->wake.notify_one();
  } else {
    impl_->wake.notify_all();
  }
  loop.Work(/*from_back=*/false);
  std::unique_lock lock(impl_->mutex);
  std::erase(impl_->loops, &loop);
  if (loop.users.load(std::memory_order_acquire) != 0) {
    // What is left takes about as long as one range: to sleep and be woken would take longer.
    lock.unlock();
    impl_->Spin([&] { return loop.users.load(std::memory_order_acquire) == 0; });
    lock.lock();
    impl_->done.wait(lock, [&] { return loop.users.load(std::memory_order_acquire) == 0; });
  }
  return !loop.stopped.load(std::memory_order_relaxed);
}

}  // namespace kante::core
