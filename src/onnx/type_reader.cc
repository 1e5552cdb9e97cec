// SPDX-License-Identifier: MIT
#include "onnx/type_reader.h"

#include "onnx/onnx_fields.h"

namespace kante::core {
namespace {

constexpr size_t kMaxDeclaredRank = 255;

Status ReadElementType(WireReader& r, TypeInfo& type) {
  const int64_t number = r.Int();
  if (number < 0 || number >= kElementTypeCount) {
    return NotImplemented("the element type ", number, " is not known");
  }
  type.element_type = static_cast<ElementType>(number);
  return OkStatus();
}

Status ReadShape(WireReader r, TypeInfo& type, const DimensionSizes* sizes) {
  type.has_shape = true;
  type.dims.clear();
  while (r.Next()) {
    if (r.field() != shape_field::kDim) continue;
    if (type.dims.size() == kMaxDeclaredRank) return InvalidArgument("a shape with too many dimensions");
    WireReader d = r.Message("Dimension");
    Dim dim;
    std::string_view denotation;
    while (d.Next()) {
      if (d.field() == shape_field::kDimValue) dim = Dim{d.Int() < 0 ? -1 : d.Int(), {}};
      if (d.field() == shape_field::kDimParam) dim = Dim{-1, std::string(d.String())};
      if (sizes && d.field() == shape_field::kDenotation) denotation = d.String();
    }
    KANTE_TRY(d.Finish());
    if (!denotation.empty() && !dim.known()) {
      if (const auto size = sizes->find(denotation); size != sizes->end()) dim = Dim{size->second, {}};
    }
    type.dims.push_back(std::move(dim));
  }
  return r.Finish();
}

Status ReadTensorType(WireReader r, ValueKind kind, TypeInfo& type, const DimensionSizes* sizes) {
  type.kind = kind;
  while (r.Next()) {
    if (r.field() == type_field::kElemType) KANTE_TRY(ReadElementType(r, type));
    if (r.field() == type_field::kShape) KANTE_TRY(ReadShape(r.Message("TensorShapeProto"), type, sizes));
  }
  return r.Finish();
}

Status ReadContainerType(WireReader r, ValueKind kind, TypeInfo& type) {
  type.kind = kind;
  const uint32_t inner_field = kind == ValueKind::kMap ? uint32_t{type_field::kValueType} : type_field::kElemType;
  while (r.Next()) {
    if (kind == ValueKind::kMap && r.field() == type_field::kKeyType) {
      KANTE_TRY(ReadElementType(r, type));
    } else if (r.field() == inner_field) {
      KANTE_TRY(TypeInfo inner, ReadType(r.Message("TypeProto")));
      type.inner = std::make_shared<const TypeInfo>(std::move(inner));
    }
  }
  return r.Finish();
}

}  // namespace

Result<TypeInfo> ReadType(WireReader r, const DimensionSizes* sizes) {
  TypeInfo type;
  while (r.Next()) {
    switch (r.field()) {
      case type_field::kTensor:
        KANTE_TRY(ReadTensorType(r.Message("TypeProto.Tensor"), ValueKind::kTensor, type, sizes));
        break;
      case type_field::kSparseTensor:
        KANTE_TRY(ReadTensorType(r.Message("TypeProto.SparseTensor"), ValueKind::kSparseTensor, type, sizes));
        break;
      case type_field::kSequence:
        KANTE_TRY(ReadContainerType(r.Message("TypeProto.Sequence"), ValueKind::kSequence, type));
        break;
      case type_field::kOptional:
        KANTE_TRY(ReadContainerType(r.Message("TypeProto.Optional"), ValueKind::kOptional, type));
        break;
      case type_field::kMap:
        KANTE_TRY(ReadContainerType(r.Message("TypeProto.Map"), ValueKind::kMap, type));
        break;
      default:
        break;
    }
  }
  KANTE_TRY(r.Finish());
  return type;
}

Status ReadValueInfo(WireReader r, std::string_view* name, TypeInfo* type, const DimensionSizes* sizes) {
  while (r.Next()) {
    if (r.field() == value_info_field::kName) *name = r.String();
    if (r.field() == value_info_field::kType) {
      auto read = ReadType(r.Message("TypeProto"), sizes);
      if (!read.ok()) return read.TakeStatus().Clone().WithContext(StrCat("type of '", *name, "'"));
      *type = std::move(*read);
    }
  }
  return r.Finish();
}

Status ReadEntry(WireReader r, std::string_view* key, std::string_view* value) {
  while (r.Next()) {
    if (r.field() == entry_field::kKey) *key = r.String();
    if (r.field() == entry_field::kValue) *value = r.String();
  }
  return r.Finish();
}

}  // namespace kante::core
