// SPDX-License-Identifier: MIT
// Random numbers by counting (Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// Number i of a key is the same wherever, and by whichever thread, it is drawn.
#pragma once

#include <array>
#include <cstdint>

namespace kante::core {

// The 128 bits at `counter`.
std::array<uint32_t, 4> PhiloxBlock(uint64_t key, uint64_t counter);

// to[i] = number first + i of `key`, i < n: from [0, 1) with equal chances, 53 bits each.
void DrawUniform(uint64_t key, int64_t first, int64_t n, double* to);
// The same with mean 0 and standard deviation 1 (Box-Muller; a number needs its neighbour's bits).
void DrawNormal(uint64_t key, int64_t first, int64_t n, double* to);

}  // namespace kante::core
