// SPDX-License-Identifier: MIT
#include "onnx/tensor_proto.h"

#include <cstring>
#include <vector>

#include "onnx/onnx_fields.h"
#include "onnx/proto_writer.h"
#include "onnx/tensor_reader.h"

namespace kante::core {
namespace {

struct ValueReader {
  TensorReader tensors;
  const Limits& limits;

  Result<Value> ReadTensor(WireReader r, std::string_view* name) {
    KANTE_TRY(Tensor tensor, tensors.Read(std::move(r), name));
    KANTE_TRY(tensor, Compact(tensor));  // callers look at the elements: they must be aligned
    return Value(std::move(tensor));
  }
  Result<Value> ReadSparse(WireReader r, std::string_view* name) {
    KANTE_TRY(Tensor tensor, tensors.ReadSparseAsDense(std::move(r), name));
    return Value(std::move(tensor));
  }

  Result<Value> ReadSequence(WireReader r, std::string_view* name) {
    Sequence sequence;
    while (r.Next()) {
      Result<Value> item = Value();
      switch (r.field()) {
        case sequence_field::kName:
          if (name) *name = r.String();
          continue;
        case sequence_field::kTensors:
          item = ReadTensor(r.Message("TensorProto"), nullptr);
          break;
        case sequence_field::kSparseTensors:
          item = ReadSparse(r.Message("SparseTensorProto"), nullptr);
          break;
        case sequence_field::kSequences:
          item = ReadSequence(r.Message("SequenceProto"), nullptr);
          break;
        case sequence_field::kMaps:
          item = ReadMap(r.Message("MapProto"), nullptr);
          break;
        case sequence_field::kOptionals:
          item = ReadOptional(r.Message("OptionalProto"), nullptr);
          break;
        default:
          continue;
      }
      if (!item.ok()) return item.TakeStatus().Clone().WithContext(StrCat("item ", sequence.items.size()));
      if (static_cast<int64_t>(sequence.items.size()) == limits.max_sequence_length) {
        return Error(StatusCode::kLimitExceeded, "the sequence has more than ", limits.max_sequence_length, " items");
      }
      if (item->is_tensor()) sequence.element_type = item->tensor().type();
      sequence.items.push_back(std::move(*item));
    }
    KANTE_TRY(r.Finish());
    return Value(std::make_shared<const Sequence>(std::move(sequence)));
  }

  Result<Value> ReadOptional(WireReader r, std::string_view* name) {
    Result<Value> content = Value();
    while (r.Next() && content.ok()) {
      switch (r.field()) {
        case optional_field::kName:
          if (name) *name = r.String();
          break;
        case optional_field::kTensor:
          content = ReadTensor(r.Message("TensorProto"), nullptr);
          break;
        case optional_field::kSparseTensor:
          content = ReadSparse(r.Message("SparseTensorProto"), nullptr);
          break;
        case optional_field::kSequence:
          content = ReadSequence(r.Message("SequenceProto"), nullptr);
          break;
        case optional_field::kMap:
          content = ReadMap(r.Message("MapProto"), nullptr);
          break;
        case optional_field::kOptional:
          content = ReadOptional(r.Message("OptionalProto"), nullptr);
          break;
        default:
          break;
      }
    }
    KANTE_TRY(r.Finish());
    return content;
  }

  Result<Value> ReadMap(WireReader r, std::string_view* name) {
    std::vector<int64_t> ints;
    std::vector<std::string> strings;
    int64_t key_type = 0;
    Value values;
    while (r.Next()) {
      switch (r.field()) {
        case map_field::kName:
          if (name) *name = r.String();
          break;
        case map_field::kKeyType:
          key_type = r.Int();
          break;
        case map_field::kKeys:
          r.AppendTo(ints);
          break;
        case map_field::kStringKeys:
          strings.emplace_back(r.String());
          break;
        case map_field::kValues: {
          KANTE_TRY(values, ReadSequence(r.Message("SequenceProto"), nullptr));
          break;
        }
        default:
          break;
      }
    }
    KANTE_TRY(r.Finish());
    const bool text = key_type == static_cast<int64_t>(ElementType::kString);
    return MakeMap(ints, strings, text, values);
  }

