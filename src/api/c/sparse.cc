// SPDX-License-Identifier: MIT
// Values that are sparse tensors. Callers make them and read them back; no operator takes one.
#include "api/c/sparse.h"

#include <cstring>

#include "api/c/memory.h"
#include "api/c/slots.h"
#include "api/c/type_info.h"
#include "api/c/value.h"

namespace kante::ort {
namespace {

OrtStatus* SparseOf(const OrtValue* value, OrtSparse** out) {
  KANTE_ORT_REQUIRE(value);
  if (!value->sparse) return Fail(ORT_RUNTIME_EXCEPTION, "the value is not a sparse tensor");
  *out = value->sparse.get();
  return nullptr;
}

int64_t Elements(std::span<const int64_t> shape) {
  int64_t count = 1;  // of a tensor that exists: does not overflow
  for (const int64_t d : shape) count *= d;
  return count;
}

OrtStatus* New(const int64_t* shape, size_t rank, ONNXTensorElementDataType type, OrtSparse* out) {
  std::span<const int64_t> dims;
  KANTE_ORT_TRY(ShapeArgument(shape, rank, &dims));
  int64_t count = 1;
  for (const int64_t d : dims) {
    if (__builtin_mul_overflow(count, d, &count)) return InvalidArgument("the dense size overflows");
  }
  out->type = FromOrt(type);
  if (BitsOf(out->type) < 8 && out->type != ElementType::kString) {
    return Fail(ORT_NOT_IMPLEMENTED, "sparse tensor type " + std::to_string(type) + " is not supported");
  }
  out->shape.assign(dims.begin(), dims.end());
  return nullptr;
}

OrtStatus* RequireArray(const void* array, size_t count) { return count && !array ? NullArgument("array") : nullptr; }

// One that has no indices yet, made in the way (with values or without) that the call is for.
OrtStatus* EmptyOf(OrtValue* value, bool fill, OrtSparse** out) {
  KANTE_ORT_TRY(SparseOf(value, out));
  if ((*out)->format != ORT_SPARSE_UNDEFINED) return Fail(ORT_FAIL, "the sparse tensor has its indices already");
  if (fill && !(*out)->allocator) return Fail(ORT_FAIL, "the sparse tensor has its values already: use indices");
  if (!fill && (*out)->allocator) return Fail(ORT_FAIL, "the sparse tensor has no values: fill it");
  return nullptr;
}

template <typename T>
OrtStatus* Wrap(const T* data, std::initializer_list<int64_t> shape, Tensor* out) {
  auto wrapped = Tensor::Wrap(ElementTypeOf<T>::value, std::span(shape.begin(), shape.size()), const_cast<T*>(data),
                              static_cast<size_t>(Elements({shape.begin(), shape.size()})) * sizeof(T));
  if (!wrapped.ok()) return ToOrt(wrapped.status());
  *out = std::move(*wrapped);
  return nullptr;
}

OrtStatus* CooIndices(const OrtSparse& sparse, int64_t values, const int64_t* data, size_t count, Tensor* out) {
  const auto n = static_cast<size_t>(values);
  if (count != n && count != 2 * n) {
    return InvalidArgument("COO indices count must be equal to or twice the values count.");
  }
  const bool pairs = count != n;
  if (pairs && sparse.shape.size() != 2) return InvalidArgument("COO indices in pairs are for matrices");
  const int64_t elements = Elements(sparse.shape);
  for (size_t i = 0; i < count; ++i) {
    const int64_t end = pairs ? sparse.shape[i % 2] : elements;
    if (data[i] < 0 || data[i] >= end) {
      return InvalidArgument(std::string(pairs ? "COO index" : "COO linear index") + " out of bounds: " +
                             std::to_string(data[i]) + " must be in [0, " + std::to_string(end) + ")");
    }
  }
  return pairs ? Wrap(data, {values, 2}, out) : Wrap(data, {values}, out);
}

OrtStatus* CsrIndices(const OrtSparse& sparse, int64_t values, const int64_t* inner, size_t inner_count,
                      const int64_t* outer, size_t outer_count, Tensor* inner_out, Tensor* outer_out) {
  if (sparse.shape.size() != 2) return InvalidArgument("CSR is for matrices");
  if (inner_count != static_cast<size_t>(values)) {
    return InvalidArgument("CSR needs an inner index for each of the " + std::to_string(values) + " values");
  }
  const auto rows = static_cast<size_t>(sparse.shape[0]);
  if (outer_count != rows + 1 && !(outer_count == 0 && values == 0)) {
    return InvalidArgument("CSR needs " + std::to_string(rows + 1) + " outer indices, not " +
                           std::to_string(outer_count));
  }
  for (size_t i = 0; i < inner_count; ++i) {
    if (inner[i] < 0 || inner[i] >= sparse.shape[1]) {
      return InvalidArgument("CSR inner index out of bounds: " + std::to_string(inner[i]));
    }
  }
  for (size_t i = 0; i < outer_count; ++i) {
    const int64_t least = i ? outer[i - 1] : 0, most = i ? values : 0;
    if (outer[i] < least || outer[i] > most || (i == rows && outer[i] != values)) {
      return InvalidArgument("CSR outer indices must rise from 0 to the number of values");
    }
  }
  KANTE_ORT_TRY(Wrap(inner, {values}, inner_out));
  return Wrap(outer, {static_cast<int64_t>(outer_count)}, outer_out);
}

// Blocks: values [n, rows, columns], indices [2, n].
OrtStatus* BlockIndices(const OrtSparse&, const int64_t* shape, size_t rank, const int32_t* data, Tensor* out) {
  std::span<const int64_t> dims;
  KANTE_ORT_TRY(ShapeArgument(shape, rank, &dims));
  if (rank != 2) return Fail(ORT_FAIL, "the indices of blocks have two dimensions");
  if (Elements(dims)) KANTE_ORT_REQUIRE(data);
  return Wrap(data, {dims[0], dims[1]}, out);
}

// Into memory of the allocator; strings come as char*.
OrtStatus* CopyIn(OrtAllocator* allocator, ElementType type, std::span<const int64_t> shape, const void* data,
                  Tensor* out) {
  OrtValue* made = nullptr;
  KANTE_ORT_TRY(CreateTensorAsOrtValue(allocator, shape.data(), shape.size(), ToOrt(type), &made));
  Tensor tensor = made->value.tensor();
  ReleaseValue(made);
  if (tensor.elements()) KANTE_ORT_REQUIRE(data);
  if (type == ElementType::kString) {
    const auto* texts = static_cast<const char* const*>(data);
    for (std::string& text : tensor.mutable_strings()) text = *texts ? *texts : "", ++texts;
  } else if (tensor.bytes()) {
    std::memcpy(tensor.mutable_data(), data, tensor.bytes());
  }
  *out = std::move(tensor);
  return nullptr;
}

OrtStatus* CopyValues(const OrtSparse& sparse, const OrtMemoryInfo* info, const int64_t* shape, size_t rank,
                      const void* values, Tensor* out) {
  KANTE_ORT_TRY(RequireHost(*info));
  std::span<const int64_t> dims;
  KANTE_ORT_TRY(ShapeArgument(shape, rank, &dims));
  return CopyIn(sparse.allocator, sparse.type, dims, values, out);
}

// The caller's indices were checked; ours are a copy.
OrtStatus* Own(OrtSparse& sparse, Tensor values, std::vector<Tensor> indices, OrtSparseFormat format) {
  for (Tensor& each : indices) {
    const Tensor given = each;
    KANTE_ORT_TRY(CopyIn(sparse.allocator, given.type(), given.shape(), given.data(), &each));
  }
  sparse.values = std::move(values);
  sparse.indices = std::move(indices);
  sparse.format = format;
  return nullptr;
}

OrtStatus* IndicesOf(const OrtValue* value, OrtSparseIndicesFormat which, const Tensor** out) {
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(SparseOf(value, &sparse));
  const OrtSparseFormat needs = which == ORT_SPARSE_COO_INDICES            ? ORT_SPARSE_COO
                                : which == ORT_SPARSE_BLOCK_SPARSE_INDICES ? ORT_SPARSE_BLOCK_SPARSE
                                                                           : ORT_SPARSE_CSRC;
  if (sparse->format != needs) return Fail(ORT_FAIL, "the sparse tensor has indices of another format");
  *out = &sparse->indices[which == ORT_SPARSE_CSR_OUTER_INDICES];
  return nullptr;
}

}  // namespace

OrtTypeInfo InfoOf(const OrtSparse& sparse) {
  OrtTypeInfo info;
  info.type = ONNX_TYPE_SPARSETENSOR;
  info.tensor.type = ToOrt(sparse.type);
  info.tensor.dims = sparse.shape;
  info.tensor.names.resize(sparse.shape.size());
  return info;
}

OrtStatus* IsSparseTensor(const OrtValue* value, int* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->sparse != nullptr;
  return nullptr;
}

OrtStatus* CreateSparseTensorAsOrtValue(OrtAllocator* allocator, const int64_t* shape, size_t rank,
                                        ONNXTensorElementDataType type, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  auto sparse = std::make_shared<OrtSparse>();
  KANTE_ORT_TRY(New(shape, rank, type, sparse.get()));
  sparse->allocator = allocator;
  *out = new OrtValue{{}, std::move(sparse)};
  return nullptr;
}

OrtStatus* CreateSparseTensorWithValuesAsOrtValue(const OrtMemoryInfo* info, void* data, const int64_t* shape,
                                                  size_t rank, const int64_t* values_shape, size_t values_rank,
                                                  ONNXTensorElementDataType type, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_TRY(RequireHost(*info));
  auto sparse = std::make_shared<OrtSparse>();
  KANTE_ORT_TRY(New(shape, rank, type, sparse.get()));
  OrtValue* values = nullptr;
  KANTE_ORT_TRY(CreateTensorWithDataAsOrtValue(info, data, SIZE_MAX, values_shape, values_rank, type, &values));
  sparse->values = values->value.tensor();
  ReleaseValue(values);
  *out = new OrtValue{{}, std::move(sparse)};
  return nullptr;
}

OrtStatus* FillSparseTensorCoo(OrtValue* value, const OrtMemoryInfo* info, const int64_t* values_shape,
                               size_t values_rank, const void* data, const int64_t* indices, size_t count) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_TRY(RequireArray(values_shape, values_rank));
  KANTE_ORT_TRY(RequireArray(indices, count));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, true, &sparse));
  Tensor values, coo;
  KANTE_ORT_TRY(CopyValues(*sparse, info, values_shape, values_rank, data, &values));
  KANTE_ORT_TRY(CooIndices(*sparse, values.elements(), indices, count, &coo));
  return Own(*sparse, std::move(values), {coo}, ORT_SPARSE_COO);
}

