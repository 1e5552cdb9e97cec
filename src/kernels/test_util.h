// SPDX-License-Identifier: MIT
//
// Helpers of the kernel tests: buffers that end where the heap block ends, cheap reproducible values, loops over
// targets and sizes.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/dispatch.h"

namespace kante::kernels {

/// Elements flush against the end of a heap block, so that AddressSanitizer sees any access beyond, at an address that
/// is `offset` elements off a 64-byte line (as far as the element size allows).
template <class T>
class TightBuffer {
 public:
  explicit TightBuffer(size_t n, size_t offset = 0)
      : block_(new unsigned char[(n + offset) * sizeof(T)]),
        begin_(reinterpret_cast<T*>(block_.get()) + offset),
        size_(n) {
    if (n) std::memset(static_cast<void*>(begin_), 0x5a, n * sizeof(T));
  }
  TightBuffer(size_t n, size_t offset, T value) : TightBuffer(n, offset) {
    for (size_t i = 0; i < n; ++i) begin_[i] = value;
  }
  T* data() { return begin_; }
  const T* data() const { return begin_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return begin_[i]; }
  const T& operator[](size_t i) const { return begin_[i]; }
  T* begin() { return begin_; }
  T* end() { return begin_ + size_; }

 private:
  std::unique_ptr<unsigned char[]> block_;
  T* begin_;
  size_t size_;
};

/// Small linear congruential generator: the same numbers on every platform.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2654435761u + 88172645463325252ull) {}
  uint32_t Next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>(state_ >> 32);
  }
  double Uniform(double lo, double hi) { return lo + (hi - lo) * (Next() / 4294967296.0); }
  size_t Below(size_t n) { return Next() % n; }
  template <class T>
  void Fill(T* p, size_t n, double lo, double hi) {
    for (size_t i = 0; i < n; ++i) p[i] = static_cast<T>(Uniform(lo, hi));
  }

 private:
  uint64_t state_;
};

/// 0 .. 3N+1 for the widest vector (N = 16 floats), then a few larger ones.
inline std::vector<size_t> RowSizes() {
  std::vector<size_t> sizes;
  for (size_t n = 0; n <= 3 * 16 + 1; ++n) sizes.push_back(n);
  for (size_t n : {63u, 64u, 65u, 100u, 127u, 257u, 1000u}) sizes.push_back(n);
  return sizes;
}

inline bool SameBits(float a, float b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0 || (std::isnan(a) && std::isnan(b));
}

/// |got - want| within `units` * 2^-23 relative or `absolute`, plus one denormal step; NaN and infinities must match. A
/// reference beyond the float range counts as infinity.
inline bool Near(float got, double want, double units, double absolute) {
  if (std::isnan(want)) return std::isnan(got);
  constexpr double kMax = std::numeric_limits<float>::max();
  if (std::fabs(want) > kMax * (1 + units * 1.2e-7)) return std::isinf(got) && (got > 0) == (want > 0);
  if (std::isinf(got)) return std::fabs(want) > kMax * (1 - units * 1.2e-7) && (got > 0) == (want > 0);
  return std::fabs(got - want) <= units * std::fabs(want) * 1.1920929e-7 + absolute + 1.5e-45;
}

/// Every supported target, with its name in the failure messages.
template <class F>
void OnEveryTarget(F&& f) {
  ForEachSupportedTarget([&](Target t) {
    SCOPED_TRACE(TargetName(t));
    f();
  });
}

}  // namespace kante::kernels
