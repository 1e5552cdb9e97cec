// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace kante::core {

// Nanoseconds of a clock that never runs backwards; only differences mean anything.
int64_t NowNanos();

// The local date and time, for names of files: "2026-11-25_17-30-59".
std::string Timestamp();

}  // namespace kante::core
