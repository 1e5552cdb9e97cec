// SPDX-License-Identifier: MIT
#include "passes/fold.h"

#include <cstring>

#include "passes/test_util.h"

namespace kante::core {
namespace {

class FoldTest : public PassFixture {
 protected:
  void Basic() { OptimizeOnly(OptimizationLevel::kBasic); }
  int64_t LargestConstant() const {
    int64_t most = 0;
    for (ValueId v = 0; v < graph_.value_count(); ++v) {
      if (const Tensor* t = graph_.Constant(v)) most = std::max(most, t->bytes());
    }
    return most;
  }
};

TEST_F(FoldTest, ConstantsBecomeOne) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Add", {x, b.Op("Mul", {b.Op("Neg", {F(2)}), F(3)})}), "y");
  Run(OptimizationLevel::kBasic, 0);
  ASSERT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(*graph_.Constant(Only().inputs[1])->data<float>(), -6.0f);
  EXPECT_EQ(report_.folded_nodes, 2);
  EXPECT_EQ(report_.folded_bytes, 8);
}

TEST_F(FoldTest, AnOutputMayBeAConstant) {
  Output(b.Op("Neg", {F(2)}), "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 0u);
  EXPECT_NE(graph_.Constant(graph_.outputs()[0]), nullptr);
}

TEST_F(FoldTest, ShapesOfKnownTensors) {
  const ValueId x = Input("x", {2, 3, 4});
  const ValueId dim = b.Op("Gather", {b.Op("Shape", {b.Op("Relu", {x})}), b.Ints({2})});
  const ValueId target = b.Op("Concat", {dim, b.Ints({-1})}, {{"axis", 0}});
  Output(b.Op("Reshape", {x, target}), "y");
  Output(b.Op("Size", {x}), "size");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

TEST_F(FoldTest, NothingAtLevelNone) {
  Output(b.Op("Neg", {F(2)}), "y");
  Run(OptimizationLevel::kNone, 0);
  EXPECT_EQ(graph_.node_count(), 1u);
}

TEST_F(FoldTest, OverridableInputsAreNotConstants) {
  const ValueId x = Input("x", {2});
  graph_.SetInitial(x, RandomFloats({2}));
  Output(b.Op("Neg", {x}), "y");
  Basic();
  EXPECT_EQ(graph_.node_count(), 1u);
}

TEST_F(FoldTest, UnalignedConstants) {
  auto bytes = Buffer::Allocate(9).value();
  const float values[] = {1.5f, -2.0f};
  std::memcpy(bytes->data() + 1, values, 8);
  const ValueId x = Input("x", {2});
  Output(b.Op("Add", {x, b.Op("Neg", {C(Tensor(ElementType::kFloat32, {2}, bytes, 1))})}), "y");
  Basic();
  ASSERT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(graph_.Constant(Only().inputs[1])->data<float>()[0], -1.5f);
}

TEST_F(FoldTest, WhatFailsIsLeftToTheRun) {
  Output(b.Op("Gather", {C(RandomFloats({2})), b.Int(5)}), "y");
  Basic();
  EXPECT_EQ(graph_.node_count(), 1u);
}

TEST_F(FoldTest, StatefulOperatorsAreNotFolded) {
  struct Dice {
    static Result<OpAttributes> Parse(AttrReader&, const OpDef&) { return OpAttributes(); }
    static Status Infer(const void*, InferContext& c) { return c.SameAs(0, 0); }
    static Status Run(const void*, RunContext& c) {
      KANTE_TRY(Tensor * y, c.Output(0));
      *y->mutable_data<float>() = 4;
      return OkStatus();
    }
  };
  OpDef def;
  def.info.name = "Dice";
  def.info.domain = "test";
  def.info.stateful = true;
  def.parse = &Dice::Parse;
  def.infer = &Dice::Infer;
  def.run = &Dice::Run;
  registry_.Add(def);
  const ValueId a = b.Op("test", "Dice", {F(1)}, 1)[0];
  const ValueId c = b.Op("test", "Dice", {F(1)}, 1)[0];
  b.Op("test", "Dice", {F(2)}, 1);  // unused, but it may have effects
  Output(b.Op("Add", {a, c}), "y");
  Basic();
  EXPECT_EQ(Count("Dice"), 3) << "neither folded nor merged nor dropped";
  OpDef pure = def;
  pure.info.stateful = false;
  registry_.Add(pure);
  Basic();
  EXPECT_EQ(graph_.node_count(), 0u) << "without the flag it folds";
}

// --- bombs: a few bytes of file must not become a big model
TEST_F(FoldTest, ConstantOfShapeBomb) {
  Output(b.Op("ConstantOfShape", {b.Ints({1 << 12, 1 << 12})}), "y");
  Basic();
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_LE(LargestConstant(), 64 << 10);
}

TEST_F(FoldTest, SmallOnesAreFolded) {
  const ValueId x = Input("x", {16});
  Output(b.Op("Add", {x, b.Op("ConstantOfShape", {b.Ints({16})})}), "y");
  Output(b.Op("Range", {b.Int(0), b.Int(100), b.Int(1)}), "r");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

TEST_F(FoldTest, ChainsOfSmallStepsAreBombsToo) {
  ValueId v = b.Op("ConstantOfShape", {b.Ints({1 << 10})});
  for (int i = 0; i < 12; ++i) v = b.Op("Tile", {v, b.Ints({4})});  // 4 KB * 4^12 = 64 GB
  Output(b.Op("ReduceMax", {v}, {{"keepdims", 0}}), "y");
  const Status status = Optimize(graph_, registry_, limits_, OptimizationLevel::kBasic, &report_);
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_LE(report_.folded_bytes, 256 << 10);
  EXPECT_LE(LargestConstant(), 64 << 10);
}

TEST_F(FoldTest, ExpandAndRangeBombs) {
  Output(b.Op("Expand", {F(1), b.Ints({1 << 14, 1 << 14})}), "e");
  Output(b.Op("Range", {b.Int(0), b.Int(1 << 28), b.Int(1)}), "r");
  Basic();
  EXPECT_LE(LargestConstant(), 64 << 10);
  EXPECT_EQ(graph_.node_count(), 2u);
}

TEST_F(FoldTest, TheTotalIsLimitedToo) {
  limits_.max_folded_total_bytes = 10000;
  const ValueId x = Input("x", {1000});
  ValueId sum = x;
  for (int i = 0; i < 8; ++i) {
    sum = b.Op("Add", {sum, b.Op("Neg", {C(RandomFloats({1000}, static_cast<uint32_t>(i)))})});
  }
  Output(sum, "y");
  Run(OptimizationLevel::kBasic, 0);
  EXPECT_EQ(report_.folded_nodes, 2);
  EXPECT_EQ(Count("Neg"), 6);
}

TEST_F(FoldTest, OneResultIsLimited) {
  limits_.max_folded_bytes = 1000;
  Output(b.Op("Neg", {C(RandomFloats({1000}))}), "y");
  Basic();
  EXPECT_EQ(graph_.node_count(), 1u);
}

TEST_F(FoldTest, WorkIsLimited) {
  // 2^40 multiply-adds hidden behind two modest constants would take minutes.
  const ValueId big = C(Tensor::Allocate(ElementType::kFloat32, {1, 1, 2048, 2048}).value());
  const ValueId kernel = C(Tensor::Allocate(ElementType::kFloat32, {1, 1, 1024, 1024}).value());
  Output(b.Op("Conv", {big, kernel}), "y");
  Basic();
  EXPECT_EQ(graph_.node_count(), 1u);
}

}  // namespace
}  // namespace kante::core