OrtStatus* FillSparseTensorCsr(OrtValue* value, const OrtMemoryInfo* info, const int64_t* values_shape,
                               size_t values_rank, const void* data, const int64_t* inner, size_t inner_count,
                               const int64_t* outer, size_t outer_count) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_TRY(RequireArray(values_shape, values_rank));
  KANTE_ORT_TRY(RequireArray(inner, inner_count));
  KANTE_ORT_TRY(RequireArray(outer, outer_count));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, true, &sparse));
  Tensor values, in, out;
  KANTE_ORT_TRY(CopyValues(*sparse, info, values_shape, values_rank, data, &values));
  KANTE_ORT_TRY(CsrIndices(*sparse, values.elements(), inner, inner_count, outer, outer_count, &in, &out));
  return Own(*sparse, std::move(values), {in, out}, ORT_SPARSE_CSRC);
}

OrtStatus* FillSparseTensorBlockSparse(OrtValue* value, const OrtMemoryInfo* info, const int64_t* values_shape,
                                       size_t values_rank, const void* data, const int64_t* indices_shape,
                                       size_t indices_rank, const int32_t* indices) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_TRY(RequireArray(values_shape, values_rank));
  KANTE_ORT_TRY(RequireArray(indices_shape, indices_rank));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, true, &sparse));
  Tensor values, blocks;
  KANTE_ORT_TRY(CopyValues(*sparse, info, values_shape, values_rank, data, &values));
  KANTE_ORT_TRY(BlockIndices(*sparse, indices_shape, indices_rank, indices, &blocks));
  return Own(*sparse, std::move(values), {blocks}, ORT_SPARSE_BLOCK_SPARSE);
}

