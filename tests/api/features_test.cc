// SPDX-License-Identifier: MIT
// What models may contain beyond operators: functions with opsets of their own, free dimensions, nothing, scalars.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

using wire::FunctionSpec;
using wire::GraphMessage;
using wire::GraphSpec;
using wire::Info;
using wire::NodeMessage;
using Shape = std::vector<int64_t>;
using Values = std::vector<float>;

// Not optimised, and optimised.
void EachLevel(const std::string& bytes, const std::function<void(const Session&)>& check) {
  for (OptimizationLevel level : {OptimizationLevel::kNone, OptimizationLevel::kAll}) {
    LoadOptions options;
    options.optimization = level;
    check(SessionOf(LoadOrDie(bytes, options)));
  }
}

void ExpectOutputs(const Session& session, const NamedValues& feeds,
                   const std::vector<std::pair<Shape, Values>>& expected) {
  auto outputs = session.Run(feeds);
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  ASSERT_EQ(outputs->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(ShapeOf((*outputs)[i]), expected[i].first) << i;
    EXPECT_EQ(FloatsOf((*outputs)[i]), expected[i].second) << i;
  }
}

// Before opset 13 Softmax was over all dimensions from axis 1 on and ReduceSum had its axes as an attribute. Each of
// the two functions means what its own import says, whatever the model around imports.
TEST(Features, NestedFunctionsHaveOpsetsAndAttributesOfTheirOwn) {
  using core::AttributeType;
  const FunctionSpec inner{.name = "Inner",
                           .inputs = {"a"},
                           .outputs = {"b"},
                           .nodes = {NodeMessage("Softmax", {"a"}, {"s"}),
                                     NodeMessage("ReduceSum", {"s"}, {"b"},
                                                 {wire::ReferenceAttribute("axes", "axes", AttributeType::kInts),
                                                  wire::ReferenceAttribute("keepdims", "keep", AttributeType::kInt)})},
                           .attributes = {"axes"},
                           .defaults = {wire::IntAttribute("keep", 1)},
                           .opset = 11};
  const FunctionSpec outer{.name = "Outer",
                           .inputs = {"a"},
                           .outputs = {"b", "c"},
                           .nodes = {NodeMessage("Softmax", {"a"}, {"b"}),
                                     NodeMessage("Inner", {"a"}, {"c"},
                                                 {wire::ReferenceAttribute("axes", "over", AttributeType::kInts),
                                                  wire::ReferenceAttribute("keep", "keep", AttributeType::kInt)},
                                                 "", "local")},
                           .attributes = {"over", "keep"},
                           .opset = 13,
                           .calls = {"local"}};
  const auto call = [](const char* y, const char* z, wire::Messages attributes) {
    return NodeMessage("Outer", {"x"}, {y, z}, std::move(attributes), y, "local");
  };
  const GraphSpec graph{.nodes = {call("y0", "z0", {IntsAttribute("over", {2}), wire::IntAttribute("keep", 0)}),
                                  call("y1", "z1", {IntsAttribute("over", {0, 1})})},
                        .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"1", "2", "2"}))},
                        .outputs = {UntypedInfo("y0"), UntypedInfo("z0"), UntypedInfo("z1")}};
  const std::string bytes = wire::ModelBytes({.graph = GraphMessage(graph),
                                              .functions = {FunctionMessage(outer), FunctionMessage(inner)},
                                              .imports = {{"", 21}, {"local", 1}}});
  EachLevel(bytes, [](const Session& session) {
    ExpectOutputs(session, {{"x", Floats({1, 2, 2}, {3, 3, 3, 3})}},
                  {{{1, 2, 2}, {0.5f, 0.5f, 0.5f, 0.5f}}, {{1, 2}, {0.5f, 0.5f}}, {{1, 1, 2}, {0.5f, 0.5f}}});
  });
}

