// SPDX-License-Identifier: MIT
#include "onnx/writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <unistd.h>

#include "onnx/reader.h"
#include "onnx/test_models.h"
#include "ops/op_def.h"

namespace kante::core {

// An internal operator, as fusions make them: alpha * x + y, as one node.
struct TestScaledAdd {
  static constexpr OpInfo kInfo{
      .name = "TestScaledAdd", .domain = "kante", .min_inputs = 2, .max_inputs = 3, .numerics = kComputes};
  float alpha = 1;
  static Result<TestScaledAdd> Parse(AttrReader& a) { return TestScaledAdd{a.Float("alpha", 1)}; }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Expand(ExpandContext& c) const {
    if (alpha == 0) {
      c.SetOutput(0, c.input(1));
      return OkStatus();
    }
    const ValueId scaled = c.build().Op("Mul", {c.input(0), c.build().Scalar(alpha)});
    c.SetOutput(0, c.build().Op("Add", {scaled, c.input(1)}));
    return OkStatus();
  }
};
// One without a meaning in simpler operators.
struct TestOpaque {
  static constexpr OpInfo kInfo{.name = "TestOpaque", .domain = "kante", .numerics = kComputes};
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
};
KANTE_DEFINE_OP(TestScaledAdd)
KANTE_DEFINE_OP(TestOpaque)

namespace {

using namespace test;  // NOLINT: tests are made of it

OpRegistry Registry() {
  OpRegistry registry = DomainsOnly();
  registry.Add(op_defs::TestScaledAdd);
  registry.Add(op_defs::TestOpaque);
  return registry;
}

std::string Saved(const Graph& graph, const OpRegistry& registry, const WriteOptions& options = {}) {
  auto bytes = WriteModelToMemory(graph, {}, registry, options);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? *bytes : std::string();
}

Result<LoadedModel> ReadWith(const std::string& bytes, const OpRegistry& registry) {
  return ReadModelFromMemory(AsBytes(bytes), nullptr, registry);
}

TEST(Writer, ARichModelComesBackEqual) {
  auto model = Read(RichModel());
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  auto bytes = WriteModelToMemory(model->graph, model->info, DomainsOnly());
  ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
  auto again = Read(*bytes);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(Dump(again->graph), Dump(model->graph));
  EXPECT_EQ(again->info.metadata, model->info.metadata);
  auto twice = WriteModelToMemory(again->graph, again->info, DomainsOnly());
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(*twice, *bytes);
  for (const char* name : {"w", "typed", "small", "s", "sp"}) {
    const ValueInfo& before = model->graph.value(model->graph.FindValue(name));
    const ValueInfo& after = again->graph.value(again->graph.FindValue(name));
    const Tensor& a = before.is_graph_input ? before.initial : before.constant;
    const Tensor& b = after.is_graph_input ? after.initial : after.constant;
    ASSERT_EQ(a.type(), b.type()) << name;
    if (a.type() != ElementType::kString) {
      EXPECT_EQ(std::memcmp(a.raw(), b.raw(), static_cast<size_t>(a.bytes())), 0) << name;
    } else {
      EXPECT_EQ(a.data<std::string>()[0], b.data<std::string>()[0]);
    }
  }
}

TEST(Writer, NamesOfSubgraphsDontHideThoseAround) {
  const GraphSpec body{.nodes = {NodeMessage("Neg", {"x"}, {"t"}), NodeMessage("Abs", {"t"}, {"y"})},
                       .inputs = {Info("x")},
                       .outputs = {Info("y")}};
  const GraphSpec graph{
      .nodes = {NodeMessage("Loop", {"", "", "x"}, {"y"}, {GraphAttribute("body", GraphMessage(body))})},
      .inputs = {Info("x")},
      .outputs = {Info("y")}};
  auto model = Read(ModelSpec{.graph = GraphMessage(graph)});
  ASSERT_TRUE(model.ok());
  auto again = Read(Saved(model->graph, DomainsOnly()));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  const Graph& inner = *again->graph.node(0).Subgraphs()[0];
  EXPECT_TRUE(inner.captures().empty());
  EXPECT_EQ(inner.value(inner.inputs()[0]).name, "x_1");
  EXPECT_EQ(inner.value(inner.outputs()[0]).name, "y_1");
}

TEST(Writer, OutputsThatOtherRuntimesRefuseAreCopied) {
  const GraphSpec body{.nodes = {NodeMessage("Neg", {"x"}, {"t"})}, .outputs = {Info("x"), Info("t"), Info("t")}};
  const GraphSpec graph{
      .nodes = {NodeMessage("If", {"x"}, {"a", "b", "y"}, {GraphAttribute("then_branch", GraphMessage(body))})},
      .inputs = {Info("x")},
      .outputs = {Info("y")}};
  auto model = Read(ModelSpec{.graph = GraphMessage(graph)});
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  auto again = Read(Saved(model->graph, DomainsOnly()));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  const Graph& inner = *again->graph.node(0).Subgraphs()[0];
  std::string producers;
  for (ValueId out : inner.outputs()) producers += inner.node(inner.value(out).producer).op_type + " ";
  EXPECT_EQ(producers, "Identity Neg Identity ");
}

Graph FusedGraph(float first, float second) {
  Graph graph;
  const ValueId x = graph.AddValue("x", TypeInfo::TensorOf(ElementType::kFloat32, {2}));
  graph.AddInput(x);
  GraphBuilder build(graph, "fused", {"mul1", "add1"});
  const ValueId a = build.Op("kante", "TestScaledAdd", {x, x}, 1, {Attribute("alpha", first)})[0];
  graph.AddOutput(build.Op("kante", "TestScaledAdd", {a, x}, 1, {Attribute("alpha", second)})[0]);
  return graph;
}

TEST(Writer, InternalOperatorsAreFunctionsForOthersAndThemselvesForUs) {
  const OpRegistry registry = Registry();
  const Graph graph = FusedGraph(2, 3);
  const std::string bytes = Saved(graph, registry);
  auto ours = ReadWith(bytes, registry);
  ASSERT_TRUE(ours.ok()) << ours.status().ToString();
  EXPECT_EQ(Dump(ours->graph).substr(Dump(ours->graph).find('\n')), Dump(graph).substr(Dump(graph).find('\n')));
  EXPECT_EQ(ours->info.functions.size(), 2u);
  EXPECT_EQ(*ours->graph.node(1).FindAttribute("alpha")->get<float>(), 3);
  EXPECT_EQ(ours->graph.node(0).DisplayName(), "mul1+add1");

  auto others = ReadWith(bytes, DomainsOnly());
  ASSERT_TRUE(others.ok()) << others.status().ToString();
  std::string operators;
  const auto order = others->graph.TopologicalOrder();
  for (NodeId id : *order) operators += others->graph.node(id).op_type + " ";
  EXPECT_EQ(operators, "Constant Mul Add Constant Mul Add ");
  // Nodes of functions have no names that others could find twice.
  for (NodeId id : *order) EXPECT_EQ(others->graph.node(id).name.find("TestScaledAdd"), std::string::npos);
}

TEST(Writer, EqualOperatorsShareAFunction) {
  const std::string bytes = Saved(FusedGraph(2, 2), Registry());
  EXPECT_EQ(Read(bytes)->info.functions.size(), 1u);
}

TEST(Writer, AFunctionMayGiveBackItsInput) {
  auto model = Read(Saved(FusedGraph(0, 0), Registry()));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->graph.node(0).op_type, "Identity");
}

TEST(Writer, InternalOperatorsWithoutMeaningAreRefused) {
  Graph graph;
  const ValueId x = graph.AddValue("x");
  graph.AddInput(x);
  GraphBuilder build(graph, "n");
  graph.AddOutput(build.Op("kante", "TestOpaque", {x}, 1)[0]);
  const OpRegistry registry = Registry();
  auto refused = WriteModelToMemory(graph, {}, registry);
  EXPECT_EQ(refused.status().code(), StatusCode::kNotImplemented);
  EXPECT_NE(refused.status().message().find("TestOpaque"), std::string::npos);
  EXPECT_TRUE(ReadWith(Saved(graph, registry, {.portable = false}), registry).ok());
}

TEST(Writer, OpsetsAreTheOldestThatFit) {
  Graph graph = FusedGraph(2, 2);
  graph.mutable_node(0).domain = "";
  graph.mutable_node(0).op_type = "Known";
  graph.mutable_node(0).version = 9;
  auto model = Read(Saved(graph, Registry()));
  ASSERT_TRUE(model.ok());
  ASSERT_EQ(model->info.opset_imports.size(), 2u);
  EXPECT_EQ(model->info.opset_imports[0].version, 13);  // Constant in the function
  EXPECT_EQ(model->info.opset_imports[1].domain, "kante");
  EXPECT_EQ(model->info.ir_version, 8);
}

TEST(Writer, WithoutNodesThereIsAnOpsetAllTheSame) {
  Graph g;
  g.AddOutput(g.AddConstant("c", Tensor::Scalar(7)));
  const OpRegistry registry = Registry();
  const auto read = ReadWith(Saved(g, registry), registry);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->info.opset_imports.size(), 1U);
  EXPECT_EQ(read->info.opset_imports[0].domain, "");
}

