// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "onnx/reader.h"
#include "onnx/test_models.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: tests are made of it

ModelSpec CallModel(const Messages& nodes, const Messages& functions) {
  const GraphSpec graph{.nodes = nodes, .inputs = {Info("x")}, .outputs = {Info("y")}};
  return {.graph = GraphMessage(graph), .functions = functions};
}

WireWriter CallOf(std::string_view function, const Names& inputs, const Names& outputs, const Messages& attributes = {},
                  std::string_view name = "call") {
  return NodeMessage(function, inputs, outputs, attributes, name, "local");
}

std::string DumpOf(const ModelSpec& spec) {
  auto model = Read(spec);
  if (!model.ok()) return model.status().ToString();
  std::string text = Dump(model->graph);
  return text.substr(text.find('\n') + 1);
}

TEST(Functions, AreInlinedWithNamesOfTheirOwn) {
  const FunctionSpec twice{
      .name = "Twice",
      .inputs = {"a"},
      .outputs = {"b"},
      .nodes = {NodeMessage("Neg", {"a"}, {"m"}, {}, "neg"), NodeMessage("Add", {"m", "a"}, {"b"})}};
  auto model = Read(CallModel({CallOf("Twice", {"x"}, {"t"}, {}, "one"), CallOf("Twice", {"t"}, {"y"}, {}, "two")},
                              {FunctionMessage(twice)}));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(Dump(model->graph),
            "graph g (x: float32[2]) -> (y: float32[2])\n"
            "  one/m = Neg(x)  # one\n"
            "  t = Add(one/m, x)  # one\n"
            "  two/m = Neg(t)  # two\n"
            "  y = Add(two/m, t)  # two\n");
  EXPECT_EQ(model->graph.node(0).name, "one/neg");
  EXPECT_EQ(model->graph.node(0).version, 18);  // the function's own import
  EXPECT_EQ(model->info.functions, (std::vector<std::string>{"local.Twice"}));
}

TEST(Functions, CallsInsideFunctionsAndSubgraphs) {
  const FunctionSpec inner{
      .name = "Inner", .inputs = {"a"}, .outputs = {"b"}, .nodes = {NodeMessage("Neg", {"a"}, {"b"}, {}, "n")}};
  const GraphSpec branch{.nodes = {CallOf("Inner", {"a"}, {"r"}, {}, "in")}, .outputs = {Info("r")}};
  const FunctionSpec outer{
      .name = "Outer",
      .inputs = {"a"},
      .outputs = {"b"},
      .nodes = {NodeMessage("If", {"a"}, {"b"}, {GraphAttribute("then_branch", GraphMessage(branch))}, "if")}};
  auto model = Read(CallModel({CallOf("Outer", {"x"}, {"y"})}, {FunctionMessage(outer), FunctionMessage(inner)}));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Graph& body = *model->graph.node(0).Subgraphs()[0];
  EXPECT_EQ(body.captures().size(), 1u);
  EXPECT_EQ(body.node(0).op_type, "Neg");
  EXPECT_EQ(body.node(0).name, "call/in/n");
  EXPECT_EQ(body.node(0).origin, std::vector<std::string>{"call"});
}

TEST(Functions, AttributesComeFromTheCallOrTheDefaultOrNotAtAll) {
  const FunctionSpec f{.name = "F",
                       .inputs = {"a"},
                       .outputs = {"b"},
                       .nodes = {NodeMessage("Op", {"a"}, {"b"},
                                             {ReferenceAttribute("p", "given", AttributeType::kInt),
                                              ReferenceAttribute("q", "defaulted", AttributeType::kInt),
                                              ReferenceAttribute("r", "absent", AttributeType::kInt)})},
                       .attributes = {"given", "absent"},
                       .defaults = {IntAttribute("defaulted", 7)}};
  const FunctionSpec g{.name = "G",
                       .inputs = {"a"},
                       .outputs = {"b"},
                       .nodes = {CallOf("F", {"a"}, {"b"},
                                        {ReferenceAttribute("given", "mine", AttributeType::kInt),
                                         ReferenceAttribute("absent", "nope", AttributeType::kInt)})}};
  const Messages both = {FunctionMessage(f), FunctionMessage(g)};
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x"}, {"y"}, {IntAttribute("given", 1)})}, both)),
            "  y = Op(x) p=1 q=7  # call\n");
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x"}, {"y"}, {IntAttribute("defaulted", 2)})}, both)),
            "  y = Op(x) q=2  # call\n");
  EXPECT_EQ(DumpOf(CallModel({CallOf("G", {"x"}, {"y"}, {IntAttribute("mine", 3)})}, both)),
            "  y = Op(x) p=3 q=7  # call\n");
}