OrtStatus* UseCooIndices(OrtValue* value, int64_t* indices, size_t count) noexcept {
  KANTE_ORT_TRY(RequireArray(indices, count));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, false, &sparse));
  Tensor coo;
  KANTE_ORT_TRY(CooIndices(*sparse, sparse->values.elements(), indices, count, &coo));
  sparse->indices = {coo};
  sparse->format = ORT_SPARSE_COO;
  return nullptr;
}

OrtStatus* UseCsrIndices(OrtValue* value, int64_t* inner, size_t inner_count, int64_t* outer,
                         size_t outer_count) noexcept {
  KANTE_ORT_TRY(RequireArray(inner, inner_count));
  KANTE_ORT_TRY(RequireArray(outer, outer_count));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, false, &sparse));
  Tensor in, out;
  KANTE_ORT_TRY(CsrIndices(*sparse, sparse->values.elements(), inner, inner_count, outer, outer_count, &in, &out));
  sparse->indices = {in, out};
  sparse->format = ORT_SPARSE_CSRC;
  return nullptr;
}

OrtStatus* UseBlockSparseIndices(OrtValue* value, const int64_t* shape, size_t rank, int32_t* indices) noexcept {
  KANTE_ORT_TRY(RequireArray(shape, rank));
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(EmptyOf(value, false, &sparse));
  Tensor blocks;
  KANTE_ORT_TRY(BlockIndices(*sparse, shape, rank, indices, &blocks));
  sparse->indices = {blocks};
  sparse->format = ORT_SPARSE_BLOCK_SPARSE;
  return nullptr;
}

