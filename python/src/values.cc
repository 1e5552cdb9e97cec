// SPDX-License-Identifier: MIT
#include "values.h"

#include <nanobind/stl/string.h>

#include <string>
#include <vector>

#include "arrays.h"
#include "errors.h"
#include "type_names.h"

namespace nb = nanobind;

namespace kante::python {
namespace {

// Python's lists and scalars as an array of an element type.
nb::object ArrayOf(nb::handle object, ElementType type) {
  const nb::module_ numpy = nb::module_::import_("numpy");
  const nb::object dtype = nb::module_::import_("kante.arrays").attr("dtype_of")(static_cast<int>(type));
  return numpy.attr("ascontiguousarray")(object, dtype);
}

Value MapOf(nb::handle dict, const ValueDescription& expected) {
  const auto column = [&](const char* part, ElementType type) {
    const nb::object list = nb::module_::import_("builtins").attr("list")(dict.attr(part)());
    return TensorOfArray(ArrayOf(list, type));
  };
  return Value::Map(column("keys", expected.key_type), column("values", expected.element_type));
}

Value SequenceOf(nb::handle list, const ValueDescription& expected) {
  ValueDescription item;
  item.kind = expected.key_type == ElementType::kUndefined ? ValueKind::kTensor : ValueKind::kMap;
  item.element_type = expected.element_type;
  item.key_type = expected.key_type;
  std::vector<Value> items;
  for (const nb::handle object : list) items.push_back(ValueOfObject(object, item));
  return Value::Sequence(std::move(items), expected.element_type);
}

bool IsArray(nb::handle object) {
  // Never let go of: it would outlive Python.
  static const nb::handle type = nb::object(nb::module_::import_("numpy").attr("ndarray")).release();
  return nb::isinstance(object, type);
}

}  // namespace

const Tensor& OrtValue::tensor() const {
  if (!value.is_tensor() || !value.tensor().valid()) {
    throw nb::value_error("Only OrtValues that are Tensors are currently supported");
  }
  return value.tensor();
}

Value ValueOfObject(nb::handle object, const ValueDescription& expected) {
  if (object.is_none()) return Value();
  if (nb::isinstance<OrtValue>(object)) return nb::cast<const OrtValue&>(object).value;
  if (IsArray(object)) return TensorOfArray(object);
  if (nb::isinstance<nb::dict>(object) && expected.key_type != ElementType::kUndefined) return MapOf(object, expected);
  if (nb::isinstance<nb::list>(object) || nb::isinstance<nb::tuple>(object)) {
    if (expected.kind == ValueKind::kSequence || (expected.kind == ValueKind::kOptional && !expected.has_shape)) {
      return SequenceOf(object, expected);
    }
    return TensorOfArray(ArrayOf(object, expected.element_type));
  }
  if (nb::hasattr(object, "__dlpack__")) return TensorOfDlpack(object);
  const std::string type = nb::cast<std::string>(nb::str(object.type()));
  throw std::runtime_error("Unable to handle object of type " + type);
}

nb::object ObjectOfValue(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kTensor:
      return ArrayOfTensor(value.tensor());
    case Value::Kind::kSequence: {
      nb::list list;
      for (const Value& item : value.items()) list.append(ObjectOfValue(item));
      return list;
    }
    case Value::Kind::kMap: {
      const nb::object keys = ArrayOfTensor(value.keys()).attr("tolist")();
      const nb::object values = ArrayOfTensor(value.values()).attr("tolist")();
      const nb::module_ builtins = nb::module_::import_("builtins");
      return builtins.attr("dict")(builtins.attr("zip")(keys, values));
    }
    case Value::Kind::kNone:
      break;
  }
  return nb::none();
}

}  // namespace kante::python