// A graph that is handed to a function still reads the names around the call.
TEST(Functions, GraphAttributesKeepTheirScope) {
  const FunctionSpec f{
      .name = "F",
      .inputs = {"x"},  // not the caller's x
      .outputs = {"b"},
      .nodes = {NodeMessage("Neg", {"x"}, {"n"}),
                NodeMessage("If", {"n"}, {"b"}, {ReferenceAttribute("then_branch", "body", AttributeType::kGraph)})},
      .attributes = {"body"}};
  const GraphSpec body{.nodes = {NodeMessage("Abs", {"x"}, {"r"})}, .outputs = {Info("r")}};
  auto model = Read(CallModel(
      {NodeMessage("Exp", {"x"}, {"e"}), CallOf("F", {"e"}, {"y"}, {GraphAttribute("body", GraphMessage(body))})},
      {FunctionMessage(f)}));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Graph& inlined = *model->graph.node(2).Subgraphs()[0];
  ASSERT_EQ(inlined.captures().size(), 1u);
  EXPECT_EQ(inlined.captures()[0].outer, model->graph.FindValue("x"));
}

TEST(Functions, OutputsThatAreInputsOrUnwanted) {
  const FunctionSpec f{
      .name = "F", .inputs = {"a", "b"}, .outputs = {"a", "c", "c"}, .nodes = {NodeMessage("Neg", {"a"}, {"c"})}};
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x"}, {"p", "", "q"}), NodeMessage("Add", {"p", "q"}, {"y"})},
                             {FunctionMessage(f)})),
            "  q = Neg(x)  # call\n  p = Identity(x)  # call\n  y = Add(p, q)\n");
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x"}, {"", "r", "y"})}, {FunctionMessage(f)})),
            "  r = Neg(x)  # call\n  y = Identity(r)  # call\n");
}

TEST(Functions, AbsentInputsStayAbsent) {
  const FunctionSpec f{
      .name = "F", .inputs = {"a", "b", "c"}, .outputs = {"r"}, .nodes = {NodeMessage("Clip", {"a", "b", "c"}, {"r"})}};
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x", "", "x"}, {"y"})}, {FunctionMessage(f)})),
            "  y = Clip(x, _, x)  # call\n");
  EXPECT_EQ(DumpOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(f)})), "  y = Clip(x, _, _)  # call\n");
}

TEST(Functions, TakePrecedenceOverOperators) {
  FunctionSpec f{.name = "Neg", .inputs = {"a"}, .outputs = {"b"}, .nodes = {NodeMessage("Abs", {"a"}, {"b"})}};
  f.domain = "";
  EXPECT_EQ(DumpOf(CallModel({NodeMessage("Neg", {"x"}, {"y"}, {}, "n")}, {FunctionMessage(f)})),
            "  y = Abs(x)  # n\n");
}

