// SPDX-License-Identifier: MIT
// The forms in which exporters write attention.
#include <limits>

#include "passes/test_util.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
using Ints = std::vector<int64_t>;

class AttentionFusionTest : public PassFixture {
 protected:
  enum class Scale { kNone, kTimes, kOver, kQuery, kBoth };
  enum class Mask { kNone, kAdd, kZeros, kSeen, kHidden, kLowest };

  ValueId Transposed(ValueId x, Ints perm) { return b.Op("Transpose", {x}, {{"perm", std::move(perm)}}); }

  ValueId Scores(ValueId q, ValueId kt, Scale scale) {
    if (scale == Scale::kQuery || scale == Scale::kBoth) q = b.Op("Mul", {q, F(0.6f)});
    if (scale == Scale::kBoth) kt = b.Op("Mul", {F(0.6f), kt});
    const ValueId scores = b.Op("MatMul", {q, kt});
    if (scale == Scale::kTimes) return b.Op("Mul", {F(0.4f), scores});
    return scale == Scale::kOver ? b.Op("Div", {scores, F(2.5f)}) : scores;
  }

  ValueId Masked(ValueId scores, Mask mask, int64_t rows, int64_t keys) {
    const Shape shape{1, 1, rows, keys};
    std::vector<float> add(static_cast<size_t>(rows * keys));
    std::unique_ptr<bool[]> seen(new bool[add.size()]);
    for (size_t i = 0; i < add.size(); ++i) {
      add[i] = i % 3 == 1 ? -kInf : static_cast<float>(i % 5) / 4;
      seen[i] = i % 3 != 1;
    }
    const ValueId which = C(Tensor::Of<bool>(shape, std::span<const bool>(seen.get(), add.size())));
    switch (mask) {
      case Mask::kNone:
        return scores;
      case Mask::kAdd:
        return b.Op("Add", {C(Floats(shape, add)), scores});
      case Mask::kZeros:
        return b.Op("Add", {scores, C(Floats(shape, std::vector<float>(add.size())))});
      case Mask::kSeen:
        return b.Op("Where", {which, scores, F(-kInf)});
      case Mask::kHidden:
        return b.Op("Where", {b.Op("Not", {which}), F(-kInf), scores});
      default:
        return b.Op("Where", {which, scores, F(std::numeric_limits<float>::lowest())});
    }
  }

  // Projected queries, keys and values [batch, rows, heads * size] to [batch, rows, heads * size].
  void Build(Scale scale, Mask mask) {
    const auto heads = [&](const char* name, int64_t rows) {
      return b.Op("Reshape", {Input(name, {2, rows, 12}), C(Longs({2, rows, 3, 4}))});
    };
    const ValueId q = heads("q", 5), k = heads("k", 7), v = heads("v", 7);
    const ValueId scores = Scores(Transposed(q, {0, 2, 1, 3}), Transposed(k, {0, 2, 3, 1}), scale);
    const ValueId p = b.Op("Softmax", {Masked(scores, mask, 5, 7)}, {{"axis", -1}});
    const ValueId y = Transposed(b.Op("MatMul", {p, Transposed(v, {0, 2, 1, 3})}), {0, 2, 1, 3});
    Output(b.Op("Reshape", {y, C(Longs({2, 5, 12}))}), "y");
  }
  void Reset() {
    graph_ = Graph();
    feeds_.clear();
  }
};

TEST_F(AttentionFusionTest, EveryScaleAndMask) {
  for (Scale scale : {Scale::kNone, Scale::kTimes, Scale::kOver, Scale::kQuery, Scale::kBoth}) {
    for (Mask mask : {Mask::kNone, Mask::kAdd, Mask::kZeros, Mask::kSeen, Mask::kHidden, Mask::kLowest}) {
      Reset();
      Build(scale, mask);
      Run();
      EXPECT_EQ(Count("FusedAttention"), 1) << Dump(graph_);
      EXPECT_EQ(graph_.node_count(), 5u) << Dump(graph_);  // four Reshapes
    }
  }
}

