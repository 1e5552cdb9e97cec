// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <chrono>

namespace kante::core {

int64_t NowNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace kante::core
