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
  std::atomic<int> users{0};       // workers inside; rises under the pool's lock only
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

// Held for a few instructions: a thread that finds it taken does not sleep.
class SpinLock {
 public:
  void lock() {
    for (int tries = 0; flag_.exchange(true, std::memory_order_acquire); ++tries) {
      if (tries < 256) {
        CpuRelax();
      } else {
        std::this_thread::yield();
      }
    }
  }
  void unlock() { flag_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> flag_{false};
};

constexpr int64_t kMostSpinNanos = 1'600'000;  // of all workers together, after the last loop
constexpr int64_t kMostPatience = 50;          // times Options::spin_us

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
  SpinLock lock;             // of `loops` and what Loop says
  std::vector<Loop*> loops;  // with free seats
  std::atomic<uint32_t> posts{0};
  std::atomic<bool> stop{false};
  std::atomic<int> awake{0};     // workers that wait for a loop without sleeping
  std::mutex mutex;              // of the conditions; who signals looks at the counts first
  std::condition_variable wake;  // posts changed, or stop
  std::condition_variable done;  // a loop lost its last user
  std::atomic<int> sleepers{0};  // workers that wait for `wake`
  std::atomic<int> waiters{0};   // callers that wait for `done`
  int64_t spin_ns = 0, most_spin_ns = 0;
  std::vector<std::thread> threads;
  std::vector<void*> foreign;  // handles of create_thread
  std::function<void(void*)> join_thread;

  static void Entry(void* self) { static_cast<Impl*>(self)->Worker(); }

  void Worker() {
    in_worker = true;
    uint32_t seen = 0;
    int64_t patience = spin_ns;
    awake.fetch_add(1);
    for (;;) {
      const bool slept = !Await(seen, patience);
      if (stop.load()) return;
      seen = posts.load();
      bool worked = false;
      while (Loop* loop = Join()) {
        awake.fetch_sub(1);
        loop->Work(/*from_back=*/true);
        Leave(loop);
        worked = true;
      }
      if (slept && !worked) patience = most_spin_ns;  // woken for what comes soon
    }
  }

  Loop* Join() {
    std::lock_guard guard(lock);
    if (loops.empty()) return nullptr;
    Loop* loop = loops.back();
    if (--loop->seats == 0) loops.pop_back();
    loop->users.fetch_add(1, std::memory_order_relaxed);
    return loop;
  }

  void Leave(Loop* loop) {
    {
      std::lock_guard guard(lock);
      std::erase(loops, loop);  // nothing left to hand out: nobody else needs to join
      loop->seats = 0;
    }
    awake.fetch_add(1);
    if (loop->users.fetch_sub(1) == 1 && waiters.load() > 0) {
      { std::lock_guard guard(mutex); }
      done.notify_all();
    }
  }

  // Until posts differ from `seen` or stop; false if that took sleep. Waiting awake pays where loops come one soon
  // after the other: patience grows with every success and shrinks fast.
  bool Await(uint32_t seen, int64_t& patience) {
    const auto ready = [&] { return posts.load() != seen || stop.load(std::memory_order_relaxed); };
    if (Spin(ready, patience)) {
      patience = std::min(2 * patience, most_spin_ns);
      return true;
    }
    patience = std::max(patience / 4, spin_ns);
    awake.fetch_sub(1);
    {
      std::unique_lock guard(mutex);
      sleepers.fetch_add(1);
      wake.wait(guard, ready);
      sleepers.fetch_sub(1);
    }
    awake.fetch_add(1);
    return false;
  }

  void WakeSleepers(int most) {
    if (most <= 0 || sleepers.load() == 0) return;
    { std::lock_guard guard(mutex); }
    if (most == 1) {
      wake.notify_one();
    } else {
      wake.notify_all();
    }
  }

  // Whether `ready` before the time is up.
  template <typename Ready>
  bool Spin(const Ready& ready, int64_t nanos) const {
    if (nanos == 0) return ready();
    const int64_t until = NowNanos() + nanos;
    do {
      for (int i = 0; i < 16; ++i) {
        if (ready()) return true;
        CpuRelax();
      }
    } while (NowNanos() < until);
    return ready();
  }
};

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl, int threads) : impl_(std::move(impl)), threads_(threads) {}

Result<std::shared_ptr<ThreadPool>> ThreadPool::Create(Options options) {
  const int threads = options.threads > 0 ? std::min(options.threads, 1024) : UsableCores();
  auto impl = std::make_unique<Impl>();
  impl->spin_ns = std::clamp<int64_t>(options.spin_us, 0, 1'000'000) * 1000;
  impl->most_spin_ns =
      std::max(impl->spin_ns, std::min(kMostPatience * impl->spin_ns, kMostSpinNanos / std::max(threads - 1, 1)));
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
    std::lock_guard guard(impl_->mutex);
    impl_->stop.store(true);
  }
  impl_->wake.notify_all();
  for (std::thread& t : impl_->threads) t.join();
  for (void* handle : impl_->foreign) impl_->join_thread(handle);
}

int ThreadPool::awake() const { return impl_->awake.load(std::memory_order_relaxed); }

void ThreadPool::Warm() {
  if (impl_->spin_ns == 0 || awake() > 0) return;
  impl_->posts.fetch_add(1);
  impl_->WakeSleepers(threads_ - 1);
}

bool ThreadPool::ParallelFor(int64_t count, int64_t grain, int max_threads, FunctionRef<void(int64_t, int64_t)> body,
                             const CancelToken* cancel, bool wake) {
  if (count <= 0) return true;
  grain = std::max<int64_t>(1, grain);
  constexpr int64_t kMaxChunks = int64_t{1} << 31;
  if (count / grain >= kMaxChunks) grain *= count / grain / kMaxChunks + 1;
  const int64_t chunks = (count - 1) / grain + 1;
  const int helpers = static_cast<int>(std::min<int64_t>({chunks, max_threads, threads_}) - 1);
  Loop loop{body, count, grain, cancel, helpers, static_cast<uint32_t>(chunks)};
  if (helpers <= 0 || in_worker || (!wake && awake() == 0)) {
    loop.Work(/*from_back=*/false);
    return !loop.stopped.load(std::memory_order_relaxed);
  }
  {
    std::lock_guard guard(impl_->lock);
    impl_->loops.push_back(&loop);
  }
  impl_->posts.fetch_add(1);
  if (wake) impl_->WakeSleepers(helpers - awake());
  loop.Work(/*from_back=*/false);
  {
    std::lock_guard guard(impl_->lock);
    std::erase(impl_->loops, &loop);
  }
  const auto alone = [&] { return loop.users.load() == 0; };
  // What is left takes about as long as one range: to sleep and be woken would take longer.
  if (!impl_->Spin(alone, impl_->most_spin_ns)) {
    std::unique_lock guard(impl_->mutex);
    impl_->waiters.fetch_add(1);
    impl_->done.wait(guard, alone);
    impl_->waiters.fetch_sub(1);
  }
  return !loop.stopped.load(std::memory_order_relaxed);
}

}  // namespace kante::core
