// SPDX-License-Identifier: MIT
#include "onnx/reader.h"

#include <gtest/gtest.h>

#include <string>

#include "onnx/test_models.h"

namespace kante::core {
namespace {

using enum ElementType;
using namespace test;  // NOLINT: tests are made of it

ModelSpec ModelOf(const GraphSpec& graph) { return {.graph = GraphMessage(graph)}; }

GraphSpec NegGraph() {
  return {.nodes = {NodeMessage("Neg", {"x"}, {"y"})}, .inputs = {Info("x")}, .outputs = {Info("y")}};
}

TEST(Reader, APlainModel) {
  ModelSpec spec = ModelOf(NegGraph());
  auto model = Read(spec);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(Dump(model->graph), "graph g (x: float32[2]) -> (y: float32[2])\n  y = Neg(x)\n");
  EXPECT_EQ(model->info.ir_version, 10);
  EXPECT_EQ(model->info.metadata, (std::vector<std::pair<std::string, std::string>>{{"key", "value"}}));
  ASSERT_EQ(model->info.opset_imports.size(), 1u);
  EXPECT_EQ(model->info.opset_imports[0].version, 21);
  EXPECT_EQ(model->graph.node(0).version, 21);
}

TEST(Reader, NodesMayStandInAnyOrder) {
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Abs", {"m"}, {"y"}), NodeMessage("Neg", {"x"}, {"m"})};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->graph.TopologicalOrder().value(), (std::vector<NodeId>{1, 0}));
}

TEST(Reader, CyclesAreErrors) {
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Add", {"x", "b"}, {"a"}, {}, "first"), NodeMessage("Neg", {"a"}, {"b"}),
                 NodeMessage("Neg", {"b"}, {"y"})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("cycle"), std::string::npos);
  graph.nodes = {NodeMessage("Add", {"x", "y"}, {"y"})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("cycle"), std::string::npos);
  // Through a subgraph that reads what its own node makes.
  const GraphSpec body{.nodes = {NodeMessage("Neg", {"y"}, {"b"})}, .outputs = {Info("b")}};
  graph.nodes = {NodeMessage("If", {"x"}, {"y"}, {GraphAttribute("then_branch", GraphMessage(body))})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("cycle"), std::string::npos);
}

TEST(Reader, NamesMustBeDefinedOnce) {
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Neg", {"nothing"}, {"y"}, {}, "n")};
  EXPECT_EQ(ErrorOf(ModelOf(graph)),
            "InvalidGraph: model in memory: node 'n' (Neg): reads the value 'nothing', which "
            "nothing produces");
  graph = NegGraph();
  graph.outputs = {Info("z")};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("nothing produces 'z', output 0 of graph 'g'"), std::string::npos);
  graph = NegGraph();
  graph.nodes.push_back(NodeMessage("Abs", {"x"}, {"y"}));
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("'y' is defined twice"), std::string::npos);
  graph = NegGraph();
  graph.inputs.push_back(Info("x"));
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("'x' is defined twice"), std::string::npos);
  graph = NegGraph();
  graph.inputs.push_back(Info("y"));
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("'y' is defined twice"), std::string::npos);
  graph = NegGraph();
  graph.initializers = {Floats("w", {1}), Floats("w", {1})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("'w' is defined twice"), std::string::npos);
  graph = NegGraph();
  graph.initializers = {Floats("y", {1})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("'y' is defined twice"), std::string::npos);
  graph = NegGraph();
  graph.initializers = {Floats("", {1})};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("has no name"), std::string::npos);
}

TEST(Reader, AbsentInputsAndOutputs) {
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Clip", {"x", "", "x"}, {"y", "", "z"})};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->graph.node(0).inputs[1], kNone);
  EXPECT_EQ(model->graph.node(0).outputs[1], kNone);
  EXPECT_EQ(model->graph.node(0).outputs.size(), 3u);
}

