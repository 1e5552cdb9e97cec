// SPDX-License-Identifier: MIT
// What callers ask of types. Infos that a cast or getter lends live as long as the info they are part of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/c/ort_types.h"
#include "kante/model.h"
#include "kante/tensor.h"

struct OrtSparse;

struct OrtTensorTypeAndShapeInfo {
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<int64_t> dims;       // -1 where the model leaves one open
  std::vector<std::string> names;  // "" or the name of such a dimension; as many as dims
  bool has_shape = true;
};

// One struct for the three that hold another type: what the caller sees differs, what is inside does not.
struct OrtContainedType {
  ONNXTensorElementDataType key = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;  // of maps
  std::shared_ptr<const OrtTypeInfo> value;
};
struct OrtMapTypeInfo : OrtContainedType {};
struct OrtSequenceTypeInfo : OrtContainedType {};
struct OrtOptionalTypeInfo : OrtContainedType {};

struct OrtTypeInfo {
  ONNXType type = ONNX_TYPE_UNKNOWN;
  OrtTensorTypeAndShapeInfo tensor;
  OrtMapTypeInfo map;
  OrtSequenceTypeInfo sequence;
  OrtOptionalTypeInfo optional;
};

namespace kante::ort {

ONNXTensorElementDataType ToOrt(ElementType type);
ElementType FromOrt(ONNXTensorElementDataType type);  // kUndefined for numbers that are no type

OrtTensorTypeAndShapeInfo InfoOf(const Tensor& tensor);
OrtTypeInfo InfoOf(const ValueDescription& description);
OrtTypeInfo InfoOf(const Value& value);
OrtTypeInfo InfoOf(const OrtSparse& sparse);
// As the C++ API describes it; NOT_IMPLEMENTED for types that it cannot (sparse, nested more deeply).
OrtStatus* DescriptionOf(std::string name, const OrtTypeInfo& info, ValueDescription* out);

}  // namespace kante::ort
