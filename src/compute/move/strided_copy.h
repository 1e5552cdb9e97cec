// SPDX-License-Identifier: MIT
// The one copy loop behind Transpose, Slice, Concat, Split, Expand, Tile, Pad and their kind.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace kante::core {

// A copy from one strided box to another of the same dimensions. Strides count elements; those of the source may be
// zero (broadcast) or negative. Dimensions are merged where both sides allow it; a pair of dimensions that changes
// places goes through a blocked transpose. The work is cut into units that any threads may share in any order.
class StridedCopy {
 public:
  static constexpr int kMaxDims = 2 * kMaxRank;

  // REQUIRES: spans of equal length <= kMaxDims; element type of whole bytes or string.
  StridedCopy(ElementType type, std::span<const int64_t> dims, std::span<const int64_t> dst_strides,
              std::span<const int64_t> src_strides);

  int64_t units() const { return units_; }
  // About the nanoseconds that one unit takes.
  double unit_cost() const { return unit_cost_; }
  void Run(std::byte* dst, const std::byte* src, int64_t begin, int64_t end) const;

 private:
  struct Axis {
    int64_t size = 1;
    int64_t dst = 0;  // strides in elements
    int64_t src = 0;
  };
  void Add(const Axis& axis);
  void ChoosePlane();
  bool dense() const { return inner_.src == 1 && inner_.dst == 1; }
  void TakePlane(int outer_index);
  void CopyRow(std::byte* dst, const std::byte* src, int64_t count) const;
  void CopyPlane(std::byte* dst, const std::byte* src, int64_t count, int64_t rows) const;

  std::array<Axis, kMaxDims> outer_;  // without plane_ and inner_
  int outer_rank_ = 0;
  Axis inner_;               // the last dimension
  Axis plane_;               // a second dimension that a unit copies; size 1: none
  bool transposed_ = false;  // the plane is dense in the source while inner_ is not
  int64_t inner_block_ = 1;
  int64_t plane_block_ = 1;
  int64_t inner_blocks_ = 1;
  int64_t plane_blocks_ = 1;
  int64_t units_ = 0;
  double unit_cost_ = 1;
  int64_t size_;
  bool strings_;
};

}  // namespace kante::core
