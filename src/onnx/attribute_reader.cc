// SPDX-License-Identifier: MIT
// Attributes of nodes, of every type.
#include "onnx/graph_reader.h"
#include "onnx/graph_reader_parts.h"
#include "onnx/onnx_fields.h"
#include "onnx/type_reader.h"

namespace kante::core {
namespace {

namespace field = attribute_field;

struct Head {
  std::string_view name, reference;
  int64_t type = 0;
};

// Very old files don't say the type: the field that is there tells.
AttributeType TypeOfField(uint32_t number) {
  switch (number) {
    case field::kF:
      return AttributeType::kFloat;
    case field::kI:
      return AttributeType::kInt;
    case field::kS:
      return AttributeType::kString;
    case field::kT:
      return AttributeType::kTensor;
    case field::kG:
      return AttributeType::kGraph;
    case field::kFloats:
      return AttributeType::kFloats;
    case field::kInts:
      return AttributeType::kInts;
    case field::kStrings:
      return AttributeType::kStrings;
    case field::kTensors:
      return AttributeType::kTensors;
    case field::kGraphs:
      return AttributeType::kGraphs;
    case field::kTp:
      return AttributeType::kTypeProto;
    case field::kTypeProtos:
      return AttributeType::kTypeProtos;
    case field::kSparseTensor:
      return AttributeType::kSparseTensor;
    case field::kSparseTensors:
      return AttributeType::kSparseTensors;
    default:
      return AttributeType::kUndefined;
  }
}

Status ReadHead(WireReader r, Head* head) {
  AttributeType implied = AttributeType::kUndefined;
  while (r.Next()) {
    if (r.field() == field::kName) head->name = r.String();
    if (r.field() == field::kRefAttrName) head->reference = r.String();
    if (r.field() == field::kType) head->type = r.Int();
    if (TypeOfField(r.field()) != AttributeType::kUndefined) implied = TypeOfField(r.field());
  }
  if (head->type == 0) head->type = static_cast<int64_t>(implied);
  return r.Finish();
}

template <typename T>
size_t BytesOf(const std::vector<T>& list) {
  return list.size() * sizeof(T);
}

}  // namespace

Status GraphReader::ReadAttribute(WireReader message, Frame& frame, const Scope& scope, const Call& call,
                                  std::vector<Attribute>* out) {
  Head head;
  KANTE_TRY(ReadHead(message.Again(), &head));
  if (head.name.empty()) return InvalidGraph("an attribute has no name");
  KANTE_TRY(Charge(head.name.size() + sizeof(Attribute)));
  if (!head.reference.empty()) return ReadReference(head.name, head.reference, frame, call, out);
  auto value = ReadAttributeValue(std::move(message), head.type, frame, scope, call);
  if (!value.ok()) return std::move(value.TakeStatus()).WithContext(StrCat("attribute '", head.name, "'"));
  out->emplace_back(std::string(head.name), std::move(*value));
  return OkStatus();
}

// What the caller gave, else the function's default, else nothing: then the node has no such attribute.
Status GraphReader::ReadReference(std::string_view name, std::string_view reference, Frame& frame, const Call& call,
                                  std::vector<Attribute>* out) {
  if (!call.function) {
    return InvalidGraph("attribute '", name, "' refers to '", reference, "' of a function, but stands in none");
  }
  const size_t before = out->size();
  for (const Argument& argument : call.arguments) {
    if (argument.name != reference) continue;
    KANTE_TRY(ReadAttribute(argument.message.Again(), frame, *argument.scope, *argument.call, out));
    break;
  }
  for (size_t i = 0; i < call.function->defaults.size() && out->size() == before; ++i) {
    if (call.function->default_names[i] != reference) continue;
    Head head;
    KANTE_TRY(ReadHead(call.function->defaults[i], &head));
    if (!head.reference.empty()) return InvalidGraph("the default of '", reference, "' refers to another attribute");
    KANTE_TRY(AttributeValue value,
              ReadAttributeValue(call.function->defaults[i], head.type, frame, *call.scope, call));
    out->emplace_back(std::string(reference), std::move(value));
  }
  if (out->size() > before) out->back().name = name;
  return OkStatus();
}

Result<AttributeValue> GraphReader::ReadAttributeValue(WireReader r, int64_t type, Frame& frame, const Scope& scope,
                                                       const Call& call) {
  int64_t i = 0;
  float f = 0;
  std::string_view s;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  std::vector<std::string> strings;
  std::vector<Tensor> tensors;
  std::vector<std::shared_ptr<Graph>> graphs;
  std::vector<TypeInfo> types;
  std::vector<SparseTensor> sparse_tensors;
  const int64_t copied = tensors_.copied_bytes();
  while (r.Next()) {
    if (static_cast<int64_t>(TypeOfField(r.field())) != type) continue;
    switch (r.field()) {
      case field::kI:
        i = r.Int();
        break;
      case field::kF:
        f = r.Float();
        break;
      case field::kS:
        s = r.String();
        break;
      case field::kInts:
        r.AppendTo(ints);
        break;
      case field::kFloats:
        r.AppendTo(floats);
        break;
      case field::kStrings:
        strings.emplace_back(r.String());
        break;
      case field::kT:
      case field::kTensors: {
        KANTE_TRY(Tensor tensor, tensors_.Read(r.Message("TensorProto")));
        tensors.push_back(std::move(tensor));
        break;
      }
      case field::kG:
      case field::kGraphs: {
        KANTE_TRY(std::shared_ptr<Graph> graph, ReadSubgraph(r.Message("GraphProto"), frame, scope, call));
        graphs.push_back(std::move(graph));
        break;
      }
      case field::kTp:
      case field::kTypeProtos: {
        KANTE_TRY(TypeInfo info, ReadType(r.Message("TypeProto")));
        types.push_back(std::move(info));
        break;
      }
      default: {
        KANTE_TRY(SparseTensor sparse, tensors_.ReadSparse(r.Message("SparseTensorProto")));
        sparse_tensors.push_back(std::move(sparse));
      }
    }
  }
  KANTE_TRY(r.Finish());
  KANTE_TRY(Charge(s.size() + BytesOf(ints) + BytesOf(floats) + BytesOf(strings) + BytesOf(tensors) + BytesOf(types) +
                   BytesOf(sparse_tensors) + static_cast<size_t>(tensors_.copied_bytes() - copied)));
  const Status missing = InvalidGraph("has no content");
  switch (static_cast<AttributeType>(type)) {
    case AttributeType::kInt:
      return AttributeValue(i);
    case AttributeType::kFloat:
      return AttributeValue(f);
    case AttributeType::kString:
      return AttributeValue(std::string(s));
    case AttributeType::kInts:
      return AttributeValue(std::move(ints));
    case AttributeType::kFloats:
      return AttributeValue(std::move(floats));
    case AttributeType::kStrings:
      return AttributeValue(std::move(strings));
    case AttributeType::kTensors:
      return AttributeValue(std::move(tensors));
    case AttributeType::kGraphs:
      return AttributeValue(std::move(graphs));
    case AttributeType::kTypeProtos:
      return AttributeValue(std::move(types));
    case AttributeType::kSparseTensors:
      return AttributeValue(std::move(sparse_tensors));
    case AttributeType::kTensor:
      if (tensors.empty()) return missing.Clone();
      return AttributeValue(std::move(tensors.back()));
    case AttributeType::kGraph:
      if (graphs.empty()) return missing.Clone();
      return AttributeValue(std::move(graphs.back()));
    case AttributeType::kTypeProto:
      if (types.empty()) return missing.Clone();
      return AttributeValue(std::move(types.back()));
    case AttributeType::kSparseTensor:
      if (sparse_tensors.empty()) return missing.Clone();
      return AttributeValue(std::move(sparse_tensors.back()));
    default:
      return InvalidGraph("has the type ", type, ", which is not known");
  }
}

Result<std::shared_ptr<Graph>> GraphReader::ReadSubgraph(WireReader message, Frame& frame, const Scope& scope,
                                                         const Call& call) {
  if (frame.nesting == limits_.max_nesting) {
    return Error(StatusCode::kLimitExceeded, "subgraphs are nested more than ", limits_.max_nesting, " levels deep");
  }
  KANTE_TRY(Charge(sizeof(Graph)));
  auto graph = std::make_shared<Graph>();
  Frame inner{*graph, &frame, frame.nesting + 1};
  GraphParts parts;
  KANTE_TRY(ReadGraph(std::move(message), inner, &scope, call, parts));
  return graph;
}

}  // namespace kante::core
