// SPDX-License-Identifier: MIT
// Small models that ask for enormous memory or endless time, while folding at load or while running.
#include <gtest/gtest.h>

#include "tests/hostile/attempt.h"

namespace kante::hostile_test {
namespace {

using wire::GraphAttribute;
using wire::GraphMessage;
using wire::GraphSpec;
using wire::Info;
using wire::NodeMessage;
using wire::TensorType;

// Everything a bomb does stays below this, resident.
constexpr int64_t kResident = int64_t{700} << 20;

class Bombs : public ::testing::Test {
 protected:
  void SetUp() override { PeakResidentSinceLastCall(); }
  void TearDown() override { EXPECT_LT(PeakResidentSinceLastCall(), kResident); }

  static Outcome AtEveryLevel(const GraphSpec& g) {
    Outcome outcome;
    for (auto level : {OptimizationLevel::kNone, OptimizationLevel::kBasic, OptimizationLevel::kAll}) {
      Careful careful;
      careful.load.optimization = level;
      outcome = Attempt(wire::ModelBytes({.graph = GraphMessage(g)}), careful);
    }
    return outcome;
  }
  static void ExpectLimit(const Outcome& outcome) {
    const StatusCode code = outcome.status.code();
    EXPECT_TRUE(code == StatusCode::kLimitExceeded || code == StatusCode::kOutOfMemory) << outcome.status.ToString();
  }
};

TEST_F(Bombs, ConstantOfShape) {
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{int64_t{1} << 40}, {1 << 20, 1 << 20}, {int64_t{1} << 34}, {1 << 28}}) {
    GraphSpec g{.nodes = {NodeMessage("ConstantOfShape", {"s"}, {"y"}, {}, "bomb")},
                .initializers = {Int64s("s", {static_cast<int64_t>(shape.size())}, shape)},
                .outputs = {UntypedInfo("y")}};
    const Outcome outcome = AtEveryLevel(g);
    ExpectLimit(outcome);
    ExpectError(outcome, {"bomb"});
  }
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{INT64_MAX, INT64_MAX}, {-1}, {INT64_MIN}, std::vector<int64_t>(100, 2)}) {
    GraphSpec g{.nodes = {NodeMessage("ConstantOfShape", {"s"}, {"y"}, {}, "bomb")},
                .initializers = {Int64s("s", {static_cast<int64_t>(shape.size())}, shape)},
                .outputs = {UntypedInfo("y")}};
    ExpectError(AtEveryLevel(g), {"bomb"});
  }
}

// Sums keep the result small, so that only what is between can be large.
TEST_F(Bombs, ChainsOfTiles) {
  GraphSpec g{.initializers = {wire::Floats("x0", {1, 2}), Int64s("r", {1}, {1 << 10})}, .outputs = {UntypedInfo("y")}};
  for (int i = 0; i < 6; ++i)
    g.nodes.push_back(NodeMessage("Tile", {"x" + std::to_string(i), "r"}, {"x" + std::to_string(i + 1)}));
  g.nodes.push_back(NodeMessage("ReduceSum", {"x6"}, {"y"}));
  ExpectError(AtEveryLevel(g), {"Tile"});
}

// Many constants that are each within the limit of one. Neg is cheap: only memory may end this, emulated too.
TEST_F(Bombs, ManyFoldedConstants) {
  GraphSpec g{.initializers = {Int64s("s", {1}, {1 << 20}), wire::Floats("one", {1})}, .outputs = {UntypedInfo("y")}};
  std::string sum = "one";
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    const float value = static_cast<float>(i);
    core::WireWriter content;
    content.Message(core::attribute_field::kT, wire::RawTensor("", Type::kFloat32, {1}, wire::Raw({value})));
    g.nodes.push_back(NodeMessage("ConstantOfShape", {"s"}, {"c" + n},
                                  {wire::AttributeOf("value", core::AttributeType::kTensor, content)}));
    g.nodes.push_back(NodeMessage("Neg", {"c" + n}, {"d" + n}));
    g.outputs.push_back(UntypedInfo("d" + n));
  }
  g.outputs.erase(g.outputs.begin());
  ExpectLimit(AtEveryLevel(g));
}

