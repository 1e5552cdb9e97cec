// SPDX-License-Identifier: MIT
#include "api/cxx/convert.h"

namespace kante {

Status ToPublic(const core::Status& status) {
  if (status.ok()) return Status();
  return Status(static_cast<StatusCode>(status.code()), std::string(status.message()));
}

core::Status ToCore(const Status& status) {
  if (status.ok()) return core::OkStatus();
  return core::Status(static_cast<core::StatusCode>(status.code()), status.message());
}

Tensor ToPublic(const core::Tensor& tensor) {
  return tensor.empty() ? Tensor() : Tensor(std::make_shared<const TensorRep>(tensor));
}

Tensor ToPublic(core::Tensor&& tensor) {
  return tensor.empty() ? Tensor() : Tensor(std::make_shared<const TensorRep>(std::move(tensor)));
}

Value ToPublic(const core::Value& value) {
  if (value.is_tensor()) return Value(ToPublic(value.tensor()));
  if (value.is_map()) return Value::Map(ToPublic(value.map()->keys), ToPublic(value.map()->values));
  if (!value.is_sequence()) return Value();
  std::vector<Value> items;
  for (const core::Value& item : value.sequence()->items) items.push_back(ToPublic(item));
  return Value::Sequence(std::move(items), static_cast<ElementType>(value.sequence()->element_type));
}

core::Tensor ToCore(const Tensor& tensor) { return tensor.valid() ? tensor.rep()->tensor : core::Tensor(); }

core::Value ToCore(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNone:
      return core::Value();
    case Value::Kind::kTensor:
      return value.tensor().valid() ? core::Value(ToCore(value.tensor())) : core::Value();
    case Value::Kind::kMap: {
      auto map = std::make_shared<core::Map>();
      map->keys = ToCore(value.items()[0].tensor());
      map->values = ToCore(value.items()[1].tensor());
      return core::Value(std::shared_ptr<const core::Map>(std::move(map)));
    }
    case Value::Kind::kSequence:
      break;
  }
  auto sequence = std::make_shared<core::Sequence>();
  sequence->element_type = static_cast<core::ElementType>(value.element_type());
  for (const Value& item : value.items()) sequence->items.push_back(ToCore(item));
  return core::Value(std::shared_ptr<const core::Sequence>(std::move(sequence)));
}

core::Result<core::Shape> ShapeOf(std::span<const int64_t> dims) { return core::Shape::Make(dims); }

ValueDescription Describe(const core::ValueInfo& info) {
  ValueDescription d;
  d.name = info.name;
  const core::TypeInfo* type = &info.type;
  switch (type->kind) {
    case core::ValueKind::kTensor:
    case core::ValueKind::kSparseTensor:
      d.kind = ValueKind::kTensor;
      break;
    case core::ValueKind::kSequence:
      d.kind = ValueKind::kSequence;
      break;
    case core::ValueKind::kOptional:
      d.kind = ValueKind::kOptional;
      break;
    case core::ValueKind::kMap:
      d.kind = ValueKind::kMap;
      break;
    case core::ValueKind::kUnknown:
      d.kind = ValueKind::kUnknown;
      break;
  }
  for (;; type = type->inner.get()) {
    if (type->kind == core::ValueKind::kMap) d.key_type = static_cast<ElementType>(type->element_type);
    if (!type->inner) break;
  }
  if (type->kind != core::ValueKind::kMap) d.element_type = static_cast<ElementType>(type->element_type);
  d.has_shape = type->has_shape && (!type->dims.empty() || d.key_type == ElementType::kUndefined);
  for (const core::Dim& dim : type->dims) d.dimensions.push_back({dim.value, dim.symbol});
  d.has_default = !info.initial.empty();
  return d;
}

core::TypeInfo TypeOf(const ValueDescription& description) {
  if (description.kind == ValueKind::kUnknown) return {};
  core::TypeInfo type = core::TypeInfo::TensorOf(static_cast<core::ElementType>(description.element_type));
  type.has_shape = description.has_shape;
  for (const Dimension& d : description.dimensions) type.dims.push_back({d.value < 0 ? -1 : d.value, d.name});
  const auto wrap = [&](core::ValueKind kind) {
    core::TypeInfo outer;
    outer.kind = kind;
    outer.inner = std::make_shared<const core::TypeInfo>(std::move(type));
    type = std::move(outer);
  };
  if (description.key_type != ElementType::kUndefined) {
    wrap(core::ValueKind::kMap);
    type.element_type = static_cast<core::ElementType>(description.key_type);
  }
  if (description.kind == ValueKind::kSequence) wrap(core::ValueKind::kSequence);
  if (description.kind == ValueKind::kOptional) wrap(core::ValueKind::kOptional);
  return type;
}

}  // namespace kante