TEST(Functions, WrongCalls) {
  const FunctionSpec f{.name = "F", .inputs = {"a"}, .outputs = {"b"}, .nodes = {NodeMessage("Neg", {"a"}, {"b"})}};
  const auto error = [&](const WireWriter& call) { return ErrorOf(CallModel({call}, {FunctionMessage(f)})); };
  EXPECT_EQ(error(CallOf("F", {"x"}, {"y"})), "");
  EXPECT_NE(error(CallOf("F", {"x", "x"}, {"y"})).find("function local.F: has 2 inputs, the function takes 1"),
            std::string::npos);
  EXPECT_NE(error(CallOf("F", {"x"}, {"y", "z"})).find("has 2 outputs, the function gives 1"), std::string::npos);
  FunctionSpec empty = f;
  empty.nodes = {};
  EXPECT_NE(
      ErrorOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(empty)})).find("nothing produces its output"),
      std::string::npos);
  FunctionSpec leaky = f;
  leaky.nodes = {NodeMessage("Neg", {"x"}, {"b"})};  // the caller's x is not visible
  EXPECT_NE(ErrorOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(leaky)})).find("reads the value 'x'"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(f), FunctionMessage(f)})).find("defined twice"),
      std::string::npos);
}

TEST(Functions, RecursionAndExplosionsStopBeforeTheyStart) {
  const FunctionSpec self{.name = "F", .inputs = {"a"}, .outputs = {"b"}, .nodes = {CallOf("F", {"a"}, {"b"})}};
  EXPECT_NE(ErrorOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(self)})).find("local.F calls itself"),
            std::string::npos);
  // Each level calls the one below twice: 2^28 nodes.
  Messages doubling;
  for (int i = 0; i <= 28; ++i) {
    FunctionSpec f{.name = StrCat("F", i), .inputs = {"a"}, .outputs = {"b"}};
    const std::string below = StrCat("F", i - 1);
    f.nodes = i == 0 ? Messages{NodeMessage("Neg", {"a"}, {"b"})}
                     : Messages{CallOf(below, {"a"}, {"m"}), CallOf(below, {"m"}, {"b"})};
    doubling.push_back(FunctionMessage(f));
  }
  EXPECT_NE(ErrorOf(CallModel({CallOf("F28", {"x"}, {"y"})}, doubling)).find("would expand to more than"),
            std::string::npos);
  EXPECT_EQ(ErrorOf(CallModel({CallOf("F6", {"x"}, {"y"})}, doubling)), "");
  // Too many levels.
  Messages chain;
  for (int i = 0; i <= 40; ++i) {
    FunctionSpec f{.name = StrCat("F", i), .inputs = {"a"}, .outputs = {"b"}};
    f.nodes = {i == 0 ? NodeMessage("Neg", {"a"}, {"b"}) : CallOf(StrCat("F", i - 1), {"a"}, {"b"})};
    chain.push_back(FunctionMessage(f));
  }
  EXPECT_NE(ErrorOf(CallModel({CallOf("F40", {"x"}, {"y"})}, chain)).find("levels deep"), std::string::npos);
  EXPECT_EQ(ErrorOf(CallModel({CallOf("F30", {"x"}, {"y"})}, chain)), "");
}

// The default of an attribute is a graph whose nodes take that very attribute again.
TEST(Functions, GraphsThatContainThemselves) {
  const GraphSpec body{
      .nodes = {NodeMessage("If", {"a"}, {"r"}, {ReferenceAttribute("then_branch", "g", AttributeType::kGraph)}),
                NodeMessage("If", {"a"}, {"s"}, {ReferenceAttribute("then_branch", "g", AttributeType::kGraph)})},
      .outputs = {Info("r")}};
  const FunctionSpec f{
      .name = "F",
      .inputs = {"a"},
      .outputs = {"b"},
      .nodes = {NodeMessage("If", {"a"}, {"b"}, {ReferenceAttribute("then_branch", "g", AttributeType::kGraph)})},
      .defaults = {GraphAttribute("g", GraphMessage(body))}};
  EXPECT_NE(ErrorOf(CallModel({CallOf("F", {"x"}, {"y"})}, {FunctionMessage(f)})).find("nested more than"),
            std::string::npos);
}

}  // namespace
}  // namespace kante::core
