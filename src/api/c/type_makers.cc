// SPDX-License-Identifier: MIT
// Types that callers make, for the values of graphs that they build.
#include "api/c/slots.h"
#include "api/c/type_info.h"

namespace kante::ort {
namespace {

OrtStatus* Make(ONNXType type, const OrtTensorTypeAndShapeInfo* tensor, OrtTypeInfo** out) {
  KANTE_ORT_REQUIRE(tensor);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtTypeInfo;
  (*out)->type = type;
  (*out)->tensor = *tensor;
  return nullptr;
}

template <typename Container>
OrtStatus* Make(ONNXType type, Container OrtTypeInfo::*container, ONNXTensorElementDataType key,
                const OrtTypeInfo* inner, OrtTypeInfo** out) {
  KANTE_ORT_REQUIRE(inner);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtTypeInfo;
  (*out)->type = type;
  ((*out)->*container).key = key;
  ((*out)->*container).value = std::make_shared<const OrtTypeInfo>(*inner);
  return nullptr;
}

constexpr auto kNoKey = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;

}  // namespace

OrtStatus* CreateTensorTypeInfo(const OrtTensorTypeAndShapeInfo* tensor, OrtTypeInfo** out) noexcept {
  return Make(ONNX_TYPE_TENSOR, tensor, out);
}
OrtStatus* CreateSparseTensorTypeInfo(const OrtTensorTypeAndShapeInfo* tensor, OrtTypeInfo** out) noexcept {
  return Make(ONNX_TYPE_SPARSETENSOR, tensor, out);
}
OrtStatus* CreateMapTypeInfo(ONNXTensorElementDataType key, const OrtTypeInfo* value, OrtTypeInfo** out) noexcept {
  return Make(ONNX_TYPE_MAP, &OrtTypeInfo::map, key, value, out);
}
OrtStatus* CreateSequenceTypeInfo(const OrtTypeInfo* element, OrtTypeInfo** out) noexcept {
  return Make(ONNX_TYPE_SEQUENCE, &OrtTypeInfo::sequence, kNoKey, element, out);
}
OrtStatus* CreateOptionalTypeInfo(const OrtTypeInfo* contained, OrtTypeInfo** out) noexcept {
  return Make(ONNX_TYPE_OPTIONAL, &OrtTypeInfo::optional, kNoKey, contained, out);
}

OrtStatus* DescriptionOf(std::string name, const OrtTypeInfo& info, ValueDescription* out) {
  const auto refuse = [&] {
    return Fail(ORT_NOT_IMPLEMENTED, "the type of '" + name + "' cannot be that of a graph's input or output");
  };
  ValueDescription d;
  const OrtTypeInfo* type = &info;
  if (type->type == ONNX_TYPE_SEQUENCE || type->type == ONNX_TYPE_OPTIONAL) {
    d.kind = type->type == ONNX_TYPE_SEQUENCE ? ValueKind::kSequence : ValueKind::kOptional;
    type = (type->type == ONNX_TYPE_SEQUENCE ? type->sequence.value : type->optional.value).get();
  }
  if (type && type->type == ONNX_TYPE_MAP) {
    if (type == &info) d.kind = ValueKind::kMap;
    d.key_type = FromOrt(type->map.key);
    type = type->map.value.get();
  }
  if (type && type->type == ONNX_TYPE_UNKNOWN && type == &info) {
    d.kind = ValueKind::kUnknown;
  } else if (!type || type->type != ONNX_TYPE_TENSOR) {
    return refuse();
  } else {
    d.element_type = FromOrt(type->tensor.type);
    // Without dimensions it says nothing: ONNX Runtime holds no feed against it, and clients write "any shape" so.
    d.has_shape = type->tensor.has_shape && !type->tensor.dims.empty() && d.key_type == ElementType::kUndefined;
    for (size_t i = 0; d.has_shape && i < type->tensor.dims.size(); ++i) {
      d.dimensions.push_back({type->tensor.dims[i], type->tensor.names[i]});
    }
  }
  d.name = std::move(name);
  *out = std::move(d);
  return nullptr;
}

}  // namespace kante::ort
