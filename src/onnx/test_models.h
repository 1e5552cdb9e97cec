// SPDX-License-Identifier: MIT
// Writes ONNX messages by hand, right and wrong ones, so that tests need no files and no other tools.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onnx/onnx_fields.h"
#include "onnx/reader.h"
#include "onnx/wire_writer.h"

namespace kante::core::test {

using Names = std::vector<std::string>;
using Messages = std::vector<WireWriter>;

inline std::string Raw(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

inline WireWriter TensorMessage(std::string_view name, ElementType type, const std::vector<int64_t>& dims) {
  WireWriter w;
  for (int64_t d : dims) w.Int(tensor_field::kDims, d);
  w.Int(tensor_field::kDataType, static_cast<int64_t>(type));
  w.String(tensor_field::kName, name);
  return w;
}

inline WireWriter RawTensor(std::string_view name, ElementType type, const std::vector<int64_t>& dims,
                            std::string_view raw) {
  WireWriter w = TensorMessage(name, type, dims);
  w.String(tensor_field::kRawData, raw);
  return w;
}

inline WireWriter Floats(std::string_view name, const std::vector<float>& values) {
  return RawTensor(name, ElementType::kFloat32, {static_cast<int64_t>(values.size())}, Raw(values));
}

inline WireWriter Ints(std::string_view name, const std::vector<int64_t>& values) {
  WireWriter w = TensorMessage(name, ElementType::kInt64, {static_cast<int64_t>(values.size())});
  w.PackedInts(tensor_field::kInt64Data, values);
  return w;
}

inline WireWriter Entry(std::string_view key, std::string_view value) {
  WireWriter w;
  w.String(entry_field::kKey, key);
  w.String(entry_field::kValue, value);
  return w;
}

inline WireWriter ExternalTensor(std::string_view name, const std::vector<int64_t>& dims, const Messages& entries) {
  WireWriter w = TensorMessage(name, ElementType::kFloat32, dims);
  for (const WireWriter& entry : entries) w.Message(tensor_field::kExternalData, entry);
  w.Int(tensor_field::kDataLocation, 1);
  return w;
}

inline WireWriter TensorType(ElementType type, const std::vector<int64_t>& dims) {
  WireWriter shape;
  for (int64_t d : dims) {
    WireWriter dim;
    dim.Int(shape_field::kDimValue, d);
    shape.Message(shape_field::kDim, std::move(dim));
  }
  WireWriter tensor;
  tensor.Int(type_field::kElemType, static_cast<int64_t>(type));
  tensor.Message(type_field::kShape, std::move(shape));
  WireWriter w;
  w.Message(type_field::kTensor, std::move(tensor));
  return w;
}

// A float32[2] by default.
inline WireWriter Info(std::string_view name, WireWriter type = TensorType(ElementType::kFloat32, {2})) {
  WireWriter w;
  w.String(value_info_field::kName, name);
  w.Message(value_info_field::kType, std::move(type));
  return w;
}

inline WireWriter AttributeOf(std::string_view name, AttributeType type, WireWriter content) {
  WireWriter w;
  w.String(attribute_field::kName, name);
  w.Append(std::move(content));
  w.Int(attribute_field::kType, static_cast<int64_t>(type));
  return w;
}

inline WireWriter IntAttribute(std::string_view name, int64_t value) {
  WireWriter content;
  content.Int(attribute_field::kI, value);
  return AttributeOf(name, AttributeType::kInt, std::move(content));
}

inline WireWriter GraphAttribute(std::string_view name, WireWriter graph) {
  WireWriter content;
  content.Message(attribute_field::kG, std::move(graph));
  return AttributeOf(name, AttributeType::kGraph, std::move(content));
}

inline WireWriter ReferenceAttribute(std::string_view name, std::string_view reference, AttributeType type) {
  WireWriter content;
  content.String(attribute_field::kRefAttrName, reference);
  return AttributeOf(name, type, std::move(content));
}

inline WireWriter NodeMessage(std::string_view op, const Names& inputs, const Names& outputs,
                              const Messages& attributes = {}, std::string_view name = "",
                              std::string_view domain = "") {
  WireWriter w;
  for (const std::string& in : inputs) w.String(node_field::kInput, in);
  for (const std::string& out : outputs) w.String(node_field::kOutput, out);
  w.OptionalString(node_field::kName, name);
  w.String(node_field::kOpType, op);
  for (const WireWriter& a : attributes) w.Message(node_field::kAttribute, a);
  w.OptionalString(node_field::kDomain, domain);
  return w;
}

struct GraphSpec {
  Messages nodes, initializers{}, sparse_initializers{}, inputs{}, outputs{}, value_infos{};
  std::string name = "g";
};

inline WireWriter GraphMessage(const GraphSpec& spec) {
  WireWriter w;
  for (const WireWriter& each : spec.nodes) w.Message(graph_field::kNode, each);
  w.String(graph_field::kName, spec.name);
  for (const WireWriter& each : spec.initializers) w.Message(graph_field::kInitializer, each);
  for (const WireWriter& each : spec.inputs) w.Message(graph_field::kInput, each);
  for (const WireWriter& each : spec.outputs) w.Message(graph_field::kOutput, each);
  for (const WireWriter& each : spec.value_infos) w.Message(graph_field::kValueInfo, each);
  for (const WireWriter& each : spec.sparse_initializers) w.Message(graph_field::kSparseInitializer, each);
  return w;
}

struct FunctionSpec {
  std::string name;
  Names inputs, outputs;
  Messages nodes;
  Names attributes{};
  Messages defaults{};
  std::string domain = "local";
  int64_t opset = 18;
  Names calls{};  // domains of the functions inside
};

inline WireWriter OpsetMessage(std::string_view domain, int64_t version) {
  WireWriter w;
  w.OptionalString(opset_field::kDomain, domain);
  w.Int(opset_field::kVersion, version);
  return w;
}

inline WireWriter FunctionMessage(const FunctionSpec& spec) {
  WireWriter w;
  w.String(function_field::kName, spec.name);
  for (const std::string& each : spec.inputs) w.String(function_field::kInput, each);
  for (const std::string& each : spec.outputs) w.String(function_field::kOutput, each);
  for (const std::string& each : spec.attributes) w.String(function_field::kAttribute, each);
  for (const WireWriter& each : spec.defaults) w.Message(function_field::kAttributeProto, each);
  for (const WireWriter& each : spec.nodes) w.Message(function_field::kNode, each);
  w.Message(function_field::kOpsetImport, OpsetMessage("", spec.opset));
  for (const std::string& each : spec.calls) w.Message(function_field::kOpsetImport, OpsetMessage(each, 1));
  w.String(function_field::kDomain, spec.domain);
  return w;
}

struct ModelSpec {
  WireWriter graph;
  Messages functions{};
  int64_t ir_version = 10;
  std::vector<std::pair<std::string, int64_t>> imports = {{"", 21}};
};

inline std::string ModelBytes(const ModelSpec& spec) {
  WireWriter w;
  w.Int(model_field::kIrVersion, spec.ir_version);
  for (const auto& [domain, version] : spec.imports) {
    w.Message(model_field::kOpsetImport, OpsetMessage(domain, version));
  }
  w.Message(model_field::kGraph, spec.graph);
  for (const WireWriter& f : spec.functions) w.Message(model_field::kFunctions, f);
  w.Message(model_field::kMetadata, Entry("key", "value"));
  return w.ToString();
}

// Knows the domains, and no operators: what reading asks for.
inline OpRegistry DomainsOnly() {
  OpRegistry registry;
  registry.AddDomain("", 28);
  registry.AddDomain("kante", 1);
  return registry;
}

inline WireWriter MapType(ElementType key, ElementType value) {
  WireWriter map, type;
  map.Int(type_field::kKeyType, static_cast<int64_t>(key));
  map.Message(type_field::kValueType, TensorType(value, {}));
  type.Message(type_field::kMap, std::move(map));
  return type;
}

// y = ZipMap of x float32[2] with the labels "b", "a"; d = DictVectorizer of the map m for the keys 7, -3.
inline std::string MapsModel() {
  WireWriter labels, keys, sequence, rows;
  for (const char* label : {"b", "a"}) labels.String(attribute_field::kStrings, label);
  keys.PackedInts(attribute_field::kInts, std::vector<int64_t>{7, -3});
  sequence.Message(type_field::kElemType, MapType(ElementType::kString, ElementType::kFloat32));
  rows.Message(type_field::kSequence, std::move(sequence));
  GraphSpec g{.nodes = {NodeMessage("ZipMap", {"x"}, {"y"},
                                    {AttributeOf("classlabels_strings", AttributeType::kStrings, std::move(labels))},
                                    "zip", "ai.onnx.ml"),
                        NodeMessage("DictVectorizer", {"m"}, {"d"},
                                    {AttributeOf("int64_vocabulary", AttributeType::kInts, std::move(keys))}, "vector",
                                    "ai.onnx.ml")},
              .inputs = {Info("x"), Info("m", MapType(ElementType::kInt64, ElementType::kFloat32))},
              .outputs = {Info("y", std::move(rows)), Info("d", TensorType(ElementType::kFloat32, {1, 2}))}};
  return ModelBytes({.graph = GraphMessage(g), .imports = {{"", 21}, {"ai.onnx.ml", 3}}});
}

inline Result<LoadedModel> Read(const std::string& bytes, const ReadOptions& options = {}) {
  const OpRegistry registry = DomainsOnly();
  return ReadModelFromMemory(AsBytes(bytes), nullptr, registry, options);
}
inline Result<LoadedModel> Read(const ModelSpec& spec, const ReadOptions& options = {}) {
  return Read(ModelBytes(spec), options);
}

// The error text, or "" and a test failure's cause when the model was read.
inline std::string ErrorOf(const ModelSpec& spec, const ReadOptions& options = {}) {
  const auto model = Read(spec, options);
  return model.ok() ? "" : model.status().ToString();
}

// If with branches that read values around them, a function with attributes, every way to store a tensor, metadata.
inline std::string RichModel() {
  GraphSpec inner{.nodes = {NodeMessage("Add", {"x", "deep"}, {"i"})}, .outputs = {Info("i")}, .name = "inner"};
  GraphSpec then{.nodes = {NodeMessage("If", {"cond"}, {"b"},
                                       {GraphAttribute("then_branch", GraphMessage(inner)),
                                        GraphAttribute("else_branch", GraphMessage(inner))})},
                 .outputs = {Info("b")},
                 .name = "then"};
  GraphSpec other{.nodes = {NodeMessage("Mul", {"w", "local"}, {"e"})},
                  .initializers = {Floats("local", {7, 8})},
                  .outputs = {Info("e")},
                  .name = "else"};
  WireWriter strings = TensorMessage("s", ElementType::kString, {2});
  strings.String(tensor_field::kStringData, "one");
  strings.String(tensor_field::kStringData, "");
  WireWriter typed = TensorMessage("typed", ElementType::kFloat32, {2});
  typed.PackedFloats(tensor_field::kFloatData, std::vector<float>{1.5f, -2});
  WireWriter small = TensorMessage("small", ElementType::kInt4, {3});
  small.Int(tensor_field::kInt32Data, 0x21);
  small.Int(tensor_field::kInt32Data, 0x03);
  WireWriter sparse;
  sparse.Message(sparse_field::kValues, Floats("sp", {5}));
  sparse.Message(sparse_field::kIndices, Ints("", {1}));
  sparse.Int(sparse_field::kDims, 2);
  FunctionSpec function{
      .name = "Twice",
      .inputs = {"a"},
      .outputs = {"b"},
      .nodes = {NodeMessage("Add", {"a", "a"}, {"m"}, {}, "add"),
                NodeMessage("Elu", {"m"}, {"b"}, {ReferenceAttribute("alpha", "alpha", AttributeType::kFloat)})},
      .attributes = {"alpha"}};
  GraphSpec main{.nodes = {NodeMessage("Twice", {"x"}, {"deep"}, {}, "call", "local"),
                           NodeMessage("If", {"cond"}, {"y"},
                                       {GraphAttribute("then_branch", GraphMessage(then)),
                                        GraphAttribute("else_branch", GraphMessage(other))},
                                       "branch"),
                           NodeMessage("Sum", {"y", "typed", "sp", "w"}, {"z"}), NodeMessage("Identity", {"s"}, {"t"}),
                           NodeMessage("Identity", {"small"}, {"u"})},
                 .initializers = {Floats("w", {1, 2}), std::move(typed), std::move(strings), std::move(small)},
                 .sparse_initializers = {std::move(sparse)},
                 .inputs = {Info("x"), Info("cond", TensorType(ElementType::kBool, {})), Info("w")},
                 .outputs = {Info("z"), Info("t", TensorType(ElementType::kString, {2})),
                             Info("u", TensorType(ElementType::kInt4, {3}))},
                 .value_infos = {Info("y"), Info("nobody")}};
  return ModelBytes({.graph = GraphMessage(main), .functions = {FunctionMessage(function)}});
}

}  // namespace kante::core::test
