// SPDX-License-Identifier: MIT
#pragma once

#include "base/status.h"
#include "compute/peaks.h"

namespace kante::core {

struct Machine {
  const char* instruction_set = "";  // that kernels use
  int threads = 0;
  Peaks peaks;
};
// With threads of its own; 0: as many as the process may use.
Result<Machine> MeasureMachine(int threads);

}  // namespace kante::core
