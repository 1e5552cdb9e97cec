// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

namespace kante::core {

// The integer that v is without its fraction; the nearest one that T has where that is none of T's; NaN gives 0.
template <typename T, typename F>
T SaturateTo(F v) {
  // 2^bits is exact in every float type, which max() itself need not be.
  constexpr F kEnd = static_cast<F>(std::numeric_limits<T>::max() / 2 + 1) * 2;
  constexpr F kLow = static_cast<F>(std::numeric_limits<T>::min());
  if (!(v == v)) return 0;
  if (v >= kEnd) return std::numeric_limits<T>::max();
  if (v <= kLow) return std::numeric_limits<T>::min();
  return static_cast<T>(v);
}

}  // namespace kante::core
