// SPDX-License-Identifier: MIT
#include "api/c/type_info.h"

#include "api/c/slots.h"

namespace kante::ort {
namespace {

OrtTypeInfo TensorType(ElementType type) {
  OrtTypeInfo info;
  info.type = ONNX_TYPE_TENSOR;
  info.tensor.type = ToOrt(type);
  info.tensor.has_shape = false;
  return info;
}

OrtTypeInfo MapType(ElementType key, ElementType value) {
  OrtTypeInfo info;
  info.type = ONNX_TYPE_MAP;
  info.map.key = ToOrt(key);
  info.map.value = std::make_shared<const OrtTypeInfo>(TensorType(value));
  return info;
}

OrtTypeInfo SequenceType(OrtTypeInfo element) {
  OrtTypeInfo info;
  info.type = ONNX_TYPE_SEQUENCE;
  info.sequence.value = std::make_shared<const OrtTypeInfo>(std::move(element));
  return info;
}

OrtStatus* Contained(const OrtContainedType& holder, OrtTypeInfo** out) {
  if (!holder.value) return Fail(ORT_FAIL, "the type inside is not known");
  *out = new OrtTypeInfo(*holder.value);
  return nullptr;
}

}  // namespace

// ONNX numbers FLOAT8E8M0, UINT2 and INT2 24 to 26; ORT puts FLOAT8E8M0 last.
ONNXTensorElementDataType ToOrt(ElementType type) {
  switch (type) {
    case ElementType::kFloat8E8M0:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0;
    case ElementType::kUint2:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2;
    case ElementType::kInt2:
      return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2;
    default:
      return static_cast<ONNXTensorElementDataType>(type);
  }
}

ElementType FromOrt(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0:
      return ElementType::kFloat8E8M0;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2:
      return ElementType::kUint2;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2:
      return ElementType::kInt2;
    default:
      return type > 0 && type < ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2 ? static_cast<ElementType>(type)
                                                                    : ElementType::kUndefined;
  }
}

OrtTensorTypeAndShapeInfo InfoOf(const Tensor& tensor) {
  OrtTensorTypeAndShapeInfo info;
  info.type = ToOrt(tensor.type());
  info.dims.assign(tensor.shape().begin(), tensor.shape().end());
  info.names.resize(info.dims.size());
  return info;
}

OrtTypeInfo InfoOf(const ValueDescription& description) {
  OrtTypeInfo inner = description.key_type != ElementType::kUndefined
                          ? MapType(description.key_type, description.element_type)
                          : TensorType(description.element_type);
  if (inner.type == ONNX_TYPE_TENSOR) {
    inner.tensor.has_shape = description.has_shape;
    for (const Dimension& d : description.dimensions) {
      inner.tensor.dims.push_back(d.value);
      inner.tensor.names.push_back(d.name);
    }
  }
  if (description.kind == ValueKind::kSequence) return SequenceType(std::move(inner));
  if (description.kind == ValueKind::kOptional) {
    OrtTypeInfo info;
    info.type = ONNX_TYPE_OPTIONAL;
    info.optional.value = std::make_shared<const OrtTypeInfo>(std::move(inner));
    return info;
  }
  if (description.kind == ValueKind::kUnknown) inner.type = ONNX_TYPE_UNKNOWN;
  return inner;
}

OrtTypeInfo InfoOf(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kTensor: {
      OrtTypeInfo info;
      info.type = ONNX_TYPE_TENSOR;
      info.tensor = InfoOf(value.tensor());
      return info;
    }
    case Value::Kind::kMap:
      return MapType(value.keys().type(), value.values().type());
    case Value::Kind::kSequence:
      return SequenceType(value.items().empty()          ? TensorType(value.element_type())
                          : value.items()[0].is_tensor() ? TensorType(value.items()[0].tensor().type())
                                                         : InfoOf(value.items()[0]));
    case Value::Kind::kNone:
      break;
  }
  return {};
}

OrtStatus* GetOnnxTypeFromTypeInfo(const OrtTypeInfo* info, ONNXType* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type;
  return nullptr;
}

OrtStatus* GetDenotationFromTypeInfo(const OrtTypeInfo* info, const char** const denotation, size_t* length) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(denotation);
  KANTE_ORT_REQUIRE(length);
  *denotation = "";
  *length = 0;
  return nullptr;
}

OrtStatus* CastTypeInfoToTensorInfo(const OrtTypeInfo* info, const OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type == ONNX_TYPE_TENSOR || info->type == ONNX_TYPE_SPARSETENSOR ? &info->tensor : nullptr;
  return nullptr;
}

OrtStatus* CastTypeInfoToMapTypeInfo(const OrtTypeInfo* info, const OrtMapTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type == ONNX_TYPE_MAP ? &info->map : nullptr;
  return nullptr;
}

OrtStatus* CastTypeInfoToSequenceTypeInfo(const OrtTypeInfo* info, const OrtSequenceTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type == ONNX_TYPE_SEQUENCE ? &info->sequence : nullptr;
  return nullptr;
}

OrtStatus* CastTypeInfoToOptionalTypeInfo(const OrtTypeInfo* info, const OrtOptionalTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type == ONNX_TYPE_OPTIONAL ? &info->optional : nullptr;
  return nullptr;
}

OrtStatus* GetMapKeyType(const OrtMapTypeInfo* info, ONNXTensorElementDataType* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->key;
  return nullptr;
}

OrtStatus* GetMapValueType(const OrtMapTypeInfo* info, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  return Contained(*info, out);
}

OrtStatus* GetSequenceElementType(const OrtSequenceTypeInfo* info, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  return Contained(*info, out);
}

OrtStatus* GetOptionalContainedTypeInfo(const OrtOptionalTypeInfo* info, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  return Contained(*info, out);
}

void ReleaseTypeInfo(OrtTypeInfo* info) noexcept { delete info; }
// Only lent out, never given: nothing to free.
void ReleaseMapTypeInfo(OrtMapTypeInfo*) noexcept {}
void ReleaseSequenceTypeInfo(OrtSequenceTypeInfo*) noexcept {}

}  // namespace kante::ort