TEST(Reader, InitializersThatAreInputs) {
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Add", {"x", "w"}, {"y"})};
  graph.inputs = {Info("w"), Info("x")};
  graph.initializers = {Floats("w", {1, 2})};
  ModelSpec spec = ModelOf(graph);
  auto overridable = Read(spec);
  ASSERT_TRUE(overridable.ok());
  EXPECT_EQ(overridable->graph.inputs().size(), 2u);
  EXPECT_FALSE(overridable->graph.value(overridable->graph.inputs()[0]).initial.empty());
  EXPECT_EQ(overridable->graph.Constant(overridable->graph.inputs()[0]), nullptr);

  auto fixed = Read(spec, {.fix_default_inputs = true});
  ASSERT_TRUE(fixed.ok());
  EXPECT_EQ(fixed->graph.inputs().size(), 1u);

  spec.ir_version = 3;
  auto old = Read(spec);
  ASSERT_TRUE(old.ok());
  ASSERT_EQ(old->graph.inputs().size(), 1u);
  EXPECT_EQ(old->graph.value(old->graph.inputs()[0]).name, "x");
  EXPECT_NE(old->graph.Constant(old->graph.FindValue("w")), nullptr);

  graph.initializers = {RawTensor("w", kInt32, {2}, "12345678")};
  EXPECT_NE(ErrorOf(ModelOf(graph)).find("has the type int32, the input of that name declares float32[2]"),
            std::string::npos);
}

TEST(Reader, SubgraphsCaptureAtEveryLevel) {
  GraphSpec inner{.nodes = {NodeMessage("Add", {"x", "mid"}, {"i"})}, .outputs = {Info("i")}, .name = "inner"};
  GraphSpec middle{.nodes = {NodeMessage("Neg", {"x"}, {"mid"}),
                             NodeMessage("If", {"x"}, {"o"}, {GraphAttribute("then_branch", GraphMessage(inner))})},
                   .outputs = {Info("o"), Info("x")},  // an output may be a value of the enclosing graph
                   .name = "middle"};
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("If", {"x"}, {"y"}, {GraphAttribute("then_branch", GraphMessage(middle))})};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Graph& mid = *model->graph.node(0).Subgraphs()[0];
  ASSERT_EQ(mid.captures().size(), 1u);  // x once, though it is read at three places
  EXPECT_EQ(mid.captures()[0].outer, model->graph.FindValue("x"));
  EXPECT_EQ(mid.outputs()[1], mid.captures()[0].inner);
  const Graph& deep = *mid.node(1).Subgraphs()[0];
  EXPECT_EQ(deep.captures().size(), 2u);
  EXPECT_EQ(mid.value(mid.captures()[0].inner).type.ToString(), "float32[2]");
}

TEST(Reader, SubgraphsMayShadowNamesAround) {
  const GraphSpec body{.nodes = {NodeMessage("Neg", {"x"}, {"t"}), NodeMessage("Abs", {"t"}, {"y"})},
                       .inputs = {Info("x")},
                       .outputs = {Info("y")}};
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Loop", {"", "", "x"}, {"y"}, {GraphAttribute("body", GraphMessage(body))})};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_TRUE(model->graph.node(0).Subgraphs()[0]->captures().empty());
}

