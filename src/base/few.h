// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace kante::core {

// An array whose length is known when it is made; up to N elements need no heap.
template <typename T, size_t N>
class Few {
 public:
  explicit Few(size_t size) : size_(size) {
    if constexpr (std::is_scalar_v<T>) few_.fill(T());  // objects make themselves; zeros below them would be lost time
    if (size > N) many_.resize(size);
  }
  Few(const Few&) = delete;
  Few& operator=(const Few&) = delete;

  size_t size() const { return size_; }
  T* data() { return size_ > N ? many_.data() : few_.data(); }
  T& operator[](size_t i) { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  std::span<T> span() { return {data(), size_}; }

 private:
  const size_t size_;
  std::array<T, N> few_;
  std::vector<T> many_;
};

}  // namespace kante::core
