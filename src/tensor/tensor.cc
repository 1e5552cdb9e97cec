// SPDX-License-Identifier: MIT
#include "tensor/tensor.h"

#include <cstring>
#include <new>

#include "base/checked.h"

namespace kante::core {
namespace {

// Strings live in the block as objects: construct them now, destroy them before the block goes back.
std::shared_ptr<Buffer> WithStrings(std::shared_ptr<Buffer> block, int64_t count) {
  auto* strings = reinterpret_cast<std::string*>(block->data());
  for (int64_t i = 0; i < count; ++i) new (strings + i) std::string;
  const size_t bytes = block->bytes();
  return Buffer::Wrap(strings, bytes, [keep = std::move(block), count](void* data, size_t) {
    auto* s = static_cast<std::string*>(data);
    for (int64_t i = 0; i < count; ++i) s[i].~basic_string();
  });
}

template <typename AllocatorRef>
Result<Tensor> AllocateWith(ElementType type, const Shape& shape, AllocatorRef&& allocator) {
  KANTE_TRY(const int64_t bytes, StorageBytes(type, shape));
  KANTE_TRY(std::shared_ptr<Buffer> buffer, Buffer::Allocate(bytes, std::forward<AllocatorRef>(allocator)));
  if (type == ElementType::kString) buffer = WithStrings(std::move(buffer), shape.elements());
  return Tensor(type, shape, std::move(buffer));
}

bool IsDense(const Shape& shape, std::span<const int64_t> strides) {
  if (shape.elements() == 0) return true;
  int64_t expected = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (shape[i] != 1 && strides[static_cast<size_t>(i)] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

// Copies one innermost run of elements of `size` bytes (0: strings); strides in elements.
void CopyRun(const std::byte* from, int64_t from_stride, std::byte* to, int64_t to_stride, int64_t count, size_t size) {
  if (size == 0) {
    const auto* f = reinterpret_cast<const std::string*>(from);
    auto* t = reinterpret_cast<std::string*>(to);
    for (int64_t i = 0; i < count; ++i) t[i * to_stride] = f[i * from_stride];
  } else if (from_stride == 1 && to_stride == 1) {
    std::memcpy(to, from, size * static_cast<size_t>(count));
  } else {
    const int64_t bytes = static_cast<int64_t>(size);
    for (int64_t i = 0; i < count; ++i) std::memcpy(to + bytes * to_stride * i, from + bytes * from_stride * i, size);
  }
}

}  // namespace

Tensor::Tensor(ElementType type, const Shape& shape, std::shared_ptr<Buffer> buffer, int64_t offset)
    : buffer_(std::move(buffer)), offset_(offset), shape_(shape), type_(type) {}

Tensor::Tensor(ElementType type, const Shape& shape, std::shared_ptr<Buffer> buffer, int64_t offset,
               std::span<const int64_t> strides)
    : buffer_(std::move(buffer)), offset_(offset), shape_(shape), type_(type), contiguous_(IsDense(shape, strides)) {
  if (!contiguous_) {
    for (size_t i = 0; i < strides.size(); ++i) strides_[i] = strides[i];
  }
}

Result<Tensor> Tensor::Allocate(ElementType type, const Shape& shape, Allocator& allocator) {
  return AllocateWith(type, shape, allocator);
}
Result<Tensor> Tensor::Allocate(ElementType type, const Shape& shape, std::shared_ptr<Allocator> allocator) {
  return AllocateWith(type, shape, std::move(allocator));
}

Tensor Tensor::Scalar(int64_t value) { return Of<int64_t>({}, std::span<const int64_t>(&value, 1)); }
Tensor Tensor::Vector(std::span<const int64_t> values) {
  return Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

int64_t Tensor::bytes() const {
  auto bytes = StorageBytes(type_, elements());
  return bytes.ok() ? *bytes : 0;
}

int64_t Tensor::stride(int i) const {
  return contiguous_ ? shape_.Product(i + 1, shape_.rank()) : strides_[static_cast<size_t>(i)];
}

bool Tensor::aligned() const {
  const int bits = BitsOf(type_);
  const uintptr_t size = type_ == ElementType::kString ? alignof(std::string)
                         : bits == 128                 ? 8
                         : bits >= 8                   ? static_cast<uintptr_t>(bits / 8)
                                                       : 1;
  return reinterpret_cast<uintptr_t>(raw()) % size == 0;
}

Tensor Tensor::Reshaped(const Shape& shape) const { return Tensor(type_, shape, buffer_, offset_); }

void CopyElements(const Tensor& from, const Tensor& to) {
  if (from.elements() == 0) return;
  if (from.contiguous() && from.type() != ElementType::kString) {
    std::memcpy(to.raw(), from.raw(), static_cast<size_t>(from.bytes()));
    return;
  }
  CopyStrided(from, to);
}

void CopyStrided(const Tensor& from, const Tensor& to) {
  if (from.elements() == 0) return;
  const bool strings = from.type() == ElementType::kString;
  const int64_t element = strings ? int64_t{sizeof(std::string)} : BitsOf(from.type()) / 8;
  const size_t size = strings ? 0 : static_cast<size_t>(element);
  const int rank = from.rank();
  const int last = rank - 1;
  const int64_t inner = rank ? from.dim(last) : 1;
  const int64_t from_inner = rank ? from.stride(last) : 1;
  const int64_t to_inner = rank ? to.stride(last) : 1;
  std::array<int64_t, kMaxRank> index{};
  for (;;) {
    int64_t from_at = 0;
    int64_t to_at = 0;
    for (int d = 0; d < last; ++d) {
      from_at += index[static_cast<size_t>(d)] * from.stride(d);
      to_at += index[static_cast<size_t>(d)] * to.stride(d);
    }
    CopyRun(from.raw() + from_at * element, from_inner, to.raw() + to_at * element, to_inner, inner, size);
    int d = last - 1;
    while (d >= 0 && ++index[static_cast<size_t>(d)] == from.dim(d)) index[static_cast<size_t>(d--)] = 0;
    if (d < 0) return;
  }
}

Result<Tensor> Compact(const Tensor& tensor, Allocator& allocator) {
  if (tensor.contiguous() && tensor.aligned()) return tensor;
  KANTE_TRY(Tensor copy, Tensor::Allocate(tensor.type(), tensor.shape(), allocator));
  CopyElements(tensor, copy);
  return copy;
}

Result<std::array<int64_t, kMaxRank>> SmallInts(const Tensor& tensor, int* count) {
  const int64_t n = tensor.elements();
  if (n > kMaxRank) return InvalidArgument("expected at most ", kMaxRank, " values, got ", n);
  std::array<int64_t, kMaxRank> out{};
  for (int64_t i = 0; i < n; ++i) {
    if (tensor.type() == ElementType::kInt64) {
      std::memcpy(&out[static_cast<size_t>(i)], tensor.raw() + i * 8, 8);
    } else if (tensor.type() == ElementType::kInt32) {
      int32_t value;
      std::memcpy(&value, tensor.raw() + i * 4, 4);
      out[static_cast<size_t>(i)] = value;
    } else {
      return InvalidArgument("expected int32 or int64 values, got ", NameOf(tensor.type()));
    }
  }
  *count = static_cast<int>(n);
  return out;
}

}  // namespace kante::core