TEST(Features, FreeDimensions) {
  // y = x @ x^T of any batch and sizes; n = the shape as the model sees it
  const GraphSpec graph{.nodes = {NodeMessage("Transpose", {"x"}, {"t"}, {IntsAttribute("perm", {0, 2, 1})}),
                                  NodeMessage("MatMul", {"x", "t"}, {"y"}), NodeMessage("Shape", {"t"}, {"s"}),
                                  NodeMessage("Cast", {"s"}, {"n"}, {wire::IntAttribute("to", 1)})},
                        .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"batch", "?", "width"}))},
                        .outputs = {Info("y", TensorTypeOf(Type::kFloat32, {"batch", "?", "?"})), UntypedInfo("n")}};
  EachLevel(wire::ModelBytes({.graph = GraphMessage(graph)}), [](const Session& session) {
    const auto run = [&](const Shape& shape, const Shape& y, const Values& product) {
      const Values ones(product.empty() ? 0 : static_cast<size_t>(shape[0] * shape[1] * shape[2]), 1);
      const Values seen = {static_cast<float>(shape[0]), static_cast<float>(shape[2]), static_cast<float>(shape[1])};
      ExpectOutputs(session, {{"x", Floats(shape, ones)}}, {{y, product}, {{3}, seen}});
    };
    run({1, 2, 3}, {1, 2, 2}, {3, 3, 3, 3});
    run({2, 1, 5}, {2, 1, 1}, {5, 5});
    run({1, 1, 0}, {1, 1, 1}, {0});
    run({0, 2, 3}, {0, 2, 2}, {});
    run({1, 2, 3}, {1, 2, 2}, {3, 3, 3, 3});
    EXPECT_FALSE(session.Run({{"x", Floats({2, 3}, {1, 1, 1, 1, 1, 1})}}).ok());  // the rank is not free
  });
}

TEST(Features, ModelsOverNothing) {
  // Sums of nothing are 0, maxima are -inf, means NaN; what is joined to nothing stays as it is.
  const GraphSpec graph{
      .nodes = {NodeMessage("Relu", {"x"}, {"r"}), NodeMessage("ReduceSum", {"r"}, {"sum"}),
                NodeMessage("ReduceMax", {"r"}, {"max"}),
                NodeMessage("Concat", {"r", "w"}, {"joined"}, {wire::IntAttribute("axis", 0)}),
                NodeMessage("MatMul", {"w", "tall"}, {"product"}), NodeMessage("Mul", {"r", "w"}, {"y"})},
      .initializers = {wire::RawTensor("w", Type::kFloat32, {1, 2}, wire::Raw({5, 6})),
                       wire::RawTensor("tall", Type::kFloat32, {2, 0}, "")},
      .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"n", "2"}))},
      .outputs = {UntypedInfo("sum"), UntypedInfo("max"), UntypedInfo("joined"), UntypedInfo("product"),
                  UntypedInfo("y")}};
  EachLevel(wire::ModelBytes({.graph = GraphMessage(graph)}), [](const Session& session) {
    const float lowest = -std::numeric_limits<float>::infinity();
    ExpectOutputs(session, {{"x", Floats({0, 2}, {})}},
                  {{{1, 1}, {0}}, {{1, 1}, {lowest}}, {{1, 2}, {5, 6}}, {{1, 0}, {}}, {{0, 2}, {}}});
    ExpectOutputs(session, {{"x", Floats({1, 2}, {-1, 2})}},
                  {{{1, 1}, {2}}, {{1, 1}, {2}}, {{2, 2}, {0, 2, 5, 6}}, {{1, 0}, {}}, {{1, 2}, {0, 12}}});
  });
  EachLevel(ConvModel(), [](const Session& session) {
    ExpectOutputs(session, {{"x", Floats({0, 2, 8, 8}, {})}}, {{{0, 5}, {}}});
  });
}

TEST(Features, ModelsOfScalars) {
  const GraphSpec graph{
      .nodes = {NodeMessage("Mul", {"x", "w"}, {"m"}), NodeMessage("Add", {"m", "x"}, {"y"}),
                NodeMessage("ReduceSum", {"y"}, {"sum"}), NodeMessage("Unsqueeze", {"y", "zero"}, {"vector"}),
                NodeMessage("Squeeze", {"vector"}, {"again"}), NodeMessage("Shape", {"x"}, {"s"}),
                NodeMessage("Cast", {"s"}, {"rank"}, {wire::IntAttribute("to", 1)})},
      .initializers = {wire::RawTensor("w", Type::kFloat32, {}, wire::Raw({2})), wire::Ints("zero", {0})},
      .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {}))},
      .outputs = {UntypedInfo("y"), UntypedInfo("sum"), UntypedInfo("vector"), UntypedInfo("again"),
                  UntypedInfo("rank")}};
  EachLevel(wire::ModelBytes({.graph = GraphMessage(graph)}), [](const Session& session) {
    ExpectOutputs(session, {{"x", Floats({}, {1.5f})}},
                  {{{}, {4.5f}}, {{}, {4.5f}}, {{1}, {4.5f}}, {{}, {4.5f}}, {{0}, {}}});
    EXPECT_FALSE(session.Run({{"x", Floats({2}, {1, 2})}}).ok());
  });
}

}  // namespace
}  // namespace kante::api_test
