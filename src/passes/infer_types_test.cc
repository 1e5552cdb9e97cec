// SPDX-License-Identifier: MIT
#include "passes/infer_types.h"

#include "passes/test_util.h"

namespace kante::core {
namespace {

class InferTypesTest : public PassFixture {
 protected:
  Status Infer() { return InferTypes(graph_, registry_, limits_); }
  std::string TypeOf(ValueId v) const { return graph_.value(v).type.ToString(); }
  std::shared_ptr<Graph> BodyOf(ValueId outer, const char* op) {
    auto body = std::make_shared<Graph>();
    const ValueId inner = body->AddValue("inner");
    body->AddCapture(outer, inner);
    GraphBuilder in(*body, "body");
    body->AddOutput(in.Op(op, {inner}));
    return body;
  }
};

TEST_F(InferTypesTest, ShapesFollowFromInputsAndConstants) {
  const ValueId x = Input("x", {2, 3, 4});
  const ValueId r = b.Op("Reshape", {x, b.Ints({6, -1})});
  const ValueId p = b.Op("MatMul", {r, C(RandomFloats({4, 5}))});
  Output(p, "y");
  ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(TypeOf(r), "float32[6,4]");
  EXPECT_EQ(TypeOf(p), "float32[6,5]");
}

TEST_F(InferTypesTest, TypesAreKnownWhereShapesAreNot) {
  const ValueId x = DynamicInput("x", {2, 3}, {Dim{-1, "n"}, Dim{3, {}}});
  const ValueId s = b.Op("Shape", {b.Op("Relu", {x})});
  Output(s, "y");
  ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(graph_.value(s).type.element_type, ElementType::kInt64);
  EXPECT_EQ(TypeOf(graph_.node(0).outputs[0]), "float32[...]");
}

TEST_F(InferTypesTest, InferredShapesBeatDeclaredOnes) {
  const ValueId x = Input("x", {2, 3});
  const ValueId r = b.Op("Relu", {x});
  graph_.mutable_type(r) = TypeInfo::TensorOf(ElementType::kFloat32, {9, 9});
  Output(b.Op("Neg", {r}), "y");
  ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(TypeOf(r), "float32[2,3]");
}

TEST_F(InferTypesTest, UnprovenDeclaredShapesAreDropped) {
  const ValueId x = DynamicInput("x", {2, 3}, {Dim{-1, "n"}, Dim{3, {}}});
  const ValueId r = b.Op("Relu", {x});
  graph_.mutable_type(r) = TypeInfo::TensorOf(ElementType::kFloat32, {1, 3});  // the exporter's example
  const ValueId y = b.Op("Neg", {r});
  graph_.mutable_type(y) = TypeInfo::TensorOf(ElementType::kFloat32, {1, 3});
  Output(y, "y");
  ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(TypeOf(r), "float32[...]");
  EXPECT_EQ(TypeOf(y), "float32[1,3]") << "what outputs declare is the caller's to see";
}

TEST_F(InferTypesTest, ContradictoryTypesNameNodeOperatorAndValue) {
  const ValueId x = Input("x", {2});
  const ValueId r = b.Op("Relu", {x});
  graph_.RenameValue(r, "wrong");
  graph_.mutable_type(r) = TypeInfo::TensorOf(ElementType::kInt64);
  graph_.mutable_node(0).origin = {"user_relu"};
  Output(b.Op("Neg", {r}), "y");
  const Status status = Infer();
  EXPECT_EQ(status.code(), StatusCode::kInvalidGraph);
  EXPECT_EQ(status.message(),
            "node 'user_relu' (Relu): the value 'wrong' is declared as int64 but the operator makes float32");
}

TEST_F(InferTypesTest, ImpossibleShapesNameTheNode) {
  const ValueId x = Input("x", {2, 3});
  Output(b.Op("Add", {x, C(RandomFloats({4}))}), "y");
  const Status status = Infer();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.message(), "node 'n/Add' (Add): cannot broadcast [2,3] with [4]");
}

TEST_F(InferTypesTest, UnknownOperatorsKeepWhatTheyDeclare) {
  const ValueId x = Input("x", {2, 3});
  const ValueId y = b.Op("com.example", "Strange", {x}, 1)[0];
  graph_.mutable_type(y) = TypeInfo::TensorOf(ElementType::kFloat32, {7});
  const ValueId z = b.Op("Relu", {y});
  Output(z, "z");
  ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(TypeOf(z), "float32[7]");
}

TEST_F(InferTypesTest, BodiesSeeTheTypesOfWhatTheyCapture) {
  const ValueId x = Input("x", {2, 3});
  const ValueId c = Input("c", {}, ElementType::kBool);
  const ValueId y =
      b.Op("If", {c},
           {{"then_branch", AttributeValue(BodyOf(x, "Relu"))}, {"else_branch", AttributeValue(BodyOf(x, "Neg"))}});
  Output(y, "y");
  ASSERT_TRUE(Infer().ok());
  const Graph* then = graph_.node(0).Subgraphs()[0];
  EXPECT_EQ(then->value(then->outputs()[0]).type.ToString(), "float32[2,3]");
  EXPECT_EQ(graph_.value(y).type.element_type, ElementType::kFloat32);
}

TEST_F(InferTypesTest, ABranchThatCannotWorkIsLeftToTheRun) {
  const ValueId x = Input("x", {2, 3});
  const ValueId c = Input("c", {}, ElementType::kBool);
  auto bad = std::make_shared<Graph>();
  const ValueId inner = bad->AddValue("inner");
  bad->AddCapture(x, inner);
  GraphBuilder in(*bad, "body");
  bad->AddOutput(in.Op("Add", {inner, in.Constant(RandomFloats({4}))}));
  Output(b.Op("If", {c}, {{"then_branch", AttributeValue(BodyOf(x, "Relu"))}, {"else_branch", AttributeValue(bad)}}),
         "y");
  const Status status = Infer();
  EXPECT_TRUE(status.ok()) << status.ToString();
}

TEST_F(InferTypesTest, WhatALoopCarriesHasNoFixedShape) {
  const ValueId x = Input("x", {2, 3});
  auto body = std::make_shared<Graph>();
  for (const char* name : {"i", "keep", "v"}) body->AddInput(body->AddValue(name));
  body->mutable_type(body->inputs()[2]) = TypeInfo::TensorOf(ElementType::kFloat32, {2, 3});  // true at first only
  GraphBuilder in(*body, "body");
  const ValueId grown = in.Op("Concat", {body->inputs()[2], body->inputs()[2]}, {{"axis", 0}});
  body->AddOutput(in.Op("Identity", {body->inputs()[1]}));
  body->AddOutput(grown);
  Output(b.Op("Loop", {b.Int(3), kNone, x}, {{"body", AttributeValue(body)}}), "y");
  const Status status = Infer();
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(body->value(grown).type.ToString(), "float32[...]");
  EXPECT_EQ(body->value(body->inputs()[0]).type.ToString(), "int64[]");
}

}  // namespace
}  // namespace kante::core
