// SPDX-License-Identifier: MIT
// Messages that know nothing of graphs.
#pragma once

#include <string_view>
#include <vector>

#include "graph/type_info.h"
#include "onnx/wire_writer.h"
#include "tensor/tensor.h"

namespace kante::core {

// Tensors that a writer refers to; they must live until its bytes are written.
using TensorHolder = std::vector<Tensor>;

// A TensorProto with raw data (strings: string_data). A strided tensor is compacted.
Result<WireWriter> WriteTensor(std::string_view name, const Tensor& tensor, TensorHolder& holder);

// The fields of a TensorProto before its content: name, dims, element type.
WireWriter WriteTensorHead(std::string_view name, const Tensor& tensor);

// A TypeProto.
WireWriter WriteType(const TypeInfo& type);
// A ValueInfoProto; an unknown type is left out.
WireWriter WriteValueInfo(std::string_view name, const TypeInfo& type);
// A StringStringEntryProto.
WireWriter WriteEntry(std::string_view key, std::string_view value);
// An OperatorSetIdProto.
WireWriter WriteOpset(std::string_view domain, int64_t version);

}  // namespace kante::core
