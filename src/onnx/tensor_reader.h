// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/limits.h"
#include "graph/attribute.h"
#include "onnx/external_data.h"
#include "onnx/wire_reader.h"
#include "tensor/tensor.h"

namespace kante::core {

// Makes tensors of TensorProto and SparseTensorProto messages. Raw and external bytes stay where they are and may be
// unaligned; typed fields are decoded into memory of their own, whose size the file has first proven by its content.
class TensorReader {
 public:
  // `owner` keeps the bytes of the messages alive. `external` may be null: external data is refused. `file_pages`: the
  // messages lie in a mapped file.
  TensorReader(const Limits& limits, std::shared_ptr<const void> owner, ExternalData* external, bool file_pages = false)
      : limits_(limits), owner_(std::move(owner)), external_(external), file_pages_(file_pages) {}

  // Errors don't name the tensor: the caller knows better what it is. `name` (may be null) is set even then.
  Result<Tensor> Read(WireReader message, std::string_view* name = nullptr);
  // Values, indices and shape, with the indices checked against the shape.
  Result<SparseTensor> ReadSparse(WireReader message, std::string_view* name = nullptr);
  // The same with zeros in between; all such tensors of a model together are limited in size.
  Result<Tensor> ReadSparseAsDense(WireReader message, std::string_view* name = nullptr);

  // Bytes that were copied out of the file so far.
  int64_t copied_bytes() const { return copied_bytes_; }

 private:
  struct Parts;
  Status Collect(WireReader& message, Parts& parts);
  Result<Tensor> FromBytes(const Parts& parts, Bytes bytes, std::shared_ptr<const void> owner, bool file_pages);
  Result<Tensor> FromExternal(const Parts& parts);
  Result<Tensor> FromFields(const Parts& parts, WireReader message);

  const Limits& limits_;
  std::shared_ptr<const void> owner_;
  ExternalData* external_;
  bool file_pages_;
  int64_t copied_bytes_ = 0;
  int64_t dense_bytes_ = 0;
};

}  // namespace kante::core
