// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread_pool.h"
#include "runtime/layout.h"
#include "runtime/profile.h"

namespace kante::core {

// Collects what ran when; thread-safe. Off until started, and then one branch a step.
class Profiler {
 public:
  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  void Start();

  // One finished piece of work; nanoseconds of clock.h. `describe` is asked when the step was not seen with this layout
  // before.
  void AddStep(const Plan& plan, uint32_t step, const std::shared_ptr<const Layout>& layout, int64_t begin_ns,
               int64_t end_ns, FunctionRef<StepFacts()> describe);
  void AddRun(int64_t begin_ns, int64_t end_ns);

  // Each of these stops. What ran as a Chrome trace: {"traceEvents":[{"name","cat","ph":"X","ts","dur",...}]}.
  std::string StopAsTrace();
  // By the steps of `root` and its bodies.
  Profile StopAsProfile(const Plan& root);

 private:
  struct Record {
    uint32_t facts;  // kNone: a run
    int thread;
    int64_t begin_ns;
    int64_t end_ns;
  };
  struct Latest {
    std::shared_ptr<const Layout> layout;
    uint32_t facts = kNone;
  };
  void Stop();
  void Add(uint32_t facts, int64_t begin_ns, int64_t end_ns);

  std::atomic<bool> enabled_{false};
  Mutex mutex_;
  std::vector<Record> records_;
  std::vector<StepFacts> facts_;
  std::vector<std::vector<Latest>> latest_;  // by plan and step
  int64_t origin_ns_ = 0;
  bool complete_ = true;
};

}  // namespace kante::core
