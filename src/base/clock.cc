// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <chrono>
#include <ctime>

namespace kante::core {

int64_t NowNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string Timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[32];
  text[std::strftime(text, sizeof(text), "%Y-%m-%d_%H-%M-%S", &local)] = 0;
  return text;
}

}  // namespace kante::core
