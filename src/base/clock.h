// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace kante::core {

// Nanoseconds of a clock that never runs backwards; only differences mean anything.
int64_t NowNanos();

}  // namespace kante::core