TEST(Reader, EveryAttributeType) {
  Messages attributes = {IntAttribute("i", -3), GraphAttribute("g", GraphMessage(NegGraph()))};
  const auto add = [&](std::string_view name, AttributeType type, auto fill) {
    WireWriter content;
    fill(content);
    attributes.push_back(AttributeOf(name, type, std::move(content)));
  };
  namespace field = attribute_field;
  WireWriter sparse;
  sparse.Message(sparse_field::kValues, Floats("", {5}));
  sparse.Message(sparse_field::kIndices, Ints("", {1}));
  sparse.Int(sparse_field::kDims, 2);
  add("f", AttributeType::kFloat, [](WireWriter& w) { w.Float(field::kF, 0.5f); });
  add("s", AttributeType::kString, [](WireWriter& w) { w.String(field::kS, "text"); });
  add("t", AttributeType::kTensor, [](WireWriter& w) { w.Message(field::kT, Floats("", {1})); });
  add("is", AttributeType::kInts, [](WireWriter& w) {
    w.Int(field::kInts, 4);
    w.PackedInts(field::kInts, std::vector<int64_t>{5, 6});
  });
  add("fs", AttributeType::kFloats, [](WireWriter& w) { w.Float(field::kFloats, 1); });
  add("ss", AttributeType::kStrings, [](WireWriter& w) { w.String(field::kStrings, "a"); });
  add("ts", AttributeType::kTensors, [](WireWriter& w) { w.Message(field::kTensors, Floats("", {1})); });
  add("gs", AttributeType::kGraphs, [](WireWriter& w) { w.Message(field::kGraphs, GraphMessage(NegGraph())); });
  add("tp", AttributeType::kTypeProto, [](WireWriter& w) { w.Message(field::kTp, TensorType(kInt8, {3})); });
  add("tps", AttributeType::kTypeProtos, [](WireWriter& w) { w.Message(field::kTypeProtos, TensorType(kInt8, {3})); });
  add("sp", AttributeType::kSparseTensor, [&](WireWriter& w) { w.Message(field::kSparseTensor, sparse); });
  add("sps", AttributeType::kSparseTensors, [&](WireWriter& w) { w.Message(field::kSparseTensors, sparse); });
  add("none", AttributeType::kInts, [](WireWriter&) {});
  add("implied", AttributeType::kUndefined, [](WireWriter& w) { w.Int(field::kI, 8); });
  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Op", {"x"}, {"y"}, attributes)};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Node& node = model->graph.node(0);
  std::string kinds;
  for (const Attribute& a : node.attributes) kinds += StrCat(a.name, ":", AttributeKindName(a.value), " ");
  EXPECT_EQ(kinds,
            "i:int g:graph f:float s:string t:tensor is:ints fs:floats ss:strings ts:tensors gs:graphs "
            "tp:type tps:types sp:sparse tensor sps:sparse tensors none:ints implied:int ");
  EXPECT_EQ(*node.FindAttribute("is")->get<std::vector<int64_t>>(), (std::vector<int64_t>{4, 5, 6}));
  EXPECT_EQ(node.FindAttribute("tp")->get<TypeInfo>()->ToString(), "int8[3]");
  EXPECT_EQ(node.FindAttribute("sp")->get<SparseTensor>()->shape, Shape{2});
}

TEST(Reader, BrokenAttributes) {
  const auto with = [](const Messages& attributes) {
    GraphSpec graph = NegGraph();
    graph.nodes = {NodeMessage("Op", {"x"}, {"y"}, attributes)};
    return ErrorOf(ModelOf(graph));
  };
  EXPECT_NE(with({IntAttribute("a", 1), IntAttribute("a", 2)}).find("attribute 'a' is given twice"), std::string::npos);
  EXPECT_NE(with({IntAttribute("", 1)}).find("no name"), std::string::npos);
  EXPECT_NE(with({AttributeOf("t", AttributeType::kTensor, {})}).find("attribute 't': has no content"),
            std::string::npos);
  EXPECT_NE(with({AttributeOf("t", static_cast<AttributeType>(99), {})}).find("type 99"), std::string::npos);
  EXPECT_NE(with({ReferenceAttribute("a", "b", AttributeType::kInt)}).find("stands in none"), std::string::npos);
}

