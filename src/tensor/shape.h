// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "base/status.h"
#include "tensor/element_type.h"

namespace kante::core {

inline constexpr int kMaxRank = 12;

// Concrete dimensions of a tensor, all >= 0. Plain data without heap memory.
class Shape {
 public:
  Shape() = default;  // a scalar
  Shape(std::initializer_list<int64_t> dims);
  // Dimensions from a file or a caller: InvalidArgument when negative, too many, or when their product overflows.
  static Result<Shape> Make(std::span<const int64_t> dims);

  int rank() const { return rank_; }
  int64_t dim(int i) const { return dims_[static_cast<size_t>(i)]; }
  int64_t operator[](int i) const { return dims_[static_cast<size_t>(i)]; }
  void set_dim(int i, int64_t value) { dims_[static_cast<size_t>(i)] = value; }
  std::span<const int64_t> dims() const { return {dims_.data(), static_cast<size_t>(rank_)}; }
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }
  // REQUIRES: rank() < kMaxRank.
  void push_back(int64_t dim) { dims_[static_cast<size_t>(rank_++)] = dim; }
  void resize(int rank, int64_t fill = 1);

  // Product of all dimensions. Make and Infer have checked that it fits.
  int64_t elements() const { return Product(0, rank_); }
  // Product of the dimensions [begin, end).
  int64_t Product(int begin, int end) const;

  bool operator==(const Shape& other) const;
  // "[2,3,224,224]"
  std::string ToString() const;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

// Bytes of `elements` elements of `type` stored densely, sub-byte types packed. InvalidArgument on overflow.
Result<int64_t> StorageBytes(ElementType type, int64_t elements);
Result<int64_t> StorageBytes(ElementType type, const Shape& shape);

// numpy broadcasting of two shapes; InvalidArgument "cannot broadcast [2,3] with [4]".
Result<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// axis in [-rank, rank) made non-negative; InvalidArgument "axis 3 outside [-3, 2]".
Result<int> NormalizeAxis(int64_t axis, int rank);

// Dense row-major strides in elements.
std::array<int64_t, kMaxRank> ContiguousStrides(const Shape& shape);

}  // namespace kante::core
