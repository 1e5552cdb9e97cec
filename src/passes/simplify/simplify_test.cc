// SPDX-License-Identifier: MIT
#include "passes/test_util.h"

namespace kante::core {
namespace {

class SimplifyTest : public PassFixture {
 protected:
  // The whole graph becomes `nodes` nodes and still computes the same.
  void ExpectNodes(size_t nodes) {
    Run(OptimizationLevel::kBasic, 0);
    EXPECT_EQ(graph_.node_count(), nodes) << Dump(graph_);
  }
};

TEST_F(SimplifyTest, IdentitiesGo) {
  const ValueId x = Input("x", {2, 3});
  Output(b.Op("Identity", {b.Op("Relu", {b.Op("Identity", {b.Op("Identity", {x})})})}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, ACopyOfAnInputToAnOutputStays) {
  const ValueId x = Input("x", {2, 3});
  Output(b.Op("Identity", {x}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, OneValueUnderTwoOutputNamesStaysTwo) {
  const ValueId x = Input("x", {2, 3});
  const ValueId r = b.Op("Relu", {x});
  const ValueId copy = b.Op("Identity", {r});
  Output(r, "first");
  Output(copy, "second");
  ExpectNodes(2);
}

TEST_F(SimplifyTest, CastToTheSameType) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Relu", {b.Op("Cast", {x}, {{"to", 1}})}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, CastToAnotherTypeStays) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Relu", {b.Op("Cast", {b.Op("Cast", {x}, {{"to", 7}})}, {{"to", 1}})}), "y");
  ExpectNodes(3);
}

TEST_F(SimplifyTest, MovementsThatMoveNothing) {
  const ValueId x = Input("x", {2, 3});
  ValueId v = b.Op("Reshape", {x, b.Ints({2, -1})});
  v = b.Op("Slice", {v, b.Ints({0}), b.Ints({100}), b.Ints({1}), b.Ints({1})});
  v = b.Op("Transpose", {v}, {{"perm", AttributeValue(std::vector<int64_t>{0, 1})}});
  v = b.Op("Expand", {v, b.Ints({1, 3})});
  v = b.Op("Tile", {v, b.Ints({1, 1})});
  v = b.Op("Pad", {v, b.Ints({0, 0, 0, 0})});
  v = b.Op("Concat", {v}, {{"axis", 0}});
  Output(b.Op("Relu", {v}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, ASliceThatReversesStays) {
  const ValueId x = Input("x", {2, 3});
  Output(b.Op("Relu", {b.Op("Slice", {x, b.Ints({2}), b.Ints({-100}), b.Ints({1}), b.Ints({-1})})}), "y");
  ExpectNodes(2);
}

TEST_F(SimplifyTest, APadThatShiftsStays) {
  const ValueId x = Input("x", {4});
  Output(b.Op("Relu", {b.Op("Pad", {x, b.Ints({1, -1})})}), "y");
  ExpectNodes(2);
}

TEST_F(SimplifyTest, NeutralOperands) {
  const ValueId x = Input("x", {2, 3});
  ValueId v = b.Op("Mul", {F(1), x});
  v = b.Op("Div", {v, C(Floats({1, 1}, {1}))});
  v = b.Op("Sub", {v, F(0)});
  v = b.Op("Pow", {v, F(1)});
  Output(b.Op("Relu", {v}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, AlmostNeutralOperandsStay) {
  const ValueId x = Input("x", {2});
  ValueId v = b.Op("Mul", {x, F(1.00001f)});
  v = b.Op("Add", {v, F(0)});                    // turns -0 into 0
  v = b.Op("Mul", {v, C(Floats({1, 1}, {1}))});  // adds a dimension
  Output(v, "y");
  ExpectNodes(3);
}

TEST_F(SimplifyTest, DropoutOfInference) {
  const ValueId x = Input("x", {2, 3});
  Output(b.Op("Relu", {b.Op("Dropout", {x, F(0.5f)})}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, DropoutWhoseMaskIsUsedStays) {
  const ValueId x = Input("x", {2, 3});
  const auto out = b.Op("", "Dropout", {x, F(0.5f)}, 2);
  Output(b.Op("Relu", {out[0]}), "y");
  Output(out[1], "mask");
  OptimizeOnly(OptimizationLevel::kBasic);
  ExpectSkipped("RemoveDropout", "'mask' is also used elsewhere");
}

TEST_F(SimplifyTest, TransposesThatCancel) {
  const ValueId x = Input("x", {2, 3, 4});
  const std::vector<int64_t> there = {1, 2, 0};
  const std::vector<int64_t> back = {2, 0, 1};
  const ValueId t = b.Op("Transpose", {x}, {{"perm", there}});
  Output(b.Op("Relu", {b.Op("Transpose", {t}, {{"perm", back}})}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, TransposesThatAdd) {
  const ValueId x = Input("x", {2, 3, 4});
  const ValueId t = b.Op("Transpose", {x}, {{"perm", AttributeValue(std::vector<int64_t>{0, 2, 1})}});
  Output(b.Op("Transpose", {t}), "y");
  Output(b.Op("Relu", {t}), "shared");  // the first stays for others
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_TRUE(Fired("MergeTransposes"));
  EXPECT_EQ(Count("Transpose"), 2);
}

TEST_F(SimplifyTest, ReshapesInARow) {
  const ValueId x = Input("x", {2, 3, 4});
  const ValueId flat = b.Op("Flatten", {b.Op("Reshape", {x, b.Ints({6, 4})})}, {{"axis", 0}});
  Output(b.Op("Reshape", {flat, b.Ints({4, -1})}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

TEST_F(SimplifyTest, AReshapeThatCopiesADimensionStays) {
  const ValueId x = DynamicInput("x", {6, 4}, {Dim{-1, "n"}, Dim{4, {}}});
  Output(b.Op("Reshape", {b.Op("Reshape", {x, b.Ints({-1, 12})}), b.Ints({0, 3, 4})}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 2u);
  ExpectSkipped("MergeReshapes", "copies a dimension");
}

TEST_F(SimplifyTest, DeclaredDimensionsOfDynamicInputs) {
  const ValueId x = DynamicInput("x", {5, 3, 4}, {Dim{-1, "batch"}, Dim{3, {}}, Dim{4, {}}});
  const ValueId shape = b.Op("Shape", {x});
  const ValueId c = b.Op("Gather", {shape, b.Int(1)});
  const ValueId w = b.Op("Gather", {shape, b.Int(-1)});
  const ValueId size = b.Op("Unsqueeze", {b.Op("Mul", {c, w}), b.Ints({0})});
  Output(b.Op("Reshape", {x, b.Op("Concat", {b.Ints({-1}), size}, {{"axis", 0}})}), "y");
  ExpectNodes(1);
}

TEST_F(SimplifyTest, KnownDimensionsOfWhatWasReshaped) {
  const ValueId x = DynamicInput("x", {5, 12}, {Dim{-1, "batch"}, Dim{12, {}}});
  const ValueId y = b.Op("Reshape", {x, b.Ints({-1, 3, 4})});
  const ValueId last = b.Op("Slice", {b.Op("Shape", {y}), b.Ints({-2}), b.Ints({1 << 30})});
  Output(b.Op("Mul", {b.Op("Cast", {last}, {{"to", 1}}), b.Op("ReduceSum", {y, b.Ints({0, 1, 2})}, {{"keepdims", 0}})}),
         "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_TRUE(Fired("KnownDimension"));
  EXPECT_EQ(Count("Shape"), 0) << Dump(graph_);
}

TEST_F(SimplifyTest, TheShapeOfWhatWasTransposed) {
  const ValueId x = DynamicInput("x", {5, 3, 2}, {Dim{-1, "a"}, Dim{-1, "b"}, Dim{-1, "c"}});
  const ValueId t = b.Op("Transpose", {x}, {{"perm", std::vector<int64_t>{2, 0, 1}}});
  Output(b.Op("Shape", {t}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_TRUE(Fired("ShapeOfTranspose"));
  EXPECT_EQ(Count("Transpose"), 0);
}

TEST_F(SimplifyTest, APartOfTheShapeOfWhatWasTransposedStays) {
  const ValueId x = DynamicInput("x", {5, 3, 2}, {Dim{-1, "a"}, Dim{-1, "b"}, Dim{-1, "c"}});
  const ValueId t = b.Op("Transpose", {x}, {{"perm", std::vector<int64_t>{2, 0, 1}}});
  Output(b.Op("Shape", {t}, {{"start", 1}}), "y");
  ExpectNodes(2);
}

TEST_F(SimplifyTest, UnknownDimensionsAreNotFolded) {
  const ValueId x = DynamicInput("x", {5, 3}, {Dim{-1, "batch"}, Dim{3, {}}});
  Output(b.Op("Gather", {b.Op("Shape", {x}), b.Int(0)}), "y");
  ExpectNodes(2);
}

}  // namespace
}  // namespace kante::core
