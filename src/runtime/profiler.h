// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"

namespace kante::core {

// Collects what ran when; thread-safe. Off until started, and then one branch a step.
class Profiler {
 public:
  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  void Start();
  // Stops and gives everything collected as a Chrome trace: {"traceEvents":[{"name","cat","ph":"X","ts","dur",...}]}.
  std::string Stop();

  // One finished piece of work; nanoseconds of clock.h. `detail` is shown as the event's argument.
  void Add(std::string_view name, std::string_view category, int64_t begin_ns, int64_t end_ns,
           std::string_view detail = {});

 private:
  struct Record {
    std::string name;
    std::string category;
    std::string detail;
    int64_t begin_ns;
    int64_t end_ns;
    int thread;
  };
  std::atomic<bool> enabled_{false};
  Mutex mutex_;
  std::vector<Record> records_;
  int64_t origin_ns_ = 0;
};

}  // namespace kante::core
