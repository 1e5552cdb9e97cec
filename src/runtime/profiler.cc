// SPDX-License-Identifier: MIT
#include "runtime/profiler.h"

#include <cstdio>

#include "base/clock.h"
#include "base/status.h"

namespace kante::core {
namespace {

int ThreadNumber() {
  static std::atomic<int> next{0};
  thread_local int after_mine = 0;
  if (after_mine == 0) after_mine = next.fetch_add(1) + 1;
  return after_mine - 1;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      out += buffer;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Micros(int64_t nanos) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3f", static_cast<double>(nanos) / 1000);
  return buffer;
}

}  // namespace

void Profiler::Start() {
  std::lock_guard lock(mutex_);
  records_.clear();
  origin_ns_ = NowNanos();
  enabled_.store(true, std::memory_order_relaxed);
}

void Profiler::Add(std::string_view name, std::string_view category, int64_t begin_ns, int64_t end_ns,
                   std::string_view detail) {
  std::lock_guard lock(mutex_);
  records_.push_back({std::string(name), std::string(category), std::string(detail), begin_ns, end_ns, ThreadNumber()});
}

std::string Profiler::Stop() {
  std::lock_guard lock(mutex_);
  enabled_.store(false, std::memory_order_relaxed);
  std::string out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  bool first = true;
  for (const Record& r : records_) {
    out += first ? "\n" : ",\n";
    first = false;
    out += StrCat("{\"name\":", JsonString(r.name), ",\"cat\":", JsonString(r.category),
                  ",\"ph\":\"X\",\"pid\":1,\"tid\":", r.thread, ",\"ts\":", Micros(r.begin_ns - origin_ns_),
                  ",\"dur\":", Micros(r.end_ns - r.begin_ns), ",\"args\":{\"detail\":", JsonString(r.detail), "}}");
  }
  records_.clear();
  return out + "\n]}\n";
}

}  // namespace kante::core
