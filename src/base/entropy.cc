// SPDX-License-Identifier: MIT
#ifdef _WIN32
#define _CRT_RAND_S
#include <stdlib.h>
#else
#include <sys/random.h>
#include <unistd.h>
#endif

#include "base/clock.h"
#include "base/entropy.h"

namespace kante::core {

uint64_t EntropyBits() {
  uint64_t bits = 0;
#ifdef _WIN32
  unsigned low = 0, high = 0;
  if (rand_s(&low) == 0 && rand_s(&high) == 0) return (uint64_t{high} << 32) | low;
#else
  if (getentropy(&bits, sizeof(bits)) == 0) return bits;
#endif
  // Systems without a source: at least no two calls agree.
  return static_cast<uint64_t>(NowNanos()) * 0x9E3779B97F4A7C15u ^ reinterpret_cast<uintptr_t>(&bits);
}

}  // namespace kante::core
