// SPDX-License-Identifier: MIT
// Graphs, nodes and attributes of .ort files.
#include <unordered_map>

#include "onnx/onnx_fields.h"
#include "onnx/ort_format_fields.h"
#include "onnx/ort_format_translator.h"

namespace kante::core {

// Inputs and outputs are names; their types stand in one list with those of all other values.
WireWriter OrtTranslator::Graph(const FlatTable& graph, int nesting) {
  namespace from = ort_field::graph;
  namespace to = graph_field;
  WireWriter w;
  if (nesting > limits_.max_nesting) {
    Fail(Error(StatusCode::kLimitExceeded, "subgraphs are nested more than ", limits_.max_nesting, " levels deep"));
    return w;
  }
  Messages(graph, from::kInitializers, to::kInitializer, w, &OrtTranslator::Tensor);
  Messages(graph, from::kSparseInitializers, to::kSparseInitializer, w, &OrtTranslator::SparseTensor);
  std::unordered_map<std::string_view, FlatTable> types;
  const FlatVector values = graph.Tables(from::kValues);
  for (size_t i = 0; i < values.size() && going(); ++i) {
    const FlatTable value = values.Table(i);
    const std::string_view name = value.Text(ort_field::value::kName);
    if (Charge(name.size())) types.emplace(name, value);
  }
  for (const auto& [names, field] : {std::pair(from::kInputs, to::kInput), std::pair(from::kOutputs, to::kOutput)}) {
    const FlatVector list = graph.Tables(names);
    for (size_t i = 0; i < list.size() && going(); ++i) {
      const std::string_view name = list.Text(i);
      if (!Charge(name.size())) break;
      const auto type = types.find(name);
      if (type != types.end()) {
        w.Message(field, ValueInfo(type->second));
      } else {
        WireWriter unknown;
        unknown.String(value_info_field::kName, name);
        w.Message(field, std::move(unknown));
      }
    }
  }
  Messages(graph, from::kValues, to::kValueInfo, w, &OrtTranslator::ValueInfo);
  Messages(graph, from::kNodes, to::kNode, w, &OrtTranslator::Node, nesting);
  return w;
}

WireWriter OrtTranslator::Node(const FlatTable& node, int nesting) {
  namespace from = ort_field::node;
  namespace to = node_field;
  if (node.Scalar<int32_t>(from::kType, 0) != 0) {
    Fail(NotImplemented("node '", node.Text(from::kName), "' (", node.Text(from::kOpType),
                        ") was compiled for another runtime"));
  }
  WireWriter w;
  Texts(node, from::kInputs, to::kInput, w);
  Texts(node, from::kOutputs, to::kOutput, w);
  Text(node, from::kName, to::kName, w);
  Text(node, from::kOpType, to::kOpType, w);
  Text(node, from::kDomain, to::kDomain, w);
  Messages(node, from::kAttributes, to::kAttribute, w, &OrtTranslator::Attribute, nesting);
  return w;
}

WireWriter OrtTranslator::Attribute(const FlatTable& attribute, int nesting) {
  namespace from = ort_field::attribute;
  namespace to = attribute_field;
  WireWriter w;
  Text(attribute, from::kName, to::kName, w);
  const int32_t type = attribute.Scalar<int32_t>(from::kType, 0);
  w.Int(to::kType, type);
  switch (static_cast<AttributeType>(type)) {
    case AttributeType::kFloat:
      w.Float(to::kF, attribute.Scalar<float>(from::kF, 0));
      break;
    case AttributeType::kInt:
      w.Int(to::kI, attribute.Scalar<int64_t>(from::kI, 0));
      break;
    case AttributeType::kString:
      Text(attribute, from::kS, to::kS, w);
      break;
    case AttributeType::kTensor:
      if (const FlatTable tensor = attribute.Table(from::kT); tensor.present()) w.Message(to::kT, Tensor(tensor));
      break;
    case AttributeType::kGraph:
      if (const FlatTable graph = attribute.Table(from::kG); graph.present()) {
        w.Message(to::kG, Graph(graph, nesting + 1));
      }
      break;
    case AttributeType::kFloats:
      if (const auto floats = attribute.Vector(from::kFloats, 4).bytes(); Charge(floats.size())) {
        w.String(to::kFloats, AsText(floats));  // packed floats lie as they do here
      }
      break;
    case AttributeType::kInts:
      Numbers(attribute, from::kInts, to::kInts, w);
      break;
    case AttributeType::kStrings:
      Texts(attribute, from::kStrings, to::kStrings, w);
      break;
    case AttributeType::kTensors:
      Messages(attribute, from::kTensors, to::kTensors, w, &OrtTranslator::Tensor);
      break;
    case AttributeType::kGraphs:
      Messages(attribute, from::kGraphs, to::kGraphs, w, &OrtTranslator::Graph, nesting + 1);
      break;
    default:
      break;  // its reader says that the type is not known
  }
  return w;
}

}  // namespace kante::core
