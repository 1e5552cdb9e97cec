// SPDX-License-Identifier: MIT
// Values that are tensors of numbers.
#include <algorithm>
#include <cstring>

#include "api/c/memory.h"
#include "api/c/slots.h"
#include "api/c/sparse.h"
#include "api/c/type_info.h"
#include "api/c/value.h"

namespace kante::ort {
namespace {

std::string Shape(const int64_t* shape, size_t rank) { return ShapeToString({shape, rank}); }

// Of a dense tensor of numbers.
OrtStatus* ByteCount(ElementType type, std::span<const int64_t> shape, size_t* out) {
  int64_t bits = BitsOf(type);
  for (const int64_t d : shape) {
    if (__builtin_mul_overflow(bits, d, &bits)) {
      return InvalidArgument("the size of " + ShapeToString(shape) + " overflows");
    }
  }
  *out = static_cast<size_t>(bits / 8 + (bits % 8 != 0));
  return nullptr;
}

OrtStatus* WrapMemory(void* data, size_t bytes, const int64_t* shape, size_t rank, ONNXTensorElementDataType type,
                      std::function<void()> release, OrtValue** out) {
  std::span<const int64_t> dims;
  KANTE_ORT_TRY(ShapeArgument(shape, rank, &dims));
  const ElementType element = FromOrt(type);
  if (element == ElementType::kUndefined) return InvalidArgument("the element type is not defined");
  if (element == ElementType::kString) {
    return InvalidArgument("a tensor of strings cannot use memory of the caller: fill one with FillStringTensor");
  }
  size_t need = 0;
  KANTE_ORT_TRY(ByteCount(element, dims, &need));
  if (bytes < need) {
    return InvalidArgument("not enough space: expected " + std::to_string(need) + ", got " + std::to_string(bytes));
  }
  auto tensor = Tensor::Wrap(element, dims, data, need, std::move(release));
  if (!tensor.ok()) return ToOrt(tensor.status());
  *out = new OrtValue{std::move(*tensor)};
  return nullptr;
}

}  // namespace

OrtStatus* ShapeArgument(const int64_t* shape, size_t rank, std::span<const int64_t>* out) {
  if (rank && !shape) return NullArgument("shape");
  for (size_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      return InvalidArgument("tried creating tensor with negative value in shape " + Shape(shape, rank));
  }
  *out = {shape, rank};
  return nullptr;
}

const Tensor* TensorOf(const OrtValue* value, OrtStatus** status) {
  if (!value) {
    *status = NullArgument("value");
  } else if (!value->value.is_tensor() || !value->value.tensor().valid()) {
    *status = InvalidArgument("the value is not a tensor");
  } else {
    return &value->value.tensor();
  }
  return nullptr;
}

OrtStatus* CreateTensorAsOrtValue(OrtAllocator* allocator, const int64_t* shape, size_t rank,
                                  ONNXTensorElementDataType type, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  std::span<const int64_t> dims;
  KANTE_ORT_TRY(ShapeArgument(shape, rank, &dims));
  const ElementType element = FromOrt(type);
  if (element == ElementType::kUndefined) return InvalidArgument("the element type is not defined");
  // Strings are objects, not bytes that an allocator could give.
  if (allocator == DefaultAllocator() || element == ElementType::kString) {
    auto tensor = Tensor::Allocate(element, dims);
    if (!tensor.ok()) return ToOrt(tensor.status());
    *out = new OrtValue{std::move(*tensor)};
    return nullptr;
  }
  size_t bytes = 0;
  KANTE_ORT_TRY(ByteCount(element, dims, &bytes));
  void* memory = allocator->Alloc(allocator, std::max<size_t>(bytes, 1));
  if (!memory) return Fail(ORT_FAIL, "the allocator gave no memory");
  OrtStatus* failed = WrapMemory(
      memory, bytes, shape, rank, type, [=] { allocator->Free(allocator, memory); }, out);
  if (failed) allocator->Free(allocator, memory);
  return failed;
}

OrtStatus* CreateTensorWithDataAsOrtValue(const OrtMemoryInfo* info, void* data, size_t bytes, const int64_t* shape,
                                          size_t rank, ONNXTensorElementDataType type, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_TRY(RequireHost(*info));
  return WrapMemory(data, bytes, shape, rank, type, {}, out);
}

OrtStatus* CreateTensorWithDataAndDeleterAsOrtValue(OrtAllocator* deleter, void* data, size_t bytes,
                                                    const int64_t* shape, size_t rank, ONNXTensorElementDataType type,
                                                    OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(deleter);
  KANTE_ORT_REQUIRE(out);
  return WrapMemory(
      data, bytes, shape, rank, type, [=] { deleter->Free(deleter, data); }, out);
}

OrtStatus* IsTensor(const OrtValue* value, int* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->value.is_tensor();
  return nullptr;
}

OrtStatus* HasValue(const OrtValue* value, int* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->sparse || value->value.kind() != Value::Kind::kNone;
  return nullptr;
}

OrtStatus* GetTensorMutableData(OrtValue* value, void** out) noexcept {
  KANTE_ORT_TENSOR(tensor, value);
  KANTE_ORT_REQUIRE(out);
  *out = const_cast<void*>(tensor.data());
  return nullptr;
}

OrtStatus* GetTensorData(const OrtValue* value, const void** out) noexcept {
  KANTE_ORT_TENSOR(tensor, value);
  KANTE_ORT_REQUIRE(out);
  *out = tensor.data();
  return nullptr;
}

OrtStatus* GetTensorSizeInBytes(const OrtValue* value, size_t* out) noexcept {
  KANTE_ORT_TENSOR(tensor, value);
  KANTE_ORT_REQUIRE(out);
  if (tensor.type() == ElementType::kString) return InvalidArgument("a tensor of strings has no size in bytes");
  *out = tensor.bytes();
  return nullptr;
}

OrtStatus* TensorAt(OrtValue* value, const int64_t* location, size_t count, void** out) noexcept {
  KANTE_ORT_TENSOR(tensor, value);
  KANTE_ORT_REQUIRE(out);
  if (count) KANTE_ORT_REQUIRE(location);
  if (tensor.type() == ElementType::kString) return InvalidArgument("this API does not support strings");
  if (BitsOf(tensor.type()) < 8) return InvalidArgument("elements of less than a byte have no address");
  if (count != tensor.shape().size()) {
    return InvalidArgument("location dimensions do not match shape size");
  }
  int64_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    if (location[i] < 0 || location[i] >= tensor.shape()[i]) {
      return InvalidArgument("location " + Shape(location, count) + " is outside " + ShapeToString(tensor.shape()));
    }
    offset = offset * tensor.shape()[i] + location[i];
  }
  *out = static_cast<char*>(const_cast<void*>(tensor.data())) + offset * (BitsOf(tensor.type()) / 8);
  return nullptr;
}

