// SPDX-License-Identifier: MIT
// Rotary embeddings and normalised channels in the forms of exporters; near misses stay as they are.
#include "passes/test_util.h"

namespace kante::core {
namespace {

class RotaryFusionTest : public PassFixture {
 protected:
  ValueId Part(ValueId x, int64_t start, int64_t end, int64_t step = 1, int64_t axis = -1) {
    return b.Op("Slice", {x, b.Ints({start}), b.Ints({end}), b.Ints({axis}), b.Ints({step})});
  }
  ValueId Turned(ValueId x, ValueId rotated, ValueId cos, ValueId sin) {
    return b.Op("Add", {b.Op("Mul", {x, cos}), b.Op("Mul", {rotated, sin})});
  }
  ValueId Halves(ValueId x, int64_t half = 4, int64_t axis = -1) {
    return b.Op("Concat", {b.Op("Neg", {Part(x, half, INT64_MAX)}), Part(x, 0, half)}, {{"axis", axis}});
  }
  void ExpectFused() {
    Run(OptimizationLevel::kAll, 1e-6);
    EXPECT_TRUE(Fired("FuseRotary")) << WhyNot("FuseRotary") << Dump(graph_);
    EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  }
  const Shape shape_{2, 3, 5, 8};
};

TEST_F(RotaryFusionTest, Halves) {
  const ValueId x = Input("x", shape_);
  Output(Turned(x, Halves(x), Input("cos", {2, 1, 5, 8}), Input("sin", {5, 8})), "y");
  ExpectFused();
}

TEST_F(RotaryFusionTest, HalvesOfAnyLength) {
  const ValueId x = DynamicInput("x", shape_, {Dim{-1, "b"}, Dim{3, ""}, Dim{-1, "s"}, Dim{8, ""}});
  const ValueId cos = DynamicInput("cos", {5, 8}, {Dim{-1, "s"}, Dim{8, ""}});
  Output(Turned(x, Halves(x), cos, C(RandomFloats({5, 8}))), "y");
  ExpectFused();
}

TEST_F(RotaryFusionTest, Split) {
  const ValueId x = Input("x", shape_), cos = Input("cos", {5, 4}), sin = Input("sin", {5, 4});
  const ValueId u = Part(x, 0, 4), v = Part(x, 4, 8);
  Output(b.Op("Concat",
              {b.Op("Sub", {b.Op("Mul", {u, cos}), b.Op("Mul", {v, sin})}),
               b.Op("Add", {b.Op("Mul", {v, cos}), b.Op("Mul", {u, sin})})},
              {{"axis", 3}}),
         "y");
  ExpectFused();
}

TEST_F(RotaryFusionTest, Pairs) {
  const ValueId x = Input("x", shape_);
  const ValueId u = b.Op("Unsqueeze", {Part(x, 0, INT64_MAX, 2), b.Ints({-1})});
  const ValueId v = b.Op("Unsqueeze", {b.Op("Neg", {Part(x, 1, INT64_MAX, 2)}), b.Ints({4})});
  const ValueId pairs = b.Op("Reshape", {b.Op("Concat", {v, u}, {{"axis", -1}}), b.Ints({2, 3, 5, 8})});
  Output(Turned(x, pairs, Input("cos", {5, 8}), Input("sin", {5, 8})), "y");
  ExpectFused();
}

TEST_F(RotaryFusionTest, OtherPartsAreNotFused) {
  const ValueId x = Input("x", shape_), cos = Input("cos", {5, 8}), sin = Input("sin", {5, 8});
  Output(Turned(x, Halves(x, 3), cos, sin), "y");
  Run();
  ExpectSkipped("FuseRotary", "no halves of the last dimension");
}

TEST_F(RotaryFusionTest, HalvesOfAnotherDimension) {
  const ValueId x = Input("x", {2, 8, 8}), cos = Input("cos", {8, 8}), sin = Input("sin", {8, 8});
  const ValueId moved = b.Op("Concat", {b.Op("Neg", {Part(x, 4, 8, 1, 1)}), Part(x, 0, 4, 1, 1)}, {{"axis", 1}});
  Output(Turned(x, moved, cos, sin), "y");
  Run();
  ExpectSkipped("FuseRotary", "no halves of the last dimension");
}

TEST_F(RotaryFusionTest, TablesOfOneColumn) {
  const ValueId x = Input("x", shape_);
  Output(Turned(x, Halves(x), Input("cos", {5, 1}), Input("sin", {5, 8})), "y");
  Run();
  ExpectSkipped("FuseRotary", "the size of the tables");
}

class ChannelNormTest : public PassFixture {
 protected:
  void Build(ValueId x, int64_t axis, const Shape& parameter, bool pow = true) {
    const ValueId d = b.Op("Sub", {x, b.Op("ReduceMean", {x, b.Ints({axis})})});
    const ValueId square = pow ? b.Op("Pow", {d, F(2)}) : b.Op("Mul", {d, d});
    const ValueId variance = b.Op("ReduceMean", {square, b.Ints({axis})});
    const ValueId normal = b.Op("Div", {d, b.Op("Sqrt", {b.Op("Add", {variance, F(1e-5f)})})});
    const ValueId scaled = b.Op("Mul", {C(RandomFloats(parameter, 3)), normal});
    Output(b.Op("Add", {scaled, C(RandomFloats(parameter, 4))}), "y");
  }
};

TEST_F(ChannelNormTest, BecomesRows) {
  for (const bool pow : {true, false}) {
    graph_ = Graph();
    feeds_.clear();
    Build(DynamicInput("x", {2, 6, 3, 5}, {Dim{-1, "n"}, Dim{6, ""}, Dim{-1, "h"}, Dim{-1, "w"}}), 1, {6, 1, 1}, pow);
    Run(OptimizationLevel::kAll, 2e-5);
    EXPECT_TRUE(Fired("FuseChannelLayerNorm")) << WhyNot("FuseChannelLayerNorm");
    EXPECT_EQ(graph_.node_count(), 3u) << Dump(graph_);
    EXPECT_EQ(Count("LayerNormalization"), 1);
  }
}

TEST_F(ChannelNormTest, OtherDimensionsAndScalesStay) {
  Build(Input("x", {2, 6, 6, 5}), 2, {6, 1, 1});
  Run();
  EXPECT_FALSE(Fired("FuseChannelLayerNorm"));
  graph_ = Graph();
  feeds_.clear();
  Build(Input("x", {2, 6, 3, 6}), 1, {6});
  Run();
  ExpectSkipped("FuseChannelLayerNorm", "one number a channel");
}

}  // namespace
}  // namespace kante::core
