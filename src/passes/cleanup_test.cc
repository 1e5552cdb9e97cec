// SPDX-License-Identifier: MIT
// Dead code, common subexpressions, captures and inlined branches.
#include "passes/captures.h"
#include "passes/common_subexpressions.h"
#include "passes/dead_code.h"
#include "passes/inline_if.h"
#include "passes/test_util.h"

namespace kante::core {
namespace {

class CleanupTest : public PassFixture {
 protected:
  // A body that captures `outer` and returns op(outer).
  std::shared_ptr<Graph> BodyOf(ValueId outer, const char* op) {
    auto body = std::make_shared<Graph>();
    const ValueId inner = body->AddValue("inner");
    body->AddCapture(outer, inner);
    GraphBuilder in(*body, op);
    body->AddOutput(in.Op(op, {inner}));
    return body;
  }
  ValueId If(ValueId condition, std::shared_ptr<Graph> then, std::shared_ptr<Graph> otherwise) {
    return b.Op(
        "If", {condition},
        {{"then_branch", AttributeValue(std::move(then))}, {"else_branch", AttributeValue(std::move(otherwise))}});
  }
  ValueId Condition(bool value) { return C(OpTest::MakeTensor<bool>({}, {value})); }
};

// --- dead code
TEST_F(CleanupTest, UnusedNodesAndConstantsGo) {
  const ValueId x = Input("x", {2});
  const ValueId w = C(RandomFloats({2}));
  b.Op("Neg", {b.Op("Add", {x, w})});
  Output(b.Op("Relu", {x}), "y");
  EXPECT_EQ(RemoveDeadCode(graph_, registry_), 2);
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(graph_.Constant(w), nullptr) << "its memory is free";
  EXPECT_TRUE(Verify(graph_).ok());
}

TEST_F(CleanupTest, UnusedOptionalOutputsAreNotComputed) {
  const ValueId x = Input("x", {1, 1, 4, 4});
  const auto out = b.Op("", "MaxPool", {x}, 2, {{"kernel_shape", AttributeValue(std::vector<int64_t>{2, 2})}});
  Output(out[0], "y");
  RemoveDeadCode(graph_, registry_);
  EXPECT_EQ(Only().outputs.size(), 1u);
  EXPECT_TRUE(Verify(graph_).ok());
}

TEST_F(CleanupTest, LongDeadChainsAreQuick) {
  ValueId v = Input("x", {2});
  Output(b.Op("Relu", {v}), "y");
  const ValueId w = C(RandomFloats({2}));
  for (int i = 0; i < 50000; ++i) v = b.Op("Add", {v, w});
  EXPECT_EQ(RemoveDeadCode(graph_, registry_), 50000);
  EXPECT_TRUE(Verify(graph_).ok());
}

TEST_F(CleanupTest, UnusedCapturesGo) {
  const ValueId x = Input("x", {2});
  const ValueId c = Input("c", {}, ElementType::kBool);
  const ValueId extra = b.Op("Exp", {x});
  auto body = BodyOf(x, "Relu");
  const ValueId unused = body->AddValue("unused");
  body->AddCapture(extra, unused);
  GraphBuilder(*body, "dead").Op("Neg", {unused});
  const ValueId again = body->AddValue("again");
  body->AddCapture(x, again);
  body->AddOutput(GraphBuilder(*body, "more").Op("Neg", {again}));
  auto other = BodyOf(x, "Neg");
  other->AddOutput(other->outputs()[0]);
  Node node;
  node.op_type = "If";
  node.inputs = {c};
  node.outputs = {graph_.AddValue("a"), graph_.AddValue("b")};
  node.attributes = {{"then_branch", AttributeValue(body)}, {"else_branch", AttributeValue(other)}};
  const auto outputs = node.outputs;
  graph_.AddNode(std::move(node));
  for (ValueId v : outputs) graph_.AddOutput(v);
  ASSERT_TRUE(Verify(graph_).ok());
  EXPECT_EQ(RemoveDeadCode(graph_, registry_), 2);
  EXPECT_TRUE(Verify(graph_).ok());
  EXPECT_EQ(body->captures().size(), 1u) << "two captures of one value are one, the unused one is gone";
  EXPECT_EQ(graph_.node_count(), 1u);
}

// --- common subexpressions
TEST_F(CleanupTest, EqualNodesAreComputedOnce) {
  const ValueId x = Input("x", {2});
  const ValueId z = Input("z", {2});
  const ValueId a = b.Op("Add", {x, z});
  const ValueId c = b.Op("Add", {z, x});  // commutative
  Output(b.Op("Mul", {b.Op("Relu", {a}), b.Op("Relu", {c})}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 3u) << Dump(graph_);
  EXPECT_EQ(report_.merged_nodes, 2);
}

TEST_F(CleanupTest, DifferentAttributesInputsOrOrdersAreNotEqual) {
  const ValueId x = Input("x", {2, 2});
  const ValueId z = Input("z", {2, 2});
  Output(b.Op("Sub", {x, z}), "a");
  Output(b.Op("Sub", {z, x}), "b");
  Output(b.Op("LeakyRelu", {x}, {{"alpha", 0.1f}}), "c");
  Output(b.Op("LeakyRelu", {x}, {{"alpha", 0.2f}}), "d");
  Output(b.Op("LeakyRelu", {z}, {{"alpha", 0.2f}}), "e");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 5u);
}

TEST_F(CleanupTest, EqualConstantsAreOne) {
  const ValueId x = Input("x", {2});
  const ValueId a = b.Op("Add", {x, C(Floats({2}, {1, 2}))});
  const ValueId c = b.Op("Add", {x, C(Floats({2}, {1, 2}))});
  const ValueId d = b.Op("Add", {x, C(Floats({2}, {1, 3}))});
  Output(b.Op("Mul", {b.Op("Mul", {a, c}), d}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(Count("Add"), 2);
}

TEST_F(CleanupTest, TwoOutputsStayTwo) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Relu", {x}), "first");
  Output(b.Op("Relu", {x}), "second");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 2u);
}

TEST_F(CleanupTest, MergedNodesStandForBoth) {
  const ValueId x = Input("x", {2});
  const ValueId a = b.Op("Relu", {x});
  const ValueId c = b.Op("Relu", {x});
  graph_.mutable_node(0).name = "one";
  graph_.mutable_node(1).name = "two";
  Output(b.Op("Add", {a, c}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node(graph_.value(a).producer).DisplayName(), "one+two");
}

// --- branches
TEST_F(CleanupTest, ABranchThatIsAlwaysTakenIsInlined) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Neg", {If(Condition(true), BodyOf(x, "Relu"), BodyOf(x, "Exp"))}), "y");
  Output(If(Condition(false), BodyOf(x, "Relu"), BodyOf(x, "Exp")), "z");
  OptimizeOnly(OptimizationLevel::kBasic);
  EXPECT_EQ(report_.inlined_ifs, 2);
  EXPECT_EQ(Count("If"), 0);
  EXPECT_EQ(Count("Relu") + 10 * Count("Exp"), 11) << Dump(graph_);
  EXPECT_TRUE(Evaluate(graph_).ok());
}

TEST_F(CleanupTest, ConditionsThatFoldAreFound) {
  const ValueId x = Input("x", {2, 3});
  const ValueId rank = b.Op("Size", {b.Op("Shape", {x})});
  Output(If(b.Op("Equal", {rank, b.Int(2)}), BodyOf(x, "Relu"), BodyOf(x, "Exp")), "y");
  OptimizeOnly(OptimizationLevel::kBasic);
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(Only().op_type, "Relu");
}

TEST_F(CleanupTest, OutputsOfABranchThatAreCapturedValues) {
  const ValueId x = Input("x", {2});
  auto pass = std::make_shared<Graph>();
  const ValueId inner = pass->AddValue("inner");
  pass->AddCapture(x, inner);
  pass->AddOutput(inner);
  Output(If(Condition(true), pass, BodyOf(x, "Exp")), "y");
  OptimizeOnly(OptimizationLevel::kBasic);
  EXPECT_EQ(Count("Identity"), 1) << "an output is not an input";
}

TEST_F(CleanupTest, NestedBranches) {
  const ValueId x = Input("x", {2});
  const ValueId dynamic = Input("c", {}, ElementType::kBool);
  // then: if (dynamic) relu(x) else neg(x), all captured through two levels
  auto outer = std::make_shared<Graph>();
  const ValueId ox = outer->AddValue("ox");
  const ValueId oc = outer->AddValue("oc");
  outer->AddCapture(x, ox);
  outer->AddCapture(dynamic, oc);
  GraphBuilder in(*outer, "outer");
  outer->AddOutput(
      in.Op("If", {oc},
            {{"then_branch", AttributeValue(BodyOf(ox, "Relu"))}, {"else_branch", AttributeValue(BodyOf(ox, "Neg"))}}));
  Output(If(Condition(true), outer, BodyOf(x, "Exp")), "y");
  OptimizeOnly(OptimizationLevel::kBasic);
  ASSERT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(Only().op_type, "If");
  EXPECT_EQ(Only().Subgraphs()[0]->captures()[0].outer, x);
}

TEST_F(CleanupTest, ConstantsReachIntoBodies) {
  const ValueId c = Input("c", {}, ElementType::kBool);
  const ValueId two = b.Op("Neg", {F(-2)});
  Output(If(c, BodyOf(two, "Exp"), BodyOf(two, "Neg")), "y");
  OptimizeOnly(OptimizationLevel::kBasic);
  const Graph* otherwise = Only().Subgraphs()[1];
  EXPECT_TRUE(otherwise->captures().empty());
  ASSERT_NE(otherwise->Constant(otherwise->outputs()[0]), nullptr) << Dump(graph_);
  EXPECT_EQ(*otherwise->Constant(otherwise->outputs()[0])->data<float>(), -2.0f);
}

}  // namespace
}  // namespace kante::core
