// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace kante::core {

// 64 bits from the operating system that nobody can foresee; thread-safe.
uint64_t EntropyBits();

}  // namespace kante::core
