// SPDX-License-Identifier: MIT
#include "runtime/profiler.h"

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "base/status.h"

namespace kante::core {
namespace {

constexpr size_t kMostRecords = size_t{1} << 23;  // a loop may go on for days
constexpr size_t kMostFacts = size_t{1} << 16;

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
  facts_.clear();
  latest_.clear();
  complete_ = true;
  origin_ns_ = NowNanos();
  enabled_.store(true, std::memory_order_relaxed);
}

void Profiler::Add(uint32_t facts, int64_t begin_ns, int64_t end_ns) {
  if (records_.size() < kMostRecords) {
    records_.push_back({facts, ThreadNumber(), begin_ns, end_ns});
  } else {
    complete_ = false;
  }
}

void Profiler::AddStep(const Plan& plan, uint32_t step, const std::shared_ptr<const Layout>& layout, int64_t begin_ns,
                       int64_t end_ns, FunctionRef<StepFacts()> describe) {
  std::lock_guard lock(mutex_);
  if (!enabled()) return;  // stopped meanwhile
  if (latest_.size() <= plan.index()) latest_.resize(plan.index() + 1);
  std::vector<Latest>& steps = latest_[plan.index()];
  if (steps.empty()) steps.resize(plan.steps().size());
  Latest& latest = steps[step];
  // A body whose shapes change all the time is described by what was seen before.
  if (latest.facts == kNone || (latest.layout != layout && facts_.size() < kMostFacts)) {
    latest = {layout, static_cast<uint32_t>(facts_.size())};
    facts_.push_back(describe());
    facts_.back().plan = &plan;
    facts_.back().step = step;
  }
  Add(latest.facts, begin_ns, end_ns);
}

void Profiler::AddRun(int64_t begin_ns, int64_t end_ns) {
  std::lock_guard lock(mutex_);
  if (enabled()) Add(kNone, begin_ns, end_ns);
}

void Profiler::Stop() {
  enabled_.store(false, std::memory_order_relaxed);
  latest_.clear();
}

std::string Profiler::StopAsTrace() {
  std::lock_guard lock(mutex_);
  Stop();
  std::string out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  const char* separator = "\n";
  for (const Record& r : records_) {
    std::string name = "Run", category = "session", detail;
    if (r.facts != kNone) {
      const StepFacts& facts = facts_[r.facts];
      if (facts.skipped) continue;
      const Node& node = facts.plan->graph().node(facts.plan->steps()[facts.step].node);
      name = node.DisplayName();
      category = node.op_type;
      detail = facts.method.name;
    }
    out += StrCat(separator, "{\"name\":", JsonString(name), ",\"cat\":", JsonString(category),
                  ",\"ph\":\"X\",\"pid\":1,\"tid\":", r.thread, ",\"ts\":", Micros(r.begin_ns - origin_ns_),
                  ",\"dur\":", Micros(r.end_ns - r.begin_ns), ",\"args\":{\"detail\":", JsonString(detail), "}}");
    separator = ",\n";
  }
  records_.clear();
  facts_.clear();
  return out + "\n]}\n";
}

Profile Profiler::StopAsProfile(const Plan& root) {
  std::lock_guard lock(mutex_);
  Stop();
  ProfileBuilder builder(root);
  for (const Record& r : records_) {
    if (r.facts == kNone) builder.AddRun(r.thread, r.begin_ns, r.end_ns);
  }
  for (const StepFacts& facts : facts_) builder.AddFacts(facts);
  for (const Record& r : records_) {
    if (r.facts != kNone) builder.AddTime(facts_[r.facts], r.thread, r.begin_ns, r.end_ns);
  }
  records_.clear();
  facts_.clear();
  Profile profile = builder.Finish();
  profile.complete = complete_;
  return profile;
}

}  // namespace kante::core
