// SPDX-License-Identifier: MIT
// Graphs that contradict themselves, nest too deeply or grow without end.
#include <gtest/gtest.h>

#include "tests/hostile/attempt.h"

namespace kante::hostile_test {
namespace {

using core::WireWriter;
using wire::FunctionMessage;
using wire::FunctionSpec;
using wire::GraphAttribute;
using wire::GraphMessage;
using wire::GraphSpec;
using wire::Info;
using wire::NodeMessage;
using wire::TensorType;

constexpr int64_t kHuge = int64_t{1} << 62;

Outcome AttemptGraph(const GraphSpec& g, const wire::Messages& functions = {}, const Careful& careful = {}) {
  return Attempt(
      wire::ModelBytes({.graph = GraphMessage(g), .functions = functions, .imports = {{"", 18}, {"local", 1}}}),
      careful);
}

GraphSpec OneOutput(wire::Messages nodes) {
  return {.nodes = std::move(nodes), .inputs = {Info("x")}, .outputs = {Info("y")}};
}

TEST(Structure, Cycles) {
  ExpectError(AttemptGraph(OneOutput(
      {NodeMessage("Add", {"x", "b"}, {"a"}), NodeMessage("Neg", {"a"}, {"b"}), NodeMessage("Neg", {"b"}, {"y"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Add", {"x", "y"}, {"y"}, {}, "selfish")})));
}

TEST(Structure, NamesThatDoNotFit) {
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {"nobody"}, {"y"})})), {"nobody"});
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {"x"}, {"z"})})), {"y"});
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {"x"}, {"y"}), NodeMessage("Abs", {"x"}, {"y"})})), {"y"});
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {""}, {"y"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {}, {"y"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {"x", "x", "x"}, {"y"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Neg", {"x"}, {"y", "z", "q"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("", {"x"}, {"y"})})));
  ExpectError(AttemptGraph(OneOutput({NodeMessage("Relu", {"x"}, {"y"}, {}, "n", "no.such.domain")})),
              {"no.such.domain"});
}

TEST(Structure, WrongTypesAndShapes) {
  const auto of = [](Type type, std::vector<int64_t> dims, const char* op) {
    return AttemptGraph({.nodes = {NodeMessage(op, {"x", "w"}, {"y"}, {}, "the_node")},
                         .initializers = {wire::Floats("w", {1, 2, 3})},
                         .inputs = {Info("x", TensorType(type, dims))},
                         .outputs = {UntypedInfo("y")}});
  };
  EXPECT_TRUE(of(Type::kFloat32, {2, 3}, "Add").ran());
  ExpectError(of(Type::kInt64, {3}, "Add"), {"the_node"});
  ExpectError(of(Type::kString, {3}, "Add"), {"the_node"});
  ExpectError(of(Type::kFloat32, {4}, "Add"), {"the_node", "[4]", "[3]"});
  ExpectError(of(Type::kFloat32, {2, 2}, "MatMul"), {"the_node"});
  ExpectError(of(Type::kFloat32, {2}, "Reshape"), {"the_node"});
  ExpectError(of(static_cast<Type>(77), {2}, "Add"));
}

// What the file claims of an output is not believed.
TEST(Structure, FalseClaimsAboutShapes) {
  GraphSpec g = OneOutput({NodeMessage("Neg", {"x"}, {"m"}), NodeMessage("Neg", {"m"}, {"y"})});
  g.value_infos = {Info("m", TensorType(Type::kFloat32, {1000, 1000}))};
  AttemptGraph(g);
  g.value_infos = {Info("m", TensorType(Type::kInt8, {2}))};
  AttemptGraph(g);
  g.value_infos = {};
  g.outputs = {Info("y", TensorType(Type::kFloat32, {kHuge}))};
  AttemptGraph(g);
}

TEST(Structure, HugeDeclaredDimensions) {
  PeakResidentSinceLastCall();
  for (const std::vector<int64_t>& dims :
       {std::vector<int64_t>{kHuge}, {kHuge, kHuge}, {int64_t{1} << 32, int64_t{1} << 32}, {-5}, {kHuge, 0}}) {
    GraphSpec g = OneOutput({NodeMessage("Neg", {"x"}, {"y"})});
    g.inputs = {Info("x", TensorType(Type::kFloat32, dims))};
    g.outputs = {UntypedInfo("y")};
    AttemptGraph(g);
    g.inputs = {};
    g.initializers = {wire::RawTensor("x", Type::kFloat32, dims, "")};
    if (dims.back() != 0) ExpectError(AttemptGraph(g), {"'x'"});
    WireWriter typed = wire::TensorMessage("x", Type::kFloat32, dims);
    typed.PackedFloats(core::tensor_field::kFloatData, std::vector<float>{1, 2});
    g.initializers = {typed};
    ExpectError(AttemptGraph(g), {"'x'"});
    WireWriter sparse, values = wire::Floats("x", {5});
    sparse.Message(core::sparse_field::kValues, values);
    sparse.Message(core::sparse_field::kIndices, wire::Ints("", {1}));
    for (int64_t d : dims) sparse.Int(core::sparse_field::kDims, d);
    g.initializers = {};
    g.sparse_initializers = {sparse};
    ExpectError(AttemptGraph(g));
  }
  EXPECT_LT(PeakResidentSinceLastCall(), int64_t{1} << 30);
}

GraphSpec Nested(int levels) {
  GraphSpec graph{.nodes = {NodeMessage("Neg", {"x"}, {"y0"})}, .outputs = {Info("y0")}};
  for (int i = 1; i <= levels; ++i) {
    const std::string name = "y" + std::to_string(i);
    GraphSpec around{.outputs = {Info(name)}};
    around.nodes = {NodeMessage(
        "If", {"c"}, {name},
        {GraphAttribute("then_branch", GraphMessage(graph)),
         GraphAttribute("else_branch",
                        GraphMessage({.nodes = {NodeMessage("Abs", {"x"}, {"e"})}, .outputs = {Info("e")}}))})};
    graph = std::move(around);
  }
  graph.inputs = {Info("x"), Info("c", TensorType(Type::kBool, {}))};
  return graph;
}

TEST(Structure, DeepSubgraphs) {
  EXPECT_TRUE(AttemptGraph(Nested(3)).ran());
  EXPECT_TRUE(AttemptGraph(Nested(20)).ran());
  for (int levels : {65, 100, 1000}) {
    const Outcome outcome = AttemptGraph(Nested(levels));
    EXPECT_EQ(outcome.status.code(), StatusCode::kLimitExceeded) << outcome.status.ToString();
  }
}

TEST(Structure, DeepMessages) {
  // Fields inside fields that nobody knows, and types inside types.
  std::string deep;
  for (int i = 0; i < 10'000; ++i) {
    WireWriter w;
    w.String(core::graph_field::kNode, deep.size() > 100'000 ? deep.substr(0, 100'000) : deep);
    deep = w.ToString();
  }
  WireWriter model;
  model.Int(core::model_field::kIrVersion, 8);
  model.String(core::model_field::kGraph, deep);
  ExpectError(Attempt(model.ToString()));
  WireWriter type = TensorType(Type::kFloat32, {1});
  for (int i = 0; i < 3000; ++i) {
    WireWriter inner, outer;
    inner.Message(core::type_field::kElemType, std::move(type));
    outer.Message(core::type_field::kOptional, std::move(inner));
    type = std::move(outer);
  }
  GraphSpec g = OneOutput({NodeMessage("Identity", {"x"}, {"y"})});
  g.inputs = {Info("x", type)};
  EXPECT_EQ(AttemptGraph(g).status.code(), StatusCode::kLimitExceeded);
}

FunctionSpec Doubling(int i) {
  const std::string inner = "F" + std::to_string(i - 1);
  FunctionSpec f{.name = "F" + std::to_string(i), .inputs = {"a"}, .outputs = {"b"}};
  f.nodes = i == 0 ? wire::Messages{NodeMessage("Neg", {"a"}, {"b"})}
                   : wire::Messages{NodeMessage(inner, {"a"}, {"m"}, {}, "", "local"),
                                    NodeMessage(inner, {"m"}, {"b"}, {}, "", "local")};
  return f;
}

TEST(Structure, FunctionsThatExpandExponentially) {
  for (int depth : {3, 25, 31, 60, 500}) {
    wire::Messages functions;
    for (int i = 0; i <= depth; ++i) {
      WireWriter f = FunctionMessage(Doubling(i));
      f.Message(core::function_field::kOpsetImport, wire::OpsetMessage("local", 1));
      functions.push_back(std::move(f));
    }
    PeakResidentSinceLastCall();
    const Outcome outcome =
        AttemptGraph(OneOutput({NodeMessage("F" + std::to_string(depth), {"x"}, {"y"}, {}, "", "local")}), functions);
    if (depth == 3) {
      EXPECT_TRUE(outcome.ran()) << outcome.status.ToString();
    } else {
      EXPECT_EQ(outcome.status.code(), StatusCode::kLimitExceeded) << depth << ": " << outcome.status.ToString();
    }
  }
}

TEST(Structure, FunctionsThatCallThemselves) {
  const auto calls = [](const char* name, const char* other) {
    WireWriter f = FunctionMessage({.name = name,
                                    .inputs = {"a"},
                                    .outputs = {"b"},
                                    .nodes = {NodeMessage(other, {"a"}, {"b"}, {}, "", "local")}});
    f.Message(core::function_field::kOpsetImport, wire::OpsetMessage("local", 1));
    return f;
  };
  const GraphSpec g = OneOutput({NodeMessage("A", {"x"}, {"y"}, {}, "", "local")});
  ExpectError(AttemptGraph(g, {calls("A", "A")}), {"A"});
  ExpectError(AttemptGraph(g, {calls("A", "B"), calls("B", "A")}));
  // Through the body of an If.
  WireWriter f = FunctionMessage(
      {.name = "A",
       .inputs = {"a"},
       .outputs = {"b"},
       .nodes = {NodeMessage(
           "If", {"a"}, {"b"},
           {GraphAttribute("then_branch", GraphMessage({.nodes = {NodeMessage("A", {"a"}, {"t"}, {}, "", "local")},
                                                        .outputs = {Info("t")}}))})}});
  f.Message(core::function_field::kOpsetImport, wire::OpsetMessage("local", 1));
  ExpectError(AttemptGraph(g, {f}));
}

}  // namespace
}  // namespace kante::hostile_test
