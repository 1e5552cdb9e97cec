// SPDX-License-Identifier: MIT
// Models in ONNX Runtime's own format, written by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "onnx/onnx_fields.h"
#include "onnx/ort_format_fields.h"
#include "onnx/test_flat_builder.h"
#include "tensor/element_type.h"

namespace kante::core::test::ort {

namespace field = ort_field;
using flat::Is;
using flat::List;
using flat::Table;
using flat::Texts;
using flat::Thing;
using flat::To;
using Things = std::vector<Thing>;

inline Thing TensorType(ElementType element, const std::vector<int64_t>& dims) {
  namespace dim = field::dimension_value;
  Things all;
  for (int64_t d : dims) {  // a negative one is called "n"
    all.push_back(Table({To(field::dimension::kValue,
                            d < 0 ? Table({Is<int8_t>(dim::kKind, dim::kIsName), To(dim::kName, "n")})
                                  : Table({Is<int8_t>(dim::kKind, dim::kIsNumber), Is<int64_t>(dim::kNumber, d)}))}));
  }
  return Table({Is<uint8_t>(field::type::kKind, field::type::kTensor),
                To(field::type::kContent,
                   Table({Is(field::tensor_type::kElement, static_cast<int32_t>(element)),
                          To(field::tensor_type::kShape, Table({To(field::shape::kDims, List(std::move(all)))}))}))});
}

inline Thing SequenceType(Thing element) {
  return Table({Is<uint8_t>(field::type::kKind, field::type::kSequence),
                To(field::type::kContent, Table({To(field::sequence_type::kElement, std::move(element))}))});
}

inline Thing MapType(ElementType key, Thing value) {
  return Table({Is<uint8_t>(field::type::kKind, field::type::kMap),
                To(field::type::kContent, Table({Is(field::map_type::kKey, static_cast<int32_t>(key)),
                                                 To(field::map_type::kValue, std::move(value))}))});
}

inline Thing Value(std::string_view name, Thing type = TensorType(ElementType::kFloat32, {2})) {
  return Table({To(field::value::kName, name), To(field::value::kType, std::move(type))});
}

template <typename T>
Thing Tensor(std::string_view name, ElementType type, std::vector<int64_t> dims, const std::vector<T>& data) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(data.data());
  return Table({To(field::tensor::kName, name), To(field::tensor::kDims, flat::Numbers(std::move(dims))),
                Is(field::tensor::kType, static_cast<int32_t>(type)),
                To(field::tensor::kRaw, flat::Numbers(std::vector<uint8_t>(bytes, bytes + data.size() * sizeof(T))))});
}

inline Thing Floats(std::string_view name, const std::vector<float>& data) {
  return Tensor(name, ElementType::kFloat32, {static_cast<int64_t>(data.size())}, data);
}

inline Thing Strings(std::string_view name, const std::vector<std::string>& data) {
  return Table({To(field::tensor::kName, name),
                To(field::tensor::kDims, flat::Numbers<int64_t>({static_cast<int64_t>(data.size())})),
                Is(field::tensor::kType, static_cast<int32_t>(ElementType::kString)),
                To(field::tensor::kStrings, Texts(data))});
}

// One attribute; `content` is the field of its type.
inline Thing Attribute(std::string_view name, AttributeType type, flat::Field content) {
  return Table(
      {To(field::attribute::kName, name), Is(field::attribute::kType, static_cast<int32_t>(type)), std::move(content)});
}

inline Thing Node(std::string_view op_type, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs, Things attributes = {}, std::string_view domain = "") {
  return Table({To(field::node::kName, "the " + std::string(op_type)), To(field::node::kDomain, domain),
                To(field::node::kOpType, op_type), To(field::node::kInputs, Texts(inputs)),
                To(field::node::kOutputs, Texts(outputs)), To(field::node::kAttributes, List(std::move(attributes)))});
}

struct GraphSpec {
  Things nodes, initializers = {}, sparse_initializers = {}, values = {};
  std::vector<std::string> inputs = {}, outputs = {};
};

