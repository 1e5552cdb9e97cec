// SPDX-License-Identifier: MIT
#include "onnx/proto_writer.h"

#include <string>

#include "onnx/onnx_fields.h"

namespace kante::core {

WireWriter WriteTensorHead(std::string_view name, const Tensor& tensor) {
  WireWriter w;
  for (int64_t d : tensor.shape()) w.Int(tensor_field::kDims, d);
  w.Int(tensor_field::kDataType, static_cast<int64_t>(tensor.type()));
  w.OptionalString(tensor_field::kName, name);
  return w;
}

Result<WireWriter> WriteTensor(std::string_view name, const Tensor& tensor, TensorHolder& holder) {
  if (tensor.empty()) return InvalidArgument("there is no tensor to write");
  if (!tensor.device().is_host()) return InvalidArgument("a tensor on a device cannot be written");
  WireWriter w = WriteTensorHead(name, tensor);
  Tensor dense = tensor;
  if (!tensor.contiguous()) {
    KANTE_TRY(dense, Compact(tensor));
  }
  if (tensor.type() == ElementType::kString) {
    for (const std::string& s : dense.span<std::string>()) w.String(tensor_field::kStringData, s);
    return w;
  }
  w.Reference(tensor_field::kRawData, Bytes(dense.raw(), static_cast<size_t>(dense.bytes())));
  holder.push_back(std::move(dense));
  return w;
}

WireWriter WriteType(const TypeInfo& type) {
  WireWriter inner;
  uint32_t field = type_field::kTensor;
  switch (type.kind) {
    case ValueKind::kUnknown:
      return WireWriter();
    case ValueKind::kTensor:
    case ValueKind::kSparseTensor: {
      if (type.kind == ValueKind::kSparseTensor) field = type_field::kSparseTensor;
      inner.Int(type_field::kElemType, static_cast<int64_t>(type.element_type));
      if (!type.has_shape) break;
      WireWriter shape;
      for (const Dim& d : type.dims) {
        WireWriter dim;
        if (d.known()) dim.Int(shape_field::kDimValue, d.value);
        if (!d.known()) dim.OptionalString(shape_field::kDimParam, d.symbol);
        shape.Message(shape_field::kDim, std::move(dim));
      }
      inner.Message(type_field::kShape, std::move(shape));
      break;
    }
    case ValueKind::kSequence:
    case ValueKind::kOptional:
      field = type.kind == ValueKind::kSequence ? type_field::kSequence : type_field::kOptional;
      if (type.inner) inner.Message(type_field::kElemType, WriteType(*type.inner));
      break;
    case ValueKind::kMap:
      field = type_field::kMap;
      inner.Int(type_field::kKeyType, static_cast<int64_t>(type.element_type));
      if (type.inner) inner.Message(type_field::kValueType, WriteType(*type.inner));
      break;
  }
  WireWriter w;
  w.Message(field, std::move(inner));
  return w;
}

WireWriter WriteValueInfo(std::string_view name, const TypeInfo& type) {
  WireWriter w;
  w.String(value_info_field::kName, name);
  if (type.kind != ValueKind::kUnknown) w.Message(value_info_field::kType, WriteType(type));
  return w;
}

WireWriter WriteEntry(std::string_view key, std::string_view value) {
  WireWriter w;
  w.String(entry_field::kKey, key);
  w.String(entry_field::kValue, value);
  return w;
}

WireWriter WriteOpset(std::string_view domain, int64_t version) {
  WireWriter w;
  w.OptionalString(opset_field::kDomain, domain);
  w.Int(opset_field::kVersion, version);
  return w;
}

}  // namespace kante::core