  // A map's values come as scalars in a sequence; we keep them as one tensor.
  static Result<Value> MakeMap(const std::vector<int64_t>& ints, const std::vector<std::string>& strings, bool text,
                               const Value& values) {
    const size_t count = text ? strings.size() : ints.size();
    if (!values.has_value() || values.sequence()->items.size() != count) {
      return InvalidArgument("a map with ", count, " keys and another number of values");
    }
    const auto n = static_cast<int64_t>(count);
    Map map;
    if (text) {
      KANTE_TRY(map.keys, Tensor::Allocate(ElementType::kString, Shape{n}));
      for (size_t i = 0; i < count; ++i) map.keys.mutable_data<std::string>()[i] = strings[i];
    } else {
      map.keys = Tensor::Vector(ints);
    }
    ElementType type = values.sequence()->element_type;
    if (count == 0) type = ElementType::kFloat32;
    if (BitsOf(type) < 8) return NotImplemented("maps with values of this type are not supported");
    KANTE_TRY(map.values, Tensor::Allocate(type, Shape{n}));
    for (int64_t i = 0; i < n; ++i) {
      const Value& item = values.sequence()->items[static_cast<size_t>(i)];
      if (!item.is_tensor() || item.tensor().type() != type || item.tensor().elements() != 1) {
        return NotImplemented("maps whose values are not scalars of one type are not supported");
      }
      if (type == ElementType::kString) {
        map.values.mutable_data<std::string>()[i] = item.tensor().data<std::string>()[0];
      } else {
        std::memcpy(map.values.raw() + i * item.tensor().bytes(), item.tensor().raw(),
                    static_cast<size_t>(item.tensor().bytes()));
      }
    }
    return Value(std::make_shared<const Map>(std::move(map)));
  }
};

}  // namespace

Result<Value> ReadValueProto(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                             const TypeInfo& expected, const Limits& limits, std::string* name) {
  if (!owner) {
    KANTE_TRY(std::shared_ptr<Buffer> copy, Buffer::Allocate(static_cast<int64_t>(bytes.size())));
    if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
    bytes = {copy->data(), bytes.size()};
    owner = std::move(copy);
  }
  ValueReader reader{TensorReader(limits, std::move(owner), nullptr), limits};
  std::string_view found;
  const auto read = [&](const char* what, auto method) {
    return (reader.*method)(WireReader(bytes, what, limits.max_message_depth), &found);
  };
  Result<Value> value = Value();
  switch (expected.kind) {
    case ValueKind::kSequence:
      value = read("SequenceProto", &ValueReader::ReadSequence);
      break;
    case ValueKind::kOptional:
      value = read("OptionalProto", &ValueReader::ReadOptional);
      break;
    case ValueKind::kMap:
      value = read("MapProto", &ValueReader::ReadMap);
      break;
    case ValueKind::kSparseTensor:
      value = read("SparseTensorProto", &ValueReader::ReadSparse);
      break;
    default:
      value = read("TensorProto", &ValueReader::ReadTensor);
      break;
  }
  if (name) *name = found;
  return value;
}

namespace {

Result<WireWriter> WriteContainer(const Value& value, std::string_view name, ValueKind kind, TensorHolder& holder,
                                  int depth);

ContainerType TypeOf(const Value& value) {
  if (value.is_tensor()) return ContainerType::kTensor;
  if (value.is_sequence()) return ContainerType::kSequence;
  return value.is_map() ? ContainerType::kMap : ContainerType::kOptional;
}

// One element in the field of its kind: kTensors, kSequences... of a sequence, kTensor, kSequence... of an optional.
Status WriteElement(const Value& value, bool of_sequence, TensorHolder& holder, int depth, WireWriter& out) {
  const ContainerType type = TypeOf(value);
  ValueKind kind = ValueKind::kTensor;
  uint32_t field = of_sequence ? uint32_t{sequence_field::kTensors} : optional_field::kTensor;
  if (type == ContainerType::kSequence) {
    kind = ValueKind::kSequence;
    field = of_sequence ? uint32_t{sequence_field::kSequences} : optional_field::kSequence;
  } else if (type == ContainerType::kMap) {
    kind = ValueKind::kMap;
    field = of_sequence ? uint32_t{sequence_field::kMaps} : optional_field::kMap;
  } else if (type == ContainerType::kOptional) {
    kind = ValueKind::kOptional;
    field = of_sequence ? uint32_t{sequence_field::kOptionals} : optional_field::kOptional;
  }
  KANTE_TRY(WireWriter inner, WriteContainer(value, "", kind, holder, depth - 1));
  out.Message(field, std::move(inner));
  return OkStatus();
}

Result<WireWriter> WriteMap(const Map& map, std::string_view name, TensorHolder& holder) {
  WireWriter w;
  w.OptionalString(map_field::kName, name);
  w.Int(map_field::kKeyType, static_cast<int64_t>(map.keys.type()));
  if (map.keys.type() == ElementType::kString) {
    for (const std::string& key : map.keys.span<std::string>()) w.String(map_field::kStringKeys, key);
  } else {
    if (map.keys.type() != ElementType::kInt64) return NotImplemented("map keys must be int64 or string");
    for (int64_t key : map.keys.span<int64_t>()) w.Int(map_field::kKeys, key);
  }
  WireWriter values;
  values.Int(sequence_field::kElemType, static_cast<int64_t>(ContainerType::kTensor));
  const int64_t size = BitsOf(map.values.type()) / 8;
  for (int64_t i = 0; i < map.values.elements(); ++i) {
    const Tensor scalar(map.values.type(), {}, map.values.buffer(), map.values.offset() + i * size);
    KANTE_TRY(WireWriter item, WriteTensor("", scalar, holder));
    values.Message(sequence_field::kTensors, std::move(item));
  }
  w.Message(map_field::kValues, std::move(values));
  return w;
}

Result<WireWriter> WriteContainer(const Value& value, std::string_view name, ValueKind kind, TensorHolder& holder,
                                  int depth) {
  if (depth == 0) return Error(StatusCode::kLimitExceeded, "values are nested too deeply");
  WireWriter w;
  if (kind == ValueKind::kOptional) {
    w.OptionalString(optional_field::kName, name);
    w.Int(optional_field::kElemType, static_cast<int64_t>(value.has_value() ? TypeOf(value) : ContainerType::kTensor));
    if (value.has_value()) KANTE_TRY(WriteElement(value, false, holder, depth, w));
    return w;
  }
  if (value.is_tensor()) return WriteTensor(name, value.tensor(), holder);
  if (value.is_map()) return WriteMap(*value.map(), name, holder);
  if (!value.is_sequence()) return InvalidArgument("there is no value to write");
  const Sequence& sequence = *value.sequence();
  const ContainerType type = sequence.items.empty() ? ContainerType::kTensor : TypeOf(sequence.items[0]);
  w.OptionalString(sequence_field::kName, name);
  w.Int(sequence_field::kElemType, static_cast<int64_t>(type));
  for (const Value& item : sequence.items) KANTE_TRY(WriteElement(item, true, holder, depth, w));
  return w;
}

}  // namespace

Result<std::string> WriteValueProto(const Value& value, std::string_view name, const TypeInfo& expected) {
  TensorHolder holder;
  KANTE_TRY(const WireWriter w, WriteContainer(value, name, expected.kind, holder, Limits().max_message_depth / 2));
  return w.ToString();
}

}  // namespace kante::core