TEST(Reader, OpsetsAndDomains) {
  ModelSpec spec = ModelOf(NegGraph());
  spec.imports = {{"", 99}};
  EXPECT_NE(ErrorOf(spec).find("opset 99 of ai.onnx is newer than 28, the newest this build knows"), std::string::npos);
  spec.imports = {{"ai.onnx", 13}, {"unused.domain", 99}};
  EXPECT_EQ(ErrorOf(spec), "");
  spec.imports = {};
  EXPECT_NE(ErrorOf(spec).find("imports no opset of the domain 'ai.onnx'"), std::string::npos);
  spec.imports = {{"", 13}, {"ai.onnx", 14}};
  EXPECT_NE(ErrorOf(spec).find("imported twice"), std::string::npos);
  spec.imports = {{"", 0}};
  EXPECT_NE(ErrorOf(spec).find("opset 0"), std::string::npos);

  GraphSpec graph = NegGraph();
  graph.nodes = {NodeMessage("Magic", {"x"}, {"y"}, {}, "m", "my.ops")};
  spec = ModelOf(graph);
  spec.imports = {{"", 21}, {"my.ops", 1}};
  EXPECT_EQ(ErrorOf(spec),
            "NotImplemented: model in memory: node 'm' (Magic): operator my.ops.Magic: the domain "
            "'my.ops' is not known, and no function of the model defines it");
  spec.imports = {{"", 21}, {"my.ops", 3}};
  const auto model = Read(spec, {.allow_unknown_domains = true});
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->graph.node(0).version, 3);  // what its own runtime will ask for
}

TEST(Reader, IrVersionsAndOtherFiles) {
  ModelSpec spec = ModelOf(NegGraph());
  for (int64_t version : {3, 4, 10, 14}) {
    spec.ir_version = version;
    EXPECT_EQ(ErrorOf(spec), "") << version;
  }
  for (int64_t version : {-1, 1, 2, 15, 1000}) {
    spec.ir_version = version;
    EXPECT_NE(ErrorOf(spec).find("IR version"), std::string::npos) << version;
  }
  EXPECT_FALSE(Read(std::string()).ok());
  EXPECT_FALSE(Read(std::string("<html>not found</html>")).ok());
  EXPECT_FALSE(Read(std::string(100, '\0')).ok());
  WireWriter no_graph;
  no_graph.Int(model_field::kIrVersion, 8);
  EXPECT_NE(Read(no_graph.ToString()).status().message().find("0 graphs"), std::string::npos);
  const OpRegistry registry = DomainsOnly();
  auto missing = ReadModel("no/such/model.onnx", registry);
  EXPECT_EQ(missing.status().code(), StatusCode::kNoSuchFile);
  EXPECT_EQ(missing.status().message().substr(0, 27), "model 'no/such/model.onnx':");
}

TEST(Reader, TypesOfEveryKind) {
  const auto container = [](uint32_t kind, WireWriter inner) {
    WireWriter w, out;
    w.Message(type_field::kElemType, std::move(inner));
    out.Message(kind, std::move(w));
    return out;
  };
  WireWriter map_inner, map;
  map_inner.Int(type_field::kKeyType, static_cast<int64_t>(kString));
  map_inner.Message(type_field::kValueType, TensorType(kInt64, {}));
  map.Message(type_field::kMap, std::move(map_inner));
  GraphSpec graph = NegGraph();
  graph.inputs = {Info("x", TensorType(kFloat16, {-1, 3})),
                  Info("s", container(type_field::kSequence, TensorType(kInt8, {2}))),
                  Info("o", container(type_field::kOptional, container(type_field::kSequence, TensorType(kBool, {})))),
                  Info("m", std::move(map))};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  std::string types;
  for (ValueId id : model->graph.inputs()) types += model->graph.value(id).type.ToString() + " ";
  EXPECT_EQ(types, "float16[?,3] seq(int8[2]) optional(seq(bool[])) map(string,int64[]) ");
}

TEST(Reader, OriginsAreRestored) {
  WireWriter node = NodeMessage("Neg", {"x"}, {"y"}, {}, "fused");
  node.Message(node_field::kMetadata, Entry("kante.origin", "conv1\nbn1"));
  GraphSpec graph = NegGraph();
  graph.nodes = {node};
  auto model = Read(ModelOf(graph));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->graph.node(0).DisplayName(), "conv1+bn1");
}

}  // namespace
}  // namespace kante::core
