// SPDX-License-Identifier: MIT
#include "type_names.h"

namespace kante::python {
namespace {

// ONNX says float and double where numpy says float32 and float64.
std::string ElementName(ElementType type) {
  if (type == ElementType::kFloat32) return "float";
  if (type == ElementType::kFloat64) return "double";
  return std::string(NameOf(type));
}

std::string MapName(ElementType key, ElementType value) {
  return "map(" + ElementName(key) + "," + TypeName(value) + ")";
}

}  // namespace

std::string TypeName(ElementType type) { return "tensor(" + ElementName(type) + ")"; }

std::string TypeName(const ValueDescription& description) {
  const std::string inner = description.key_type != ElementType::kUndefined
                                ? MapName(description.key_type, description.element_type)
                                : TypeName(description.element_type);
  switch (description.kind) {
    case ValueKind::kSequence:
      return "seq(" + inner + ")";
    case ValueKind::kOptional:
      return "optional(" + inner + ")";
    case ValueKind::kTensor:
    case ValueKind::kMap:
    case ValueKind::kUnknown:
      break;
  }
  return inner;
}

std::string TypeName(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kTensor:
      return TypeName(value.tensor().type());
    case Value::Kind::kMap:
      return MapName(value.keys().type(), value.values().type());
    case Value::Kind::kSequence:
      return "seq(" + (value.items().empty() ? TypeName(value.element_type()) : TypeName(value.items()[0])) + ")";
    case Value::Kind::kNone:
      break;
  }
  return {};
}

}  // namespace kante::python
