// SPDX-License-Identifier: MIT
// A profile in numbers that people ask for: rates, shares, totals. What explain prints, and writes as JSON and HTML.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/profile.h"

namespace kante::cli {

struct StepNumbers {
  double seconds = 0;  // of one run: the mean over the middle half of the runs
  double least = 0;    // of the fastest
  double own = 0;      // without the steps of its bodies
  double share = 0;    // own of the run, in [0, 1]
  // Operations and bytes of the step's own a second; 0 where nothing is known.
  double flops = 0;
  double bytes = 0;
  double limit = 0;              // the least time that the peaks of the machine allow, as a share of `own`
  bool bound_by_memory = false;  // which of the two peaks says so
};

struct Total {
  std::string name;
  int64_t steps = 0;
  double seconds = 0;
  double share = 0;
  double flops = 0;  // of one run
  double bytes = 0;
  double limit = 0;  // the sum of the steps' limits, of the time
};

// A rule that found its pattern and declined, for reasons that differ in names only.
struct MissedRewrite {
  std::string rule;
  std::string reason;               // with '…' for names, if they differ
  std::vector<RewriteNote> places;  // one for each node
};

struct Explained {
  std::string file;
  std::string graph;
  std::vector<std::string> inputs;   // names of those that are fed
  std::vector<std::string> outputs;  // names of the model's
  MachinePeaks peaks;
  int threads = 0;  // of the session
  Profile profile;
  std::vector<StepNumbers> steps;  // parallel to profile.steps
  double run_seconds = 0;          // the mean over the middle half of the runs
  double steps_seconds = 0;        // of it in steps of the top graph
  std::vector<Total> by_operator;  // by falling time
  std::vector<Total> by_algorithm;
  std::vector<std::pair<std::string, int64_t>> made;  // rewrites: rule and how often
  std::vector<MissedRewrite> missed;                  // by falling count
};

// Fills in what follows from peaks and profile, and the rewrites.
void WorkOut(Explained& explained, const std::vector<RewriteNote>& rewrites);

// "conv1+relu1": the user's nodes that a step stands for.
std::string OriginOf(const ProfiledStep& step);
// "com.microsoft.Gelu"
std::string OperatorOf(const ProfiledStep& step);
// "float32[1,8,8] float32[4,8,3,3]": of the values that are there.
std::string TypesOf(const std::vector<ProfiledValue>& values);

std::string ReportJson(const Explained& explained);
std::string ReportPage(const Explained& explained);

}  // namespace kante::cli
