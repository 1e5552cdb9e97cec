// SPDX-License-Identifier: MIT
#include "compute/move/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/checked.h"
#include "kernels/move.h"

namespace kante::core {
namespace {

constexpr int64_t kUnitBytes = 64 << 10;  // of one unit where a dimension can be cut: fits L2
constexpr int64_t kPlaneRows = 1024;
constexpr int64_t kShortRow = 256;  // bytes; so little is not worth a unit

}  // namespace

StridedCopy::StridedCopy(ElementType type, std::span<const int64_t> dims, std::span<const int64_t> dst_strides,
                         std::span<const int64_t> src_strides)
    : size_(BitsOf(type) / 8), strings_(type == ElementType::kString) {
  inner_.dst = inner_.src = 1;
  bool first = true;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return;  // no units
    if (dims[i] == 1) continue;
    const Axis axis{dims[i], dst_strides[i], src_strides[i]};
    if (first) {
      inner_ = axis;
      first = false;
    } else {
      Add(axis);
    }
  }
  ChoosePlane();
  inner_blocks_ = CeilDiv(inner_.size, inner_block_);
  plane_blocks_ = CeilDiv(plane_.size, plane_block_);
  units_ = inner_blocks_ * plane_blocks_;
  for (int i = 0; i < outer_rank_; ++i) units_ *= outer_[static_cast<size_t>(i)].size;
  const double elements = static_cast<double>(std::min(inner_.size, inner_block_) * plane_block_);
  const double per_element = strings_  ? 20
                             : dense() ? 0.1 * static_cast<double>(size_)
                                       : 0.5 * static_cast<double>(size_);
  unit_cost_ = 4 + elements * per_element;
}

// Takes the axis as the new innermost one, merged with the one before where both sides are dense.
void StridedCopy::Add(const Axis& axis) {
  if (inner_.dst == axis.dst * axis.size && inner_.src == axis.src * axis.size) {
    inner_ = Axis{inner_.size * axis.size, axis.dst, axis.src};
    return;
  }
  outer_[static_cast<size_t>(outer_rank_++)] = inner_;
  inner_ = axis;
}

void StridedCopy::ChoosePlane() {
  inner_block_ = std::max<int64_t>(1, kUnitBytes / std::max<int64_t>(1, size_));
  const bool may_transpose = !strings_ && inner_.dst == 1 && inner_.src != 1 && inner_.src != 0;
  for (int i = outer_rank_ - 1; i >= 0 && may_transpose; --i) {
    if (outer_[static_cast<size_t>(i)].src != 1) continue;
    transposed_ = true;
    inner_block_ = std::min(inner_.size, kPlaneRows);
    return TakePlane(i);
  }
  if (outer_rank_ > 0 && inner_.size * size_ <= kShortRow) {
    inner_block_ = inner_.size;
    TakePlane(outer_rank_ - 1);
  }
}

void StridedCopy::TakePlane(int outer_index) {
  plane_ = outer_[static_cast<size_t>(outer_index)];
  std::copy(outer_.begin() + outer_index + 1, outer_.begin() + outer_rank_, outer_.begin() + outer_index);
  --outer_rank_;
  plane_block_ = std::min(plane_.size, std::max<int64_t>(64, kUnitBytes / (size_ * inner_block_)));
}

void StridedCopy::CopyRow(std::byte* dst, const std::byte* src, int64_t count) const {
  const auto n = static_cast<size_t>(count);
  const auto size = static_cast<size_t>(size_);
  if (strings_) {
    auto* to = reinterpret_cast<std::string*>(dst);
    const auto* from = reinterpret_cast<const std::string*>(src);
    for (int64_t i = 0; i < count; ++i) to[i * inner_.dst] = from[i * inner_.src];
  } else if (dense()) {
    std::memcpy(dst, src, n * size);
  } else if (inner_.dst == 1 && inner_.src == 0) {
    kernels::Fill(dst, src, n, size);
  } else if (inner_.dst == 1) {
    kernels::CopyFromStrided(dst, src, inner_.src, n, size);
  } else if (inner_.src == 1) {
    kernels::CopyToStrided(dst, inner_.dst, src, n, size);
  } else {
    for (int64_t i = 0; i < count; ++i) std::memcpy(dst + i * inner_.dst * size_, src + i * inner_.src * size_, size);
  }
}

void StridedCopy::CopyPlane(std::byte* dst, const std::byte* src, int64_t count, int64_t rows) const {
  const auto n = static_cast<size_t>(count), m = static_cast<size_t>(rows), size = static_cast<size_t>(size_);
  if (transposed_) return kernels::Transpose2d(dst, plane_.dst, src, inner_.src, n, m, size);
  if (dense() && !strings_) return kernels::CopyRows(dst, plane_.dst * size_, src, plane_.src * size_, m, n * size);
  for (int64_t r = 0; r < rows; ++r) CopyRow(dst + r * plane_.dst * size_, src + r * plane_.src * size_, count);
}

void StridedCopy::Run(std::byte* dst, const std::byte* src, int64_t begin, int64_t end) const {
  std::array<int64_t, kMaxDims> index{};
  int64_t rest = begin;
  int64_t inner_at = rest % inner_blocks_;
  rest /= inner_blocks_;
  int64_t plane_at = rest % plane_blocks_;
  rest /= plane_blocks_;
  int64_t to = 0;
  int64_t from = 0;
  for (int i = outer_rank_ - 1; i >= 0; --i) {
    const Axis& axis = outer_[static_cast<size_t>(i)];
    const int64_t at = rest % axis.size;
    rest /= axis.size;
    index[static_cast<size_t>(i)] = at;
    to += at * axis.dst;
    from += at * axis.src;
  }
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t i = inner_at * inner_block_;
    const int64_t p = plane_at * plane_block_;
    std::byte* d = dst + (to + i * inner_.dst + p * plane_.dst) * size_;
    const std::byte* s = src + (from + i * inner_.src + p * plane_.src) * size_;
    const int64_t count = std::min(inner_block_, inner_.size - i);
    if (plane_.size > 1) {
      CopyPlane(d, s, count, std::min(plane_block_, plane_.size - p));
    } else {
      CopyRow(d, s, count);
    }
    if (++inner_at < inner_blocks_) continue;
    inner_at = 0;
    if (++plane_at < plane_blocks_) continue;
    plane_at = 0;
    for (int k = outer_rank_ - 1; k >= 0; --k) {
      const Axis& axis = outer_[static_cast<size_t>(k)];
      int64_t& at = index[static_cast<size_t>(k)];
      to += axis.dst;
      from += axis.src;
      if (++at < axis.size) break;
      to -= at * axis.dst;
      from -= at * axis.src;
      at = 0;
    }
  }
}

}  // namespace kante::core