TEST_F(Bombs, ExpandRangeOneHotPad) {
  const std::vector<int64_t> huge = {1 << 20, 1 << 20};
  GraphSpec g{.outputs = {UntypedInfo("y")}};
  g.initializers = {wire::Floats("x", {1}), Int64s("s", {2}, huge)};
  g.nodes = {NodeMessage("Expand", {"x", "s"}, {"y"}, {}, "bomb")};
  ExpectLimit(AtEveryLevel(g));
  g.initializers = {Int64s("a", {}, {0}), Int64s("b", {}, {1'000'000'000}), Int64s("c", {}, {1})};
  g.nodes = {NodeMessage("Range", {"a", "b", "c"}, {"y"}, {}, "bomb")};
  ExpectLimit(AtEveryLevel(g));
  g.initializers = {Int64s("a", {}, {INT64_MIN}), Int64s("b", {}, {INT64_MAX}), Int64s("c", {}, {1})};
  ExpectError(AtEveryLevel(g), {"bomb"});
  g.initializers = {Int64s("a", {}, {0}), Int64s("b", {}, {5}), Int64s("c", {}, {0})};
  ExpectError(AtEveryLevel(g), {"bomb"});
  g.initializers = {Int64s("i", {2}, {1, 2}), Int64s("d", {}, {int64_t{1} << 40}), wire::Floats("v", {0, 1})};
  g.nodes = {NodeMessage("OneHot", {"i", "d", "v"}, {"y"}, {}, "bomb")};
  ExpectLimit(AtEveryLevel(g));
  g.initializers = {wire::Floats("x", {1}), Int64s("p", {2}, {int64_t{1} << 40, int64_t{1} << 40})};
  g.nodes = {NodeMessage("Pad", {"x", "p"}, {"y"}, {}, "bomb")};
  ExpectLimit(AtEveryLevel(g));
  g.initializers = {wire::Floats("x", {1}), Int64s("p", {2}, {INT64_MAX, INT64_MAX})};
  ExpectError(AtEveryLevel(g), {"bomb"});
}

// The same at run time: sizes are fed.
TEST_F(Bombs, SizesThatAreFed) {
  const Type i64 = Type::kInt64;
  ExpectLimit(RunNode({.op = "ConstantOfShape", .inputs = {{i64, {2}, {1 << 20, 1 << 20}}}}));
  ExpectLimit(RunNode({.op = "Expand", .inputs = {{Type::kFloat32, {1}}, {i64, {2}, {1 << 20, 1 << 20}}}}));
  ExpectLimit(RunNode({.op = "Tile", .inputs = {{Type::kFloat32, {4}}, {i64, {1}, {1LL << 40}}}}));
  ExpectError(RunNode({.op = "Tile", .inputs = {{Type::kFloat32, {4}}, {i64, {1}, {9e18}}}}), {"the_node"});
  ExpectLimit(RunNode({.op = "Range", .inputs = {{i64, {}, {0}}, {i64, {}, {1e9}}, {i64, {}, {1}}}}));
  ExpectLimit(RunNode({.op = "OneHot", .inputs = {{i64, {2}}, {i64, {}, {1LL << 40}}, {Type::kFloat32, {2}}}}));
  ExpectLimit(RunNode(
      {.op = "Resize",
       .inputs = {{Type::kFloat32, {1, 1, 2, 2}}, {Type::kFloat32, {0}}, {Type::kFloat32, {4}, {1, 1, 1e5, 1e5}}}}));
}

GraphSpec EndlessLoop(bool grows) {
  const auto scalar = [](Type type) { return TensorType(type, {}); };
  GraphSpec body{.nodes = {NodeMessage("Identity", {"go"}, {"still"}),
                           NodeMessage(grows ? "Concat" : "Add", {"a", "a"}, {"b"},
                                       grows ? wire::Messages{wire::IntAttribute("axis", 0)} : wire::Messages{})},
                 .inputs = {Info("i", scalar(Type::kInt64)), Info("go", scalar(Type::kBool)), UntypedInfo("a")},
                 .outputs = {Info("still", scalar(Type::kBool)), UntypedInfo("b")}};
  return {
      .nodes = {NodeMessage("Loop", {"", "yes", "x"}, {"y"}, {GraphAttribute("body", GraphMessage(body))}, "endless")},
      .initializers = {wire::RawTensor("yes", Type::kBool, {}, std::string(1, '\1')), wire::Floats("w", {1, 2})},
      .inputs = {Info("x", TensorType(Type::kFloat32, {2}))},
      .outputs = {UntypedInfo("y")}};
}

TEST_F(Bombs, EndlessLoop) {
  const Outcome outcome = AtEveryLevel(EndlessLoop(false));
  EXPECT_EQ(outcome.status.code(), StatusCode::kDeadlineExceeded) << outcome.status.ToString();
}

TEST_F(Bombs, EndlessLoopOfConstants) {  // must not be folded forever
  GraphSpec g = EndlessLoop(false);
  g.inputs = {};
  g.initializers.push_back(wire::Floats("x", {1, 2}));
  const Outcome outcome = AtEveryLevel(g);
  EXPECT_EQ(outcome.status.code(), StatusCode::kDeadlineExceeded) << outcome.status.ToString();
}

TEST_F(Bombs, LoopThatDoublesItsState) {
  const Outcome outcome = AtEveryLevel(EndlessLoop(true));
  // It works until the memory ends; on a slow machine the clock runs out before.
  if (outcome.status.code() != StatusCode::kDeadlineExceeded) ExpectLimit(outcome);
}

TEST_F(Bombs, LoopThatScansForever) {
  const auto scalar = [](Type type) { return TensorType(type, {}); };
  GraphSpec body{.nodes = {NodeMessage("Identity", {"go"}, {"still"}), NodeMessage("Identity", {"w"}, {"scan"})},
                 .inputs = {Info("i", scalar(Type::kInt64)), Info("go", scalar(Type::kBool))},
                 .outputs = {Info("still", scalar(Type::kBool)), UntypedInfo("scan")}};
  GraphSpec g{
      .nodes = {NodeMessage("Loop", {"", "yes"}, {"y"}, {GraphAttribute("body", GraphMessage(body))}, "endless")},
      .initializers = {wire::RawTensor("yes", Type::kBool, {}, std::string(1, '\1')),
                       wire::Floats("w", std::vector<float>(4096, 1))},
      .outputs = {UntypedInfo("y")}};
  const Outcome outcome = AtEveryLevel(g);
  const StatusCode code = outcome.status.code();
  EXPECT_TRUE(code == StatusCode::kDeadlineExceeded || code == StatusCode::kLimitExceeded ||
              code == StatusCode::kOutOfMemory)
      << outcome.status.ToString();
}

TEST_F(Bombs, LoopWithNegativeOrNoTrips) {
  for (int64_t trips : {int64_t{0}, int64_t{-5}, INT64_MIN}) {
    GraphSpec g = EndlessLoop(false);
    g.nodes[0] = NodeMessage(
        "Loop", {"n", "yes", "x"}, {"y"},
        {GraphAttribute("body", GraphMessage({.nodes = {NodeMessage("Identity", {"go"}, {"still"}),
                                                        NodeMessage("Neg", {"a"}, {"b"})},
                                              .inputs = {Info("i", TensorType(Type::kInt64, {})),
                                                         Info("go", TensorType(Type::kBool, {})), UntypedInfo("a")},
                                              .outputs = {UntypedInfo("still"), UntypedInfo("b")}}))});
    g.initializers.push_back(Int64s("n", {}, {trips}));
    const Outcome outcome = AtEveryLevel(g);
    EXPECT_TRUE(outcome.ran()) << outcome.status.ToString();
  }
}

// Slow in a single operator: the limit holds inside it too.
TEST_F(Bombs, OneSlowOperator) {
  GraphSpec g{.nodes = {NodeMessage("MatMul", {"x", "x"}, {"a"}), NodeMessage("MatMul", {"a", "a"}, {"b"}),
                        NodeMessage("MatMul", {"b", "b"}, {"c"}), NodeMessage("MatMul", {"c", "c"}, {"d"}),
                        NodeMessage("MatMul", {"d", "d"}, {"y"})},
              .inputs = {Info("x", TensorType(Type::kFloat32, {3000, 3000}))},
              .outputs = {UntypedInfo("y")}};
  Careful careful;
  careful.run.time_limit_ms = 200;
  auto x = Tensor::Allocate(ElementType::kFloat32, std::vector<int64_t>{3000, 3000});
  ASSERT_TRUE(x.ok());
  careful.feeds = {{"x", *x}};
  const Outcome outcome = Attempt(wire::ModelBytes({.graph = GraphMessage(g)}), careful);
  EXPECT_EQ(outcome.status.code(), StatusCode::kDeadlineExceeded) << outcome.status.ToString();
}

}  // namespace
}  // namespace kante::hostile_test
