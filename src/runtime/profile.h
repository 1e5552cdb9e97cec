// SPDX-License-Identifier: MIT
// What the steps of a plan did in some runs. kante/profile.h says what each number means.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ops/op_def.h"
#include "runtime/layout.h"
#include "runtime/plan.h"

namespace kante::core {

// What a step is with one layout.
struct StepFacts {
  const Plan* plan = nullptr;
  uint32_t step = 0;
  bool skipped = false;
  std::vector<std::string> inputs;  // "float32[1,3]"; empty: absent
  std::vector<std::string> outputs;
  Method method;
  double flops = 0;
  double bytes = 0;
};
// `values` by slot, after the step ran.
StepFacts DescribeStep(const Plan& plan, const Step& step, const StepLayout& layout, std::span<const Value> values);

struct ProfiledValue {
  std::string name;
  std::string type;
  int producer = -1;
  bool constant = false;
};

struct ProfiledStep {
  const Node* node = nullptr;
  int parent = -1;
  std::vector<ProfiledValue> inputs;
  std::vector<ProfiledValue> outputs;
  Method method;
  bool skipped = false;
  int64_t executions = 0;
  std::vector<int64_t> run_ns;
  double flops = 0;  // of all runs
  double bytes = 0;
};

struct Profile {
  std::vector<ProfiledStep> steps;
  std::vector<int64_t> run_ns;
  bool complete = true;
};

// Sums up records: first all runs, then all facts, then the times.
class ProfileBuilder {
 public:
  explicit ProfileBuilder(const Plan& root) { AddPlan(root, -1, {}); }
  void AddRun(int thread, int64_t begin_ns, int64_t end_ns) { runs_.push_back({thread, begin_ns, end_ns}); }
  void AddFacts(const StepFacts& facts);
  void AddTime(const StepFacts& facts, int thread, int64_t begin_ns, int64_t end_ns);
  Profile Finish();

 private:
  struct Run {
    int thread;
    int64_t begin_ns;
    int64_t end_ns;
    bool operator<(const Run& other) const {
      return std::pair(thread, begin_ns) < std::pair(other.thread, other.begin_ns);
    }
  };
  // `producers`: by slot of the plan, what makes it outside.
  void AddPlan(const Plan& plan, int parent, std::map<SlotId, int> producers);
  ProfiledStep* StepOf(const StepFacts& facts);
  void SortRuns();

  Profile out_;
  std::map<std::pair<uint32_t, uint32_t>, size_t> index_;  // of plan and step
  std::vector<Run> runs_;
  bool sorted_ = false;
};

}  // namespace kante::core