TEST(Writer, FilesAndExternalData) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / ("kante_writer_" + std::to_string(getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "m.onnx").string();
  GraphSpec graph{.nodes = {NodeMessage("Sum", {"large", "small", "larger"}, {"y"})},
                  .initializers = {Floats("large", std::vector<float>(1000, 2)), Floats("small", {1}),
                                   Floats("larger", std::vector<float>(2000, 3))},
                  .outputs = {Info("y")}};
  auto model = Read(ModelSpec{.graph = GraphMessage(graph)});
  ASSERT_TRUE(model.ok());
  const OpRegistry registry = DomainsOnly();
  for (bool external : {false, true, true}) {  // the last one replaces files that are mapped
    const Status status = WriteModel(model->graph, model->info, registry, path, {.external_data = external});
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_EQ(fs::exists(folder / "m.onnx.data"), external);
    EXPECT_TRUE(!external || fs::file_size(path) < 1000u);
    model = ReadModel(path, registry);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    EXPECT_EQ(model->files.size(), external ? 2u : 1u);
    const Tensor* larger = model->graph.Constant(model->graph.FindValue("larger"));
    ASSERT_EQ(larger->elements(), 2000);
    float last;
    std::memcpy(&last, larger->raw() + 1999 * 4, 4);
    EXPECT_EQ(last, 3);
    EXPECT_TRUE(!external || larger->aligned());
  }
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 2u);  // no temporary ones
  EXPECT_FALSE(WriteModel(model->graph, {}, registry, (folder / "no" / "m.onnx").string()).ok());
  EXPECT_FALSE(WriteModel(model->graph, {}, registry, path, {.external_data = true, .external_name = "../x"}).ok());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace kante::core
