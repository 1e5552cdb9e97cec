// SPDX-License-Identifier: MIT
// Values that are maps and sequences.
#include "api/c/slots.h"
#include "api/c/value.h"

namespace kante::ort {

OrtStatus* GetValueCount(const OrtValue* value, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  switch (value->value.kind()) {
    case Value::Kind::kMap:
      *out = 2;  // keys and values
      return nullptr;
    case Value::Kind::kSequence:
      *out = value->value.items().size();
      return nullptr;
    default:
      return Fail(ORT_FAIL, "Input is not of type sequence or map.");
  }
}

OrtStatus* GetValue(const OrtValue* value, int index, OrtAllocator* allocator, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  const auto kind = value->value.kind();
  if (kind != Value::Kind::kMap && kind != Value::Kind::kSequence) {
    return Fail(ORT_FAIL, "Input is not of type sequence or map.");
  }
  const auto& items = value->value.items();
  if (index < 0 || static_cast<size_t>(index) >= items.size()) {
    return InvalidArgument("index " + std::to_string(index) + " of " + std::to_string(items.size()) + " values");
  }
  *out = new OrtValue{items[static_cast<size_t>(index)]};
  return nullptr;
}

OrtStatus* CreateValue(const OrtValue* const* in, size_t count, ONNXType type, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  if (count) KANTE_ORT_REQUIRE(in);
  for (size_t i = 0; i < count; ++i) KANTE_ORT_REQUIRE(in[i]);
  if (type == ONNX_TYPE_MAP) {
    if (count != 2) return Fail(ORT_FAIL, "For map type num_values MUST be 2");
    KANTE_ORT_TENSOR(keys, in[0]);
    KANTE_ORT_TENSOR(values, in[1]);
    if (keys.type() != ElementType::kInt64 && keys.type() != ElementType::kString) {
      return Fail(ORT_FAIL, "Key type is not supported yet: " + std::string(NameOf(keys.type())));
    }
    if (keys.elements() != values.elements())
      return Fail(ORT_FAIL, "Key and value tensors have unequal number of elements.");
    *out = new OrtValue{Value::Map(keys, values)};
    return nullptr;
  }
  if (type != ONNX_TYPE_SEQUENCE) return Fail(ORT_FAIL, "Input is not of type sequence or map.");
  if (count == 0) return Fail(ORT_FAIL, "Number of values should be at least 1.");
  std::vector<Value> items;
  for (size_t i = 0; i < count; ++i) {
    const Value& item = in[i]->value;
    if (item.kind() != in[0]->value.kind() || item.element_type() != in[0]->value.element_type()) {
      return Fail(ORT_FAIL, "All OrtValue objects should be of the same type");
    }
    if (!item.is_tensor() && !item.is_map()) return Fail(ORT_FAIL, "A sequence holds tensors or maps.");
    items.push_back(item);
  }
  *out = new OrtValue{Value::Sequence(std::move(items), in[0]->value.element_type())};
  return nullptr;
}

}  // namespace kante::ort
