// SPDX-License-Identifier: MIT
#include "graph/type_info.h"

namespace kante::core {

TypeInfo TypeInfo::TensorOf(ElementType type, const Shape& shape) {
  TypeInfo t = TensorOf(type);
  t.has_shape = true;
  for (int64_t d : shape) t.dims.push_back(Dim{d, {}});
  return t;
}

std::optional<Shape> TypeInfo::concrete_shape() const {
  if (kind != ValueKind::kTensor || !has_shape) return std::nullopt;
  std::vector<int64_t> values;
  for (const Dim& d : dims) {
    if (!d.known()) return std::nullopt;
    values.push_back(d.value);
  }
  auto shape = Shape::Make(values);
  if (!shape.ok()) return std::nullopt;
  return *shape;
}

std::string TypeInfo::ToString() const {
  switch (kind) {
    case ValueKind::kUnknown:
      return "?";
    case ValueKind::kSequence:
      return StrCat("seq(", inner ? inner->ToString() : "?", ")");
    case ValueKind::kOptional:
      return StrCat("optional(", inner ? inner->ToString() : "?", ")");
    case ValueKind::kMap:
      return StrCat("map(", NameOf(element_type), ",", inner ? inner->ToString() : "?", ")");
    case ValueKind::kTensor:
    case ValueKind::kSparseTensor:
      break;
  }
  std::string out = StrCat(kind == ValueKind::kSparseTensor ? "sparse " : "",
                           element_type == ElementType::kUndefined ? "?" : NameOf(element_type));
  if (!has_shape) return out + "[...]";
  out += '[';
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i) out += ',';
    out += dims[i].known() ? std::to_string(dims[i].value) : dims[i].symbol.empty() ? "?" : dims[i].symbol;
  }
  return out + "]";
}

}  // namespace kante::core
