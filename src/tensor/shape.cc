// SPDX-License-Identifier: MIT
#include "tensor/shape.h"

#include <algorithm>

#include "base/checked.h"

namespace kante::core {

Shape::Shape(std::initializer_list<int64_t> dims) {
  for (int64_t d : dims) push_back(d);
}

Result<Shape> Shape::Make(std::span<const int64_t> dims) {
  if (dims.size() > kMaxRank) return InvalidArgument("rank ", dims.size(), " is above the limit of ", kMaxRank);
  KANTE_TRY([[maybe_unused]] const int64_t elements, CheckedProduct(dims));
  Shape shape;
  for (int64_t d : dims) shape.push_back(d);
  return shape;
}

void Shape::resize(int rank, int64_t fill) {
  for (int i = rank_; i < rank; ++i) dims_[static_cast<size_t>(i)] = fill;
  rank_ = rank;
}

int64_t Shape::Product(int begin, int end) const {
  // Wraps on the way where a later dimension is 0, whatever the others are: Make has seen that all of them fit.
  uint64_t product = 1;
  for (int i = begin; i < end; ++i) product *= static_cast<uint64_t>(dims_[static_cast<size_t>(i)]);
  return static_cast<int64_t>(product);
}

bool Shape::operator==(const Shape& other) const {
  return rank_ == other.rank_ && std::equal(begin(), end(), other.begin());
}

std::string Shape::ToString() const {
  std::string out = "[";
  for (int i = 0; i < rank_; ++i) {
    if (i) out += ',';
    out += std::to_string(dim(i));
  }
  return out + "]";
}

Result<int64_t> StorageBytes(ElementType type, int64_t elements) {
  const int bits = BitsOf(type);
  int64_t bytes = 0;
  if (bits >= 8) {
    if (!CheckedMul(elements, bits / 8, &bytes)) return InvalidArgument("the size of the tensor overflows");
    return bytes;
  }
  if (bits == 0) return InvalidArgument("a tensor of undefined element type has no size");
  const int per_byte = 8 / bits;
  return elements / per_byte + (elements % per_byte != 0);
}

Result<int64_t> StorageBytes(ElementType type, const Shape& shape) {
  KANTE_TRY(const int64_t elements, CheckedProduct(shape.dims()));
  return StorageBytes(type, elements);
}

Result<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  out.resize(rank);
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank());
    const int ib = i - (rank - b.rank());
    const int64_t da = ia < 0 ? 1 : a[ia];
    const int64_t db = ib < 0 ? 1 : b[ib];
    if (da != db && da != 1 && db != 1) {
      return InvalidArgument("cannot broadcast ", a.ToString(), " with ", b.ToString());
    }
    out.set_dim(i, da == 1 ? db : da);
  }
  KANTE_TRY([[maybe_unused]] const int64_t elements, CheckedProduct(out.dims()));
  return out;
}

Result<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) return InvalidArgument("axis ", axis, " outside [", -rank, ", ", rank - 1, "]");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::array<int64_t, kMaxRank> ContiguousStrides(const Shape& shape) {
  std::array<int64_t, kMaxRank> strides{};
  int64_t stride = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[static_cast<size_t>(i)] = stride;
    // Wraps only for empty shapes, whose strides nobody follows.
    stride = static_cast<int64_t>(static_cast<uint64_t>(stride) * static_cast<uint64_t>(shape[i]));
  }
  return strides;
}

}  // namespace kante::core
