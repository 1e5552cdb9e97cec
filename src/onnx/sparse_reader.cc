// SPDX-License-Identifier: MIT
#include <cstring>
#include <vector>

#include "base/checked.h"
#include "onnx/onnx_fields.h"
#include "onnx/tensor_reader.h"

namespace kante::core {
namespace {

// The index of entry `i` in the dense tensor; -1 when it lies outside.
int64_t LinearIndex(const SparseTensor& sparse, int64_t i) {
  const bool coordinates = sparse.indices.rank() == 2;
  const int rank = coordinates ? sparse.shape.rank() : 1;
  int64_t linear = 0;
  for (int d = 0; d < rank; ++d) {
    int64_t index;
    std::memcpy(&index, sparse.indices.raw() + (i * rank + d) * 8, 8);
    const int64_t size = coordinates ? sparse.shape[d] : sparse.shape.elements();
    if (index < 0 || index >= size) return -1;
    linear = coordinates ? linear * size + index : index;
  }
  return linear;
}

Status CheckSparse(const SparseTensor& sparse) {
  const Tensor& indices = sparse.indices;
  if (sparse.values.rank() != 1) return InvalidArgument("sparse values must have one dimension");
  const int64_t count = sparse.values.dim(0);
  if (indices.type() != ElementType::kInt64) return InvalidArgument("sparse indices must be int64");
  const bool linear = indices.rank() == 1 && indices.dim(0) == count;
  const bool coordinates = indices.rank() == 2 && indices.dim(0) == count && indices.dim(1) == sparse.shape.rank();
  if (!linear && !coordinates) {
    return InvalidArgument("sparse indices have the shape ", indices.shape().ToString(), " where [", count, "] or [",
                           count, ",", sparse.shape.rank(), "] was expected");
  }
  int64_t last = -1;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = LinearIndex(sparse, i);
    if (at < 0) return InvalidArgument("sparse index ", i, " lies outside ", sparse.shape.ToString());
    if (at <= last) return InvalidArgument("sparse indices must ascend; entry ", i, " does not");
    last = at;
  }
  return OkStatus();
}

}  // namespace

Result<SparseTensor> TensorReader::ReadSparse(WireReader r, std::string_view* name) {
  SparseTensor sparse;
  std::vector<int64_t> dims;
  while (r.Next()) {
    switch (r.field()) {
      case sparse_field::kValues: {
        KANTE_TRY(sparse.values, Read(r.Message("TensorProto"), name));
        break;
      }
      case sparse_field::kIndices: {
        KANTE_TRY(sparse.indices, Read(r.Message("TensorProto")));
        break;
      }
      case sparse_field::kDims:
        r.AppendTo(dims);
        if (dims.size() > 4 * kMaxRank) r.Fail("has too many dimensions");
        break;
      default:
        break;
    }
  }
  KANTE_TRY(r.Finish());
  if (sparse.values.empty()) return InvalidArgument("a sparse tensor without values");
  KANTE_TRY(sparse.shape, Shape::Make(dims));
  if (sparse.indices.empty()) {  // nothing but zeros
    if (sparse.values.elements() != 0) return InvalidArgument("a sparse tensor without indices");
    KANTE_TRY(sparse.indices, Tensor::Allocate(ElementType::kInt64, Shape{0}));
  }
  KANTE_TRY(CheckSparse(sparse));
  return sparse;
}

Result<Tensor> TensorReader::ReadSparseAsDense(WireReader message, std::string_view* name) {
  KANTE_TRY(const SparseTensor sparse, ReadSparse(std::move(message), name));
  const ElementType type = sparse.values.type();
  const int bits = BitsOf(type);
  if (bits < 8) return NotImplemented("sparse tensors of ", NameOf(type), " are not supported");
  KANTE_TRY(const int64_t bytes, StorageBytes(type, sparse.shape));
  if (bytes > limits_.max_folded_total_bytes - dense_bytes_) {
    return Error(StatusCode::kLimitExceeded, "the sparse tensor ", sparse.shape.ToString(), " would have ", bytes,
                 " bytes as a dense one; ", limits_.max_folded_total_bytes - dense_bytes_,
                 " are left for such tensors");
  }
  dense_bytes_ += bytes;
  copied_bytes_ += bytes;
  KANTE_TRY(Tensor dense, Tensor::Allocate(type, sparse.shape));
  const bool strings = type == ElementType::kString;
  const auto size = static_cast<size_t>(bits) / 8;
  if (!strings) std::memset(dense.raw(), 0, static_cast<size_t>(bytes));
  for (int64_t i = 0; i < sparse.values.elements(); ++i) {
    const int64_t at = LinearIndex(sparse, i);
    if (strings) {
      dense.mutable_data<std::string>()[at] = sparse.values.data<std::string>()[i];
    } else {
      std::memcpy(dense.raw() + static_cast<size_t>(at) * size, sparse.values.raw() + static_cast<size_t>(i) * size,
                  size);
    }
  }
  return dense;
}

}  // namespace kante::core
