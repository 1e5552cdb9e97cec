// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/thread_pool.h"

namespace kante::core {

// How a driver reaches threads: body(begin, end) over ranges that cover [0, count) and start at multiples of `grain`.
// False when the run was cancelled: results are then incomplete. Operators pass RunHost::ParallelFor.
using ParallelFor = FunctionRef<bool(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body)>;

}  // namespace kante::core
