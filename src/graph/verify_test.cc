// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "graph/graph.h"
#include "graph/test_util.h"

namespace kante::core {
namespace {

// x -> Neg -> y, y -> Abs -> z (output), constant c unused. `node(0)` is Neg, `node(1)` Abs.
class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    x_ = AddInputValue(g_, "x");
    c_ = g_.AddConstant("c", Tensor::Scalar(1));
    y_ = AddOp(g_, "Neg", {x_}, "y");
    z_ = AddOp(g_, "Abs", {y_}, "z");
    g_.AddOutput(z_);
    ASSERT_TRUE(Verify(g_).ok());
  }
  void ExpectBroken(const std::string& text) {
    const Status status = Verify(g_);
    ASSERT_FALSE(status.ok()) << Dump(g_);
    EXPECT_EQ(status.code(), StatusCode::kInvalidGraph);
    EXPECT_NE(status.message().find(text), std::string_view::npos) << status.ToString();
  }

  Graph g_;
  ValueId x_, c_, y_, z_;
};

// mutable_node is how a careless pass would do damage.
TEST_F(VerifyTest, InputOutOfRange) {
  g_.mutable_node(0).inputs[0] = 77;
  ExpectBroken("node 'n_y' (Neg) reads a value that does not exist");
}
TEST_F(VerifyTest, OutputOutOfRange) {
  g_.mutable_node(0).outputs[0] = 77;
  ExpectBroken("writes a value that does not exist");
}
TEST_F(VerifyTest, TwoProducers) {
  g_.mutable_node(1).outputs[0] = y_;
  ExpectBroken("'n_z' (Abs) writes 'y', which has a producer already");
}
TEST_F(VerifyTest, WritesAnInput) {
  g_.EditNode(0, [&](Node& n) { n.outputs[0] = x_; });
  ExpectBroken("writes the graph input 'x'");
}
TEST_F(VerifyTest, WritesAConstant) {
  g_.EditNode(0, [&](Node& n) { n.outputs[0] = c_; });
  ExpectBroken("writes the constant 'c'");
}
TEST_F(VerifyTest, ProducerNotListed) {
  g_.mutable_node(0).outputs.insert(g_.mutable_node(0).outputs.begin(), kNone);
  ExpectBroken("is not listed at 'y'");
}
TEST_F(VerifyTest, UsesNotListed) {
  g_.mutable_node(1).inputs.push_back(x_);
  ExpectBroken("the uses of 'x' are not listed right");
}
TEST_F(VerifyTest, NothingProduces) {
  g_.SetInput(1, 0, g_.AddValue("ghost"));
  ExpectBroken("nothing produces the value 'ghost'");
}
TEST_F(VerifyTest, OutputWithoutProducer) {
  g_.AddOutput(g_.AddValue("ghost"));
  ExpectBroken("nothing produces the value 'ghost'");
}
TEST_F(VerifyTest, RemovedProducer) {
  g_.RemoveNode(0);
  ExpectBroken("nothing produces the value 'y'");
}
TEST_F(VerifyTest, Cycle) {
  g_.SetInput(0, 0, z_);
  ExpectBroken("cycle");
}
TEST_F(VerifyTest, SelfLoop) {
  g_.SetInput(0, 0, y_);
  ExpectBroken("cycle through node 'n_y' (Neg)");
}
TEST_F(VerifyTest, CycleThroughABody) {
  g_.EditNode(0, [&](Node& n) { n.attributes.emplace_back("body", AttributeValue(CapturingBody("Exp", z_))); });
  ExpectBroken("cycle");
}
TEST_F(VerifyTest, CaptureOfAMissingValue) {
  g_.EditNode(1, [&](Node& n) { n.attributes.emplace_back("body", AttributeValue(CapturingBody("Exp", x_))); });
  ASSERT_TRUE(Verify(g_).ok());
  Graph* body = g_.node(1).Subgraphs()[0];
  body->AddCapture(99, body->captures()[0].inner);
  ExpectBroken("captures a value that does not exist");
}
TEST_F(VerifyTest, CaptureNotListedAsUse) {
  g_.EditNode(1, [&](Node& n) { n.attributes.emplace_back("body", AttributeValue(CapturingBody("Exp", x_))); });
  Graph* body = g_.node(1).Subgraphs()[0];
  body->AddCapture(y_, body->AddValue("more"));
  ExpectBroken("the uses of 'y' are not listed right");
}
TEST_F(VerifyTest, DamageInsideABody) {
  g_.EditNode(1, [&](Node& n) { n.attributes.emplace_back("body", AttributeValue(CapturingBody("Exp", x_))); });
  g_.node(1).Subgraphs()[0]->mutable_node(0).inputs[0] = 55;
  ExpectBroken("'n_result' (Exp) reads a value that does not exist");
}
TEST_F(VerifyTest, TheMainGraphCapturesNothing) {
  g_.AddCapture(0, x_);
  ExpectBroken("captures a value that does not exist");
}

TEST(Dump, ShowsEverythingThatMatters) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId y = AddOp(g, "Conv", {x, kNone, g.AddConstant("w", Tensor::Scalar(1))}, "y",
                          {{"pads", AttributeValue(std::vector<int64_t>{1, 2})},
                           {"alpha", 0.5f},
                           {"mode", "same"},
                           {"value", AttributeValue(Tensor::Scalar(3))}});
  g.mutable_node(0).domain = "kante";
  g.mutable_node(0).origin = {"a", "b"};
  g.AddOutput(AddOp(g, "If", {y}, "z", {{"then_branch", AttributeValue(CapturingBody("Neg", y))}}));
  const std::string text = Dump(g);
  EXPECT_NE(text.find("graph main (x: float32[...]) -> (z: ?)"), std::string::npos) << text;
  EXPECT_NE(text.find("y = kante.Conv(x, _, w) pads=[1,2] alpha=0.5 mode=\"same\" value=int64[]  # a+b"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("    graph body () -> (result: ?)"), std::string::npos) << text;
  EXPECT_NE(text.find("result = Neg(inner)"), std::string::npos) << text;
}

TEST(Dump, SurvivesACycle) {
  Graph g;
  const ValueId v = g.AddValue("v");
  Node n;
  n.op_type = "Neg";
  n.inputs = {v};
  n.outputs = {v};
  g.AddNode(std::move(n));
  EXPECT_NE(Dump(g).find("cycle"), std::string::npos);
}

}  // namespace
}  // namespace kante::core
