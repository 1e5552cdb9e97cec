// SPDX-License-Identifier: MIT
// Tensors and types of .ort files.
#include <string>
#include <vector>

#include "onnx/onnx_fields.h"
#include "onnx/ort_format_fields.h"
#include "onnx/ort_format_translator.h"
#include "onnx/proto_writer.h"
#include "tensor/element_type.h"

namespace kante::core {

void OrtTranslator::Numbers(const FlatTable& from, int field, uint32_t to, WireWriter& w) {
  const FlatVector vector = from.Vector(field, sizeof(int64_t));
  if (!Charge(vector.bytes().size())) return;
  std::vector<int64_t> numbers(vector.size());
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = vector.Scalar<int64_t>(i);
  w.PackedInts(to, numbers);
}

WireWriter OrtTranslator::Tensor(const FlatTable& tensor) {
  namespace from = ort_field::tensor;
  namespace to = tensor_field;
  WireWriter w;
  Text(tensor, from::kName, to::kName, w);
  Numbers(tensor, from::kDims, to::kDims, w);
  const int32_t type = tensor.Scalar<int32_t>(from::kType, 0);
  w.Int(to::kDataType, type);
  if (type == static_cast<int32_t>(ElementType::kString)) {
    Texts(tensor, from::kStrings, to::kStringData, w);
    return w;
  }
  if (tensor.Scalar<int64_t>(from::kExternalOffset, -1) >= 0) {
    Fail(NotImplemented("tensor '", tensor.Text(from::kName), "' keeps its bytes outside of the .ort file"));
  }
  const auto bytes = tensor.Vector(from::kRaw, 1).bytes();
  weights_left_ -= static_cast<int64_t>(bytes.size());
  if (weights_left_ < 0)
    Fail(Error(StatusCode::kLimitExceeded, "the tensors have more bytes than the file could hold"));
  const int64_t offset = bytes.empty() ? 0 : bytes.data() - file_.data();
  w.Message(to::kExternalData, WriteEntry("offset", std::to_string(offset)));
  w.Message(to::kExternalData, WriteEntry("length", std::to_string(bytes.size())));
  w.Int(to::kDataLocation, 1);
  Charge(64);
  return w;
}

WireWriter OrtTranslator::SparseTensor(const FlatTable& sparse) {
  namespace from = ort_field::sparse;
  namespace to = sparse_field;
  WireWriter w;
  if (const FlatTable values = sparse.Table(from::kValues); values.present()) w.Message(to::kValues, Tensor(values));
  if (const FlatTable indices = sparse.Table(from::kIndices); indices.present()) {
    w.Message(to::kIndices, Tensor(indices));
  }
  Numbers(sparse, from::kDims, to::kDims, w);
  return w;
}

WireWriter OrtTranslator::ValueInfo(const FlatTable& value) {
  namespace from = ort_field::value;
  WireWriter w;
  Text(value, from::kName, value_info_field::kName, w);
  if (const FlatTable type = value.Table(from::kType); type.present()) {
    w.Message(value_info_field::kType, Type(type, limits_.max_message_depth));
  }
  return w;
}

WireWriter OrtTranslator::Type(const FlatTable& type, int depth) {
  WireWriter w, inner;
  if (depth == 0) Fail(Error(StatusCode::kLimitExceeded, "types are nested too deeply"));
  const auto kind = type.Scalar<uint8_t>(ort_field::type::kKind, 0);
  const FlatTable content = type.Table(ort_field::type::kContent);
  if (!content.present() || !Charge()) return w;
  switch (kind) {
    case ort_field::type::kTensor:
      w.Message(type_field::kTensor, TensorType(content));
      break;
    case ort_field::type::kSequence:
      if (const FlatTable element = content.Table(ort_field::sequence_type::kElement); element.present()) {
        inner.Message(type_field::kElemType, Type(element, depth - 1));
      }
      w.Message(type_field::kSequence, std::move(inner));
      break;
    case ort_field::type::kMap:
      inner.Int(type_field::kKeyType, content.Scalar<int32_t>(ort_field::map_type::kKey, 0));
      if (const FlatTable value = content.Table(ort_field::map_type::kValue); value.present()) {
        inner.Message(type_field::kValueType, Type(value, depth - 1));
      }
      w.Message(type_field::kMap, std::move(inner));
      break;
    default:
      break;  // not declared
  }
  return w;
}

WireWriter OrtTranslator::TensorType(const FlatTable& type) {
  WireWriter w;
  w.Int(type_field::kElemType, type.Scalar<int32_t>(ort_field::tensor_type::kElement, 0));
  if (const FlatTable shape = type.Table(ort_field::tensor_type::kShape); shape.present()) {
    WireWriter dims;
    Messages(shape, ort_field::shape::kDims, shape_field::kDim, dims, &OrtTranslator::Dimension);
    w.Message(type_field::kShape, std::move(dims));
  }
  return w;
}

WireWriter OrtTranslator::Dimension(const FlatTable& dimension) {
  namespace from = ort_field::dimension_value;
  WireWriter w;
  const FlatTable value = dimension.Table(ort_field::dimension::kValue);
  switch (value.Scalar<int8_t>(from::kKind, 0)) {
    case from::kIsNumber:
      w.Int(shape_field::kDimValue, value.Scalar<int64_t>(from::kNumber, 0));
      break;
    case from::kIsName:
      Text(value, from::kName, shape_field::kDimParam, w);
      break;
    default:
      break;
  }
  return w;
}

}  // namespace kante::core