OrtStatus* GetTensorTypeAndShape(const OrtValue* value, OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  if (value && value->sparse) {
    *out = new OrtTensorTypeAndShapeInfo(InfoOf(*value->sparse).tensor);
    return nullptr;
  }
  KANTE_ORT_TENSOR(tensor, value);
  *out = new OrtTensorTypeAndShapeInfo(InfoOf(tensor));
  return nullptr;
}

OrtStatus* GetTensorElementTypeAndShapeDataReference(const OrtValue* value, ONNXTensorElementDataType* type,
                                                     const int64_t** shape, size_t* rank) noexcept {
  KANTE_ORT_REQUIRE(type);
  KANTE_ORT_REQUIRE(shape);
  KANTE_ORT_REQUIRE(rank);
  if (value && value->sparse) {
    *type = ToOrt(value->sparse->type);
    *shape = value->sparse->shape.data();
    *rank = value->sparse->shape.size();
    return nullptr;
  }
  KANTE_ORT_TENSOR(tensor, value);
  *type = ToOrt(tensor.type());
  *shape = tensor.shape().data();
  *rank = tensor.shape().size();
  return nullptr;
}

OrtStatus* GetTypeInfo(const OrtValue* value, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtTypeInfo(value->sparse ? InfoOf(*value->sparse) : InfoOf(value->value));
  return nullptr;
}

OrtStatus* GetValueType(const OrtValue* value, ONNXType* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->sparse ? ONNX_TYPE_SPARSETENSOR : InfoOf(value->value).type;
  return nullptr;
}

OrtStatus* GetTensorMemoryInfo(const OrtValue* value, const OrtMemoryInfo** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = &HostMemory();
  return nullptr;
}

OrtStatus* CopyTensors(const OrtEnv* env, const OrtValue* const* from, OrtValue* const* to, OrtSyncStream*,
                       size_t count) noexcept {
  KANTE_ORT_REQUIRE(env);
  if (count) {
    KANTE_ORT_REQUIRE(from);
    KANTE_ORT_REQUIRE(to);
  }
  for (size_t i = 0; i < count; ++i) {
    KANTE_ORT_TENSOR(source, from[i]);
    KANTE_ORT_TENSOR(target, to[i]);
    if (source.type() != target.type() || !std::ranges::equal(source.shape(), target.shape())) {
      return InvalidArgument("tensor " + std::to_string(i) + " has another type or shape than the one to copy into");
    }
    if (source.type() == ElementType::kString) {
      std::ranges::copy(source.strings(), Tensor(target).mutable_strings().begin());
    } else if (source.bytes()) {
      std::memmove(const_cast<void*>(target.data()), source.data(), source.bytes());
    }
  }
  return nullptr;
}

void ReleaseValue(OrtValue* value) noexcept { delete value; }

}  // namespace kante::ort