OrtStatus* GetSparseTensorFormat(const OrtValue* value, OrtSparseFormat* out) noexcept {
  KANTE_ORT_REQUIRE(out);
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(SparseOf(value, &sparse));
  *out = sparse->format;
  return nullptr;
}

OrtStatus* GetSparseTensorValuesTypeAndShape(const OrtValue* value, OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(SparseOf(value, &sparse));
  if (!sparse->values.valid()) return Fail(ORT_FAIL, "the sparse tensor has no values");
  *out = new OrtTensorTypeAndShapeInfo(InfoOf(sparse->values));
  return nullptr;
}

OrtStatus* GetSparseTensorValues(const OrtValue* value, const void** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  OrtSparse* sparse = nullptr;
  KANTE_ORT_TRY(SparseOf(value, &sparse));
  if (!sparse->values.valid()) return Fail(ORT_FAIL, "the sparse tensor has no values");
  if (sparse->type == ElementType::kString) return InvalidArgument("Use GetStringTensor*() API to retrieve strings");
  *out = sparse->values.data();
  return nullptr;
}

OrtStatus* GetSparseTensorIndicesTypeShape(const OrtValue* value, OrtSparseIndicesFormat which,
                                           OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  const Tensor* indices = nullptr;
  KANTE_ORT_TRY(IndicesOf(value, which, &indices));
  *out = new OrtTensorTypeAndShapeInfo(InfoOf(*indices));
  return nullptr;
}

OrtStatus* GetSparseTensorIndices(const OrtValue* value, OrtSparseIndicesFormat which, size_t* count,
                                  const void** out) noexcept {
  KANTE_ORT_REQUIRE(count);
  KANTE_ORT_REQUIRE(out);
  const Tensor* indices = nullptr;
  KANTE_ORT_TRY(IndicesOf(value, which, &indices));
  *count = static_cast<size_t>(indices->elements());
  *out = indices->data();
  return nullptr;
}

}  // namespace kante::ort