inline Thing Graph(const GraphSpec& spec) {
  return Table({To(field::graph::kInitializers, List(spec.initializers)), To(field::graph::kValues, List(spec.values)),
                To(field::graph::kNodes, List(spec.nodes)), To(field::graph::kInputs, Texts(spec.inputs)),
                To(field::graph::kOutputs, Texts(spec.outputs)),
                To(field::graph::kSparseInitializers, List(spec.sparse_initializers))});
}

inline Thing Opset(std::string_view domain, int64_t version) {
  return Table({To(field::opset::kDomain, domain), Is(field::opset::kVersion, version)});
}

inline std::string File(Thing graph, std::string_view version = "6") {
  namespace model = field::model;
  const Thing entry = Table({To(field::entry::kKey, "author"), To(field::entry::kValue, "a test")});
  return flat::File(
      "ORTM", Table({To(field::session::kVersion, version),
                     To(field::session::kModel,
                        Table({Is<int64_t>(model::kIrVersion, 10),
                               To(model::kOpsetImport, List({Opset("", 21), Opset("kante", 1), Opset("theirs", 4)})),
                               To(model::kProducerName, "hand"), To(model::kProducerVersion, "1.5"),
                               To(model::kDomain, "org.test"), Is<int64_t>(model::kModelVersion, 7),
                               To(model::kDocString, "a model"), To(model::kGraph, std::move(graph)),
                               To(model::kGraphDocString, "a graph"), To(model::kMetadata, List({entry}))}))}));
}

// A subgraph that reads a value around it, weights of each kind, every type of attribute.
inline std::string RichModel() {
  using enum AttributeType;
  namespace a = field::attribute;
  const Thing branch =
      Graph({.nodes = {Node("Neg", {"w"}, {"b"})}, .values = {Value("w"), Value("b")}, .outputs = {"b"}});
  const Thing attributes =
      Node("Everything", {"x", "", "s"}, {"z", "rows"},
           {Attribute("f", kFloat, Is(a::kF, 1.5f)), Attribute("i", kInt, Is<int64_t>(a::kI, -3)),
            Attribute("s", kString, To(a::kS, "text")), Attribute("t", kTensor, To(a::kT, Floats("t", {4}))),
            Attribute("floats", kFloats, To(a::kFloats, flat::Numbers<float>({1, 2}))),
            Attribute("ints", kInts, To(a::kInts, flat::Numbers<int64_t>({-1, 2}))),
            Attribute("strings", kStrings, To(a::kStrings, Texts({"p", ""}))),
            Attribute("tensors", kTensors, To(a::kTensors, List({Floats("", {5}), Floats("", {6, 7})}))),
            Attribute("graphs", kGraphs, To(a::kGraphs, List({branch})))},
           "kante");
  const Thing sparse = Table({To(field::sparse::kValues, Floats("sp", {5})),
                              To(field::sparse::kIndices, Tensor<int64_t>("", ElementType::kInt64, {1}, {1})),
                              To(field::sparse::kDims, flat::Numbers<int64_t>({2}))});
  return File(Graph({
      .nodes = {Node("If", {"cond"}, {"y"},
                     {Attribute("then_branch", kGraph, To(a::kG, branch)),
                      Attribute("else_branch", kGraph, To(a::kG, branch))}),
                Node("Sum", {"y", "w", "sp"}, {"sum"}), attributes},
      .initializers = {Floats("w", {1, 2}), Strings("s", {"one", ""})},
      .sparse_initializers = {sparse},
      .values = {Value("x", TensorType(ElementType::kFloat32, {-1, 2})), Value("w"),
                 Value("cond", TensorType(ElementType::kBool, {})), Value("sum"), Value("nobody"),
                 Value("z", TensorType(ElementType::kInt64, {})),
                 Value("rows", SequenceType(MapType(ElementType::kInt64, TensorType(ElementType::kFloat32, {}))))},
      .inputs = {"x", "cond", "w"},
      .outputs = {"sum", "z", "rows"},
  }));
}

}  // namespace kante::core::test::ort