TEST_F(AttentionFusionTest, ThreeDimensions) {
  const ValueId q = Input("q", {6, 5, 4}), k = Input("k", {6, 7, 4}), v = Input("v", {6, 7, 4});
  const ValueId scores = Scores(q, Transposed(k, {0, 2, 1}), Scale::kTimes);
  Output(b.Op("MatMul", {b.Op("Softmax", {scores}, {{"axis", 2}}), v}), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

// The heads of a projection that lie [rows, batch, heads, size], as torch.nn.MultiheadAttention has them.
TEST_F(AttentionFusionTest, RowsBeforeBatches) {
  const ValueId q = Input("q", {5, 2, 3, 4}), k = Input("k", {7, 2, 3, 4}), v = Input("v", {7, 2, 3, 4});
  const ValueId scores = b.Op("MatMul", {Transposed(q, {1, 2, 0, 3}), Transposed(k, {1, 2, 3, 0})});
  const ValueId y = b.Op("MatMul", {b.Op("Softmax", {scores}), Transposed(v, {1, 2, 0, 3})});
  Output(Transposed(y, {2, 0, 1, 3}), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

TEST_F(AttentionFusionTest, ProbabilitiesThatAreNoNumbersAreZero) {
  const ValueId q = Input("q", {1, 2, 2, 4}), k = Input("k", {1, 2, 3, 4}), v = Input("v", {1, 2, 3, 4});
  const ValueId mask = C(Floats({2, 3}, {-kInf, -kInf, -kInf, 0, -kInf, 1}));
  const ValueId scores = b.Op("Add", {Scores(q, Transposed(k, {0, 1, 3, 2}), Scale::kTimes), mask});
  const ValueId p = b.Op("Softmax", {scores});
  Output(b.Op("MatMul", {b.Op("Where", {b.Op("IsNaN", {p}), F(0), p}), v}), "y");
  Run();
  ASSERT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(*Only().FindAttribute("nan_to_zero")->get<int64_t>(), 1);
}

TEST_F(AttentionFusionTest, ARowThatSeesNothingIsNaNAsBefore) {
  const ValueId q = Input("q", {1, 2, 2, 4}), k = Input("k", {1, 2, 3, 4}), v = Input("v", {1, 2, 3, 4});
  const ValueId mask = C(Floats({2, 3}, {-kInf, -kInf, -kInf, 0, -kInf, 1}));
  const ValueId scores = b.Op("Add", {b.Op("MatMul", {q, Transposed(k, {0, 1, 3, 2})}), mask});
  Output(b.Op("MatMul", {b.Op("Softmax", {scores}), v}), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
}

// Batch and length stay open: the scale is computed from the size of a head, which the target of Reshape says.
TEST_F(AttentionFusionTest, OpenShapes) {
  const auto heads = [&](const char* name) {
    const ValueId x = DynamicInput(name, {2, 5, 12}, {Dim{-1, "batch"}, Dim{-1, "rows"}, Dim{12, {}}});
    const ValueId shape = b.Op("Shape", {x});
    const ValueId batch = b.Op("Unsqueeze", {b.Op("Gather", {shape, C(Tensor::Scalar(int64_t{0}))}), b.Ints({0})});
    const ValueId target = b.Op("Concat", {batch, b.Ints({-1}), b.Ints({3}), b.Ints({4})}, {{"axis", 0}});
    return b.Op("Reshape", {x, target});
  };
  const ValueId q = Transposed(heads("q"), {0, 2, 1, 3}), kt = Transposed(heads("k"), {0, 2, 3, 1});
  const ValueId size = b.Op("Slice", {b.Op("Shape", {q}), b.Ints({-1}), b.Ints({std::numeric_limits<int64_t>::max()})});
  const ValueId root = b.Op("Sqrt", {b.Op("Cast", {size}, {{"to", 1}})});
  const ValueId scale = b.Op("Sqrt", {b.Op("Div", {F(1), root})});
  const ValueId scores = b.Op("MatMul", {b.Op("Mul", {q, scale}), b.Op("Mul", {kt, scale})});
  const ValueId y = b.Op("MatMul", {b.Op("Softmax", {scores}), Transposed(heads("v"), {0, 2, 1, 3})});
  Output(Transposed(y, {0, 2, 1, 3}), "y");
  Run();
  EXPECT_EQ(Count("FusedAttention"), 1) << Dump(graph_);
  EXPECT_EQ(Count("Transpose") + Count("Sqrt") + Count("Mul") + Count("Slice"), 0) << Dump(graph_);
}

TEST_F(AttentionFusionTest, KeysThatGroupsShare) {
  for (bool tile : {false, true}) {
    Reset();
    const ValueId q = Input("q", {2, 6, 5, 4});
    const auto repeated = [&](const char* name) {
      const ValueId x = b.Op("Unsqueeze", {Input(name, {2, 2, 7, 4}), b.Ints({2})});
      const ValueId wide =
          tile ? b.Op("Tile", {x, b.Ints({1, 1, 3, 1, 1})}) : b.Op("Expand", {x, b.Ints({2, 2, 3, 7, 4})});
      return b.Op("Reshape", {wide, b.Ints({2, 6, 7, 4})});
    };
    const ValueId k = repeated("k"), v = repeated("v");
    Output(b.Op("MatMul", {b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 1, 3, 2})})}), v}), "y");
    Run();
    EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
    EXPECT_EQ(*Only().FindAttribute("groups")->get<int64_t>(), 3);
  }
}

