// SPDX-License-Identifier: MIT
#include "graph/patch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "graph/test_util.h"

namespace kante::core {
namespace {

// x -> Conv(w) -> c -> Relu -> r -> Neg -> y (output); r2 = Exp(x) (output "r2").
class PatchTest : public testing::Test {
 protected:
  void SetUp() override {
    x_ = AddInputValue(g_, "x");
    w_ = g_.AddConstant("w", Tensor::Scalar(1));
    c_ = AddOp(g_, "Conv", {x_, w_}, "c");
    r_ = AddOp(g_, "Relu", {c_}, "r");
    y_ = AddOp(g_, "Neg", {r_}, "y");
    e_ = AddOp(g_, "Exp", {x_}, "r2");
    g_.AddOutput(y_);
    g_.AddOutput(e_);
  }
  void ExpectRefused(GraphPatch& patch, const std::string& text) {
    const std::string before = Dump(g_);
    const Status status = patch.Apply();
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.message().find(text), std::string_view::npos) << status.ToString();
    EXPECT_EQ(Dump(g_), before) << "a refused patch changes nothing";
  }
  const Node& ProducerOf(ValueId v) { return g_.node(g_.value(v).producer); }

  Graph g_;
  ValueId x_, w_, c_, r_, y_, e_;
};

TEST_F(PatchTest, FusesTwoNodesIntoOne) {
  g_.mutable_type(r_) = TypeInfo::TensorOf(ElementType::kFloat32, {2, 3});
  GraphPatch patch(g_, "Fuse");
  const ValueId w = patch.Constant("w", Tensor::Scalar(2));
  patch.Replace(r_, patch.Op("kante", "FusedConv", {x_, w}, {{"activation", "Relu"}}));
  ASSERT_TRUE(patch.Apply().ok());
  ASSERT_TRUE(Verify(g_).ok());
  const ValueId fused = ProducerOf(y_).inputs[0];
  const Node& node = ProducerOf(fused);
  EXPECT_EQ(node.op_type, "FusedConv");
  EXPECT_EQ(node.origin, (std::vector<std::string>{"n_c", "n_r"}));
  EXPECT_EQ(g_.value(fused).type.ToString(), "float32[2,3]");
  EXPECT_EQ(*g_.Constant(node.inputs[1])->data<int64_t>(), 2);
  EXPECT_EQ(patch.removed().size(), 2u);
  EXPECT_EQ(patch.added().size(), 1u);
  EXPECT_EQ(g_.node_count(), 3u);
}

TEST_F(PatchTest, OriginsAddUp) {
  g_.mutable_node(g_.value(c_).producer).origin = {"user_conv", "user_bn"};
  GraphPatch patch(g_, "Fuse");
  patch.Replace(r_, patch.Op("Relu", {patch.Op("Conv", {x_, w_})}));
  ASSERT_TRUE(patch.Apply().ok());
  for (NodeId id : patch.added()) {
    EXPECT_EQ(g_.node(id).origin, (std::vector<std::string>{"user_conv", "user_bn", "n_r"}));
  }
}

TEST_F(PatchTest, KeepsNodesThatOthersNeed) {
  g_.AddOutput(c_);
  GraphPatch patch(g_, "Fuse");
  patch.Replace(r_, patch.Op("FusedConv", {x_, w_}));
  ASSERT_TRUE(patch.Apply().ok());
  ASSERT_TRUE(Verify(g_).ok());
  EXPECT_NE(g_.value(c_).producer, kNone);
  EXPECT_EQ(patch.removed().size(), 1u);
}

TEST_F(PatchTest, OutputsKeepTheirNames) {
  GraphPatch patch(g_, "Fuse");
  patch.Replace(y_, patch.Op("Negated", {r_}));
  ASSERT_TRUE(patch.Apply().ok());
  EXPECT_EQ(g_.value(g_.outputs()[0]).name, "y");
  ASSERT_TRUE(Verify(g_).ok());
}

TEST_F(PatchTest, ReplacesByAnExistingValue) {
  GraphPatch patch(g_, "Drop");
  patch.Replace(r_, c_);
  ASSERT_TRUE(patch.Apply().ok());
  EXPECT_EQ(ProducerOf(y_).inputs[0], c_);
  ASSERT_TRUE(Verify(g_).ok());
}

TEST_F(PatchTest, ReplacesByAConstant) {
  GraphPatch patch(g_, "Fold");
  patch.Replace(r_, patch.Ints({}));
  ASSERT_TRUE(patch.Apply().ok());
  EXPECT_EQ(patch.removed().size(), 2u);
  ASSERT_TRUE(Verify(g_).ok());
}

TEST_F(PatchTest, RefusesCycles) {
  GraphPatch patch(g_, "Bad");
  patch.Replace(c_, patch.Op("Add", {x_, r_}));
  ExpectRefused(patch, "patch Bad: would make a cycle");
}
TEST_F(PatchTest, RefusesToReadWhatItReplaces) {
  GraphPatch patch(g_, "Bad");
  patch.Replace(c_, patch.Op("Scale", {c_}));
  ExpectRefused(patch, "cycle");
}
TEST_F(PatchTest, RefusesCyclesBetweenSeveralReplacements) {
  const ValueId other = AddOp(g_, "Log", {r_}, "other");
  g_.AddOutput(other);
  GraphPatch patch(g_, "Bad");
  patch.Replace(c_, patch.Op("A", {x_, other}));
  patch.Replace(other, patch.Op("B", {r_}));
  ExpectRefused(patch, "cycle");
}
TEST_F(PatchTest, RefusesTypesThatDisagree) {
  g_.mutable_type(r_) = TypeInfo::TensorOf(ElementType::kFloat32, {2});
  g_.mutable_type(c_) = TypeInfo::TensorOf(ElementType::kFloat32, {3});
  GraphPatch patch(g_, "Bad");
  patch.Replace(r_, c_);
  ExpectRefused(patch, "'r' is float32[2], its successor float32[3]");
  GraphPatch constant(g_, "Bad");
  constant.Replace(r_, constant.Constant("i", Tensor::Scalar(1)));
  ExpectRefused(constant, "its successor int64[]");
}
TEST_F(PatchTest, RefusesToBlurOutputs) {
  GraphPatch by_input(g_, "Bad");
  by_input.Replace(y_, x_);
  ExpectRefused(by_input, "graph input");
  GraphPatch by_output(g_, "Bad");
  by_output.Replace(y_, e_);
  ExpectRefused(by_output, "two graph outputs");
  GraphPatch by_constant(g_, "Bad");
  by_constant.Replace(y_, w_);
  ExpectRefused(by_constant, "constant");
  GraphPatch by_new_constant(g_, "Bad");
  by_new_constant.Replace(y_, by_new_constant.Constant("k", Tensor::Scalar(1)));
  ExpectRefused(by_new_constant, "constant");
  GraphPatch both(g_, "Bad");
  const ValueId one = both.Op("One", {x_});
  both.Replace(y_, one);
  both.Replace(e_, one);
  ExpectRefused(both, "two graph outputs");
}
TEST_F(PatchTest, RefusesNonsense) {
  GraphPatch input(g_, "Bad");
  input.Replace(x_, c_);
  ExpectRefused(input, "which no node produces");
  GraphPatch twice(g_, "Bad");
  twice.Replace(r_, c_);
  twice.Replace(r_, c_);
  ExpectRefused(twice, "twice");
  GraphPatch missing(g_, "Bad");
  missing.Replace(r_, 1000);
  ExpectRefused(missing, "no successor");
  GraphPatch forward(g_, "Bad");
  forward.Replace(r_, forward.Op("A", {static_cast<ValueId>(g_.value_count() + 1)}));
  forward.Op("B", {x_});
  ExpectRefused(forward, "not made yet");
  GraphPatch hollow(g_, "Bad");
  hollow.Replace(r_, hollow.Op("A", {hollow.Constant("none", Tensor())}));
  ExpectRefused(hollow, "is not made yet");
  GraphPatch stale(g_, "Bad");
  stale.Replace(r_, c_);
  g_.AddValue("changed meanwhile");
  ExpectRefused(stale, "the graph changed");
}

TEST_F(PatchTest, FarLeavesAreCheckedToo) {
  // A leaf far before the replaced value is fine, one far after it is not.
  ValueId far = r_;
  for (int i = 0; i < 200; ++i) far = AddOp(g_, "Abs", {far}, "");
  g_.AddOutput(far);
  GraphPatch good(g_, "Good");
  good.Replace(far, good.Op("Add", {x_, c_}));
  EXPECT_TRUE(good.Apply().ok());
  ASSERT_TRUE(Verify(g_).ok());
  ValueId tail = r_;
  for (int i = 0; i < 200; ++i) tail = AddOp(g_, "Abs", {tail}, "");
  g_.AddOutput(tail);
  GraphPatch bad(g_, "Bad");
  bad.Replace(c_, bad.Op("Add", {x_, tail}));
  ExpectRefused(bad, "cycle");
}

}  // namespace
}  // namespace kante::core
