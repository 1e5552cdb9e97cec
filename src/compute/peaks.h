// SPDX-License-Identifier: MIT
// What this machine can do at most, measured: reports and benchmarks hold their numbers against it.
#pragma once

#include "base/status.h"
#include "compute/parallel.h"

namespace kante::core {

struct Peaks {
  double flops = 0;  // f32 operations a second, a multiply-add counting two
  double bytes = 0;  // read from memory a second
};

// Takes about a fifth of a second and 128 MiB: the best of several rounds. `threads` is how many `parallel` reaches.
Result<Peaks> MeasurePeaks(int threads, ParallelFor parallel);

}  // namespace kante::core