TEST_F(AttentionFusionTest, GroupsThatInterleaveAreSkipped) {
  const ValueId q = Input("q", {2, 6, 5, 4});
  const auto repeated = [&](const char* name) {  // heads 0, 1, 0, 1, ...
    const ValueId x = b.Op("Unsqueeze", {Input(name, {2, 2, 7, 4}), b.Ints({1})});
    return b.Op("Reshape", {b.Op("Expand", {x, b.Ints({2, 3, 2, 7, 4})}), b.Ints({2, 6, 7, 4})});
  };
  const ValueId k = repeated("k"), v = repeated("v");
  Output(b.Op("MatMul", {b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 1, 3, 2})})}), v}), "y");
  Run();
  ExpectSkipped("FuseAttentionGroups", "how keys and values are repeated is not known");
}

// --- near misses
TEST_F(AttentionFusionTest, AnotherAxisIsSkipped) {
  const ValueId q = Input("q", {2, 5, 4}), k = Input("k", {2, 5, 4});
  Output(b.Op("MatMul", {b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 2, 1})})}, {{"axis", 1}}), k}), "y");
  Run();
  ExpectSkipped("FuseAttention", "not over the keys");
}

TEST_F(AttentionFusionTest, ScoresThatAreUsedAreSkipped) {
  const ValueId q = Input("q", {2, 5, 4}), k = Input("k", {2, 5, 4});
  const ValueId p = b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 2, 1})})});
  Output(b.Op("MatMul", {p, k}), "y");
  Output(p, "p");
  Run();
  ExpectSkipped("FuseAttention", "'p' is also used elsewhere");
}

TEST_F(AttentionFusionTest, AScaleOfEachKeyIsSkipped) {
  const ValueId q = Input("q", {2, 5, 4}), k = Input("k", {2, 5, 4});
  const ValueId scores = b.Op("Mul", {b.Op("MatMul", {q, Transposed(k, {0, 2, 1})}), C(RandomFloats({5}))});
  Output(b.Op("MatMul", {b.Op("Softmax", {scores}), k}), "y");
  Run();
  ExpectSkipped("FuseAttention", "the scale is not one number");
}

