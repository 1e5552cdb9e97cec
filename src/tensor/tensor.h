// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/status.h"
#include "tensor/buffer.h"
#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace kante::core {

// A typed view of a counted Buffer. Copying a Tensor shares the memory. Most operators see contiguous tensors only (the
// executor compacts); those whose kInfo says so also see strided ones.
// Strings are std::string objects in host memory, constructed and destroyed by the buffer's owner (AllocateTensor).
class Tensor {
 public:
  Tensor() = default;  // no tensor: an absent optional input
  // A dense tensor at `offset` bytes into the buffer. REQUIRES: the buffer is large enough (callers check).
  Tensor(ElementType type, const Shape& shape, std::shared_ptr<Buffer> buffer, int64_t offset = 0);
  // With strides in elements.
  Tensor(ElementType type, const Shape& shape, std::shared_ptr<Buffer> buffer, int64_t offset,
         std::span<const int64_t> strides);

  // New memory. Numeric contents are not cleared; strings are empty.
  static Result<Tensor> Allocate(ElementType type, const Shape& shape, Allocator& allocator = HeapAllocator());
  static Result<Tensor> Allocate(ElementType type, const Shape& shape, std::shared_ptr<Allocator> allocator);
  // Small tensors for constants and tests; abort-free but empty() when there is no memory.
  template <typename T>
  static Tensor Of(const Shape& shape, std::span<const T> values);
  static Tensor Scalar(int64_t value);
  static Tensor Vector(std::span<const int64_t> values);

  bool empty() const { return buffer_ == nullptr; }
  explicit operator bool() const { return buffer_ != nullptr; }
  ElementType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  int64_t dim(int i) const { return shape_[i]; }
  int64_t elements() const { return shape_.elements(); }
  // Bytes of the elements stored densely.
  int64_t bytes() const;
  const std::shared_ptr<Buffer>& buffer() const { return buffer_; }
  int64_t offset() const { return offset_; }
  Device device() const { return buffer_ ? buffer_->device() : Device{}; }

  bool contiguous() const { return contiguous_; }
  // In elements; meaningful for strided tensors, dense ones compute them.
  int64_t stride(int i) const;
  bool aligned() const;  // the pointer suits the element type

  std::byte* raw() const { return buffer_->data() + offset_; }
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(raw());
  }
  template <typename T>
  T* mutable_data() const {
    return reinterpret_cast<T*>(raw());
  }
  template <typename T>
  std::span<const T> span() const {
    return {data<T>(), static_cast<size_t>(elements())};
  }

  // The same elements in another shape. REQUIRES: contiguous, equal element counts.
  Tensor Reshaped(const Shape& shape) const;

 private:
  std::shared_ptr<Buffer> buffer_;
  int64_t offset_ = 0;
  Shape shape_;
  std::array<int64_t, kMaxRank> strides_{};  // only set when !contiguous_
  ElementType type_ = ElementType::kUndefined;
  bool contiguous_ = true;
};

// A dense, aligned copy (or the same tensor if it is that already).
Result<Tensor> Compact(const Tensor& tensor, Allocator& allocator = HeapAllocator());
// Copies the elements of `from` (any strides) to the dense `to`. REQUIRES: same type and shape, host memory.
void CopyElements(const Tensor& from, const Tensor& to);
// The same where both may be strided. REQUIRES also: elements of whole bytes, no strings.
void CopyStrided(const Tensor& from, const Tensor& to);

// The values of an integer tensor (int32 or int64) as int64, e.g. axes and shapes. InvalidArgument for other types.
Result<std::array<int64_t, kMaxRank>> SmallInts(const Tensor& tensor, int* count);

template <typename T>
Tensor Tensor::Of(const Shape& shape, std::span<const T> values) {
  auto made = Allocate(ElementTypeFor<T>, shape);
  if (!made.ok()) return Tensor();
  T* to = made->template mutable_data<T>();
  for (size_t i = 0; i < values.size(); ++i) to[i] = values[i];
  return std::move(made).value();
}

}  // namespace kante::core
