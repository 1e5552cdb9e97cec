// SPDX-License-Identifier: MIT
// Where the time of runs goes, step by step, and what the machine could do at most.
//
//   session.StartProfile();
//   for (int i = 0; i < 20; ++i) session.Run(feeds);
//   const kante::Profile profile = session.TakeProfile();
//
// Everything here is a value of the caller's own, without ties to model or session.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kante/export.h"
#include "kante/status.h"

namespace kante {

// A tensor, or another value, that a step reads or writes.
struct ProfiledValue {
  std::string name;       // in the optimised graph; empty: absent
  std::string type;       // "float32[1,64,56,56]" as in the last run; empty: absent, or the step did not run
  int producer = -1;      // index into Profile::steps; -1: an input of the graph or body, a constant, absent
  bool constant = false;  // a weight
};

// One step of the plan that runs: a node of the optimised graph, or of a body of If, Loop, Scan or SequenceMap.
struct ProfiledStep {
  std::string name;                 // of the node in the optimised graph, may be empty
  std::vector<std::string> origin;  // names of the user's nodes that it stands for; never empty
  std::string domain;               // "" is ai.onnx
  std::string op_type;
  int parent = -1;  // the step whose body it is in, which lies before it; -1: the top graph
  std::vector<ProfiledValue> inputs;
  std::vector<ProfiledValue> outputs;
  std::string algorithm;   // how it is computed where there is a choice: "winograd F(4,3)"; "view", "known": not at all
  std::string reason;      // of the choice: a sentence, or nothing
  bool skipped = false;    // nothing runs for it: a view of its input, or a value known when memory was laid out
  int64_t executions = 0;  // in all runs; in loops more than runs
  std::vector<int64_t> nanoseconds;  // of each run; steps of its bodies included
  // Of one run, on average. Operations in the operator's direct form, a multiply-add counting two: Winograd needs
  // fewer. Bytes of all tensors read and written, each once; caches make some of that free.
  double flops = 0;
  double bytes = 0;
};

// What Session::TakeProfile returns.
struct Profile {
  std::vector<ProfiledStep> steps;       // in the order in which they run
  std::vector<int64_t> run_nanoseconds;  // of each run that ended well, by thread and time
  bool complete = true;                  // false: there was more than a profile holds (8 million steps)
};

// What this machine can do at most: a model's step is bound by one or the other.
struct MachinePeaks {
  std::string instruction_set;  // that kernels use: "avx512", "avx2", "sse4", "neon", "wasm", "scalar"
  int threads = 0;
  double flops = 0;  // float32 operations a second of all threads together, a multiply-add counting two
  double bytes = 0;  // read from memory a second
};
// Measures for about a fifth of a second, with 128 MiB of memory. `threads` as in SessionOptions. Errors: OutOfMemory,
// or no threads.
KANTE_API Result<MachinePeaks> MeasurePeaks(int threads = 0);

}  // namespace kante