TEST_F(AttentionFusionTest, KeysScaledByAValueAreSkipped) {
  const ValueId q = Input("q", {2, 5, 4}), k = Input("k", {2, 5, 4}), scale = Input("scale", {1});
  const ValueId scores = b.Op("MatMul", {q, b.Op("Mul", {Transposed(k, {0, 2, 1}), scale})});
  Output(b.Op("MatMul", {b.Op("Softmax", {scores}), k}), "y");
  Run();
  ExpectSkipped("FuseAttention", "what scales the keys is not a constant");
}

TEST_F(AttentionFusionTest, HiddenKeysOfAnOrdinaryScoreAreSkipped) {
  const ValueId q = Input("q", {1, 1, 5, 4}), k = Input("k", {1, 1, 5, 4});
  const ValueId seen = C(Tensor::Of<bool>({5}, std::initializer_list<bool>{true, true, false, true, true}));
  const ValueId scores = b.Op("Where", {seen, b.Op("MatMul", {q, Transposed(k, {0, 1, 3, 2})}), F(-3)});
  Output(b.Op("MatMul", {b.Op("Softmax", {scores}), k}), "y");
  Run();
  ExpectSkipped("FuseAttention", "hidden keys keep a score of -3");
}

TEST_F(AttentionFusionTest, DoublesAreSkipped) {
  const ValueId q = b.Op("Cast", {Input("q", {2, 5, 4})}, {{"to", 11}});
  Output(b.Op("MatMul", {b.Op("Softmax", {b.Op("MatMul", {q, Transposed(q, {0, 2, 1})})}), q}), "y");
  Run();
  ExpectSkipped("FuseAttention", "does not compute in float64");
}

TEST_F(AttentionFusionTest, AnUnknownRankIsSkipped) {
  const ValueId q = DynamicInput("q", {2, 5, 4}, {}), k = Input("k", {2, 5, 4});
  graph_.mutable_type(q).has_shape = false;
  Output(b.Op("MatMul", {b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 2, 1})})}), k}), "y");
  Run();
  ExpectSkipped("FuseAttention", "rank of queries, keys or values is not known");
}

TEST_F(AttentionFusionTest, ATransposeThatMovesElementsStays) {
  const ValueId q = Input("q", {1, 2, 5, 4}), kt = Input("kt", {1, 2, 4, 7}), v = Input("v", {1, 2, 7, 4});
  const ValueId p = b.Op("Softmax", {b.Op("MatMul", {q, kt})});
  Output(Transposed(b.Op("MatMul", {p, v}), {0, 1, 3, 2}), "y");
  Run();
  EXPECT_EQ(Count("FusedAttention"), 1) << Dump(graph_);
  EXPECT_EQ(Count("Transpose"), 2) << Dump(graph_);
  EXPECT_NE(WhyNot("FuseAttentionOutput").find("do not stay together"), std::string::npos);
}

// Heads without a batch: [rows, heads, size] -> [heads, rows, size] -> [1, heads, rows, size].
TEST_F(AttentionFusionTest, TheBatchIsAddedLast) {
  const auto heads = [&](const char* name, int64_t rows) {
    const ValueId moved = Transposed(Input(name, {rows, 3, 4}), {1, 0, 2});
    return b.Op("Reshape", {moved, b.Ints({1, 3, rows, 4})});
  };
  const ValueId q = heads("q", 5), k = heads("k", 7), v = heads("v", 7);
  const ValueId p = b.Op("Softmax", {b.Op("MatMul", {q, Transposed(k, {0, 1, 3, 2})})}, {{"axis", -1}});
  Output(b.Op("MatMul", {p, v}), "y");
  Run();
  EXPECT_EQ(Count("FusedAttention"), 1) << Dump(graph_);
  EXPECT_EQ(Count("Transpose"), 0) << Dump(graph_);
}

}  // namespace
}  // namespace kante::core
