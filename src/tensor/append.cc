// SPDX-License-Identifier: MIT
#include "tensor/append.h"

#include <algorithm>

#include "base/checked.h"

namespace kante::core {
namespace {

constexpr int64_t kMinCapacity = 16;

// The strides of [dims with capacity at axis], which a view of a shorter length shares.
std::array<int64_t, kMaxRank> GrowingStrides(const Shape& shape, int axis, int64_t capacity) {
  Shape full = shape;
  full.set_dim(axis, capacity);
  return ContiguousStrides(full);
}

Tensor View(const Tensor& like, const Shape& shape, std::shared_ptr<Buffer> buffer,
            const std::array<int64_t, kMaxRank>& strides, int64_t offset) {
  return Tensor(like.type(), shape, std::move(buffer), offset,
                std::span(strides.data(), static_cast<size_t>(shape.rank())));
}

// How far along `axis` the buffer could be filled, if `tensor` looks like what AllocateGrowing makes; else 0.
int64_t CapacityOf(const Tensor& tensor, int axis) {
  if (tensor.offset() != 0 || tensor.elements() == 0 || tensor.buffer()->read_only()) return 0;
  const Shape& shape = tensor.shape();
  const int64_t below = shape.Product(axis + 1, shape.rank());
  const int64_t above = shape.Product(0, axis);
  const int64_t element = BitsOf(tensor.type()) / 8;
  const int64_t capacity =
      static_cast<int64_t>(tensor.buffer()->bytes()) / std::max<int64_t>(1, above * below * element);
  const auto strides = GrowingStrides(shape, axis, capacity);
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] != 1 && tensor.stride(d) != strides[static_cast<size_t>(d)]) return 0;
  }
  return capacity;
}

}  // namespace

Result<Tensor> AllocateGrowing(ElementType type, const Shape& shape, int axis, int64_t capacity,
                               std::shared_ptr<Allocator> allocator) {
  if (BitsOf(type) < 8 || type == ElementType::kString) {
    return NotImplemented("tensors of ", NameOf(type), " cannot grow");
  }
  Shape full = shape;
  full.set_dim(axis, std::max(capacity, shape[axis]));
  KANTE_TRY(const int64_t bytes, StorageBytes(type, full));
  KANTE_TRY(std::shared_ptr<Buffer> buffer, Buffer::Allocate(bytes, std::move(allocator)));
  buffer->set_used(shape[axis]);
  const auto strides = ContiguousStrides(full);
  return Tensor(type, shape, std::move(buffer), 0, std::span(strides.data(), static_cast<size_t>(shape.rank())));
}

Result<Tensor> Append(const Tensor& past, const Tensor& step, int axis, std::shared_ptr<Allocator> allocator) {
  if (past.type() != step.type() || past.rank() != step.rank()) {
    return InvalidArgument("cannot append ", NameOf(step.type()), step.shape().ToString(), " to ", NameOf(past.type()),
                           past.shape().ToString());
  }
  KANTE_TRY(axis, NormalizeAxis(axis, past.rank()));
  for (int d = 0; d < past.rank(); ++d) {
    if (d != axis && past.dim(d) != step.dim(d)) {
      return InvalidArgument("cannot append ", step.shape().ToString(), " to ", past.shape().ToString(), " along axis ",
                             axis);
    }
  }
  const int64_t old_length = past.dim(axis);
  Shape shape = past.shape();
  int64_t length = 0;
  if (!CheckedAdd(old_length, step.dim(axis), &length)) return InvalidArgument("the length overflows");
  shape.set_dim(axis, length);

  Tensor grown;
  const int64_t capacity = CapacityOf(past, axis);
  if (length <= capacity && past.buffer()->TryAdvance(old_length, length)) {
    grown = View(past, shape, past.buffer(), GrowingStrides(shape, axis, capacity), 0);
  } else {
    const int64_t room = std::max({kMinCapacity, 2 * old_length, length});
    KANTE_TRY(grown, AllocateGrowing(past.type(), shape, axis, room, std::move(allocator)));
    std::array<int64_t, kMaxRank> strides{};
    for (int d = 0; d < shape.rank(); ++d) strides[static_cast<size_t>(d)] = grown.stride(d);
    CopyStrided(past, View(past, past.shape(), grown.buffer(), strides, 0));
  }
  std::array<int64_t, kMaxRank> strides{};
  for (int d = 0; d < shape.rank(); ++d) strides[static_cast<size_t>(d)] = grown.stride(d);
  const int64_t at = old_length * grown.stride(axis) * (BitsOf(past.type()) / 8);
  CopyStrided(step, View(step, step.shape(), grown.buffer(), strides, at));
  return grown;
}

}  // namespace kante::core
