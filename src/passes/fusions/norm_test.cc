// SPDX-License-Identifier: MIT
// Normalisations written out: root mean square, groups, and rows in the forms that composite_test.cc does not have.
#include "passes/test_util.h"

namespace kante::core {
namespace {

class NormFusionTest : public PassFixture {
 protected:
  void ExpectOne(const char* op) {
    Run(OptimizationLevel::kAll, 2e-5);
    EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
    EXPECT_EQ(Only().op_type, op);
  }
  void Reset() {
    graph_ = Graph();
    feeds_.clear();
  }
  ValueId MeanOf(ValueId x, int64_t axis = -1) { return b.Op("ReduceMean", {x, b.Ints({axis})}); }

  struct Rms {
    bool pow = true;
    int division = 0;
    int64_t axis = -1;
    Tensor scale = RandomFloats({6}, 31);
  };
  void BuildRms(ValueId x, const Rms& f) {
    const ValueId square = f.pow ? b.Op("Pow", {x, F(2)}) : b.Op("Mul", {x, x});
    const ValueId shifted = b.Op("Add", {MeanOf(square, f.axis), F(1e-3f)}), root = b.Op("Sqrt", {shifted});
    ValueId y = kNone;
    if (f.division == 0) y = b.Op("Div", {x, root});
    if (f.division == 1) y = b.Op("Mul", {x, b.Op("Div", {F(1), root})});
    if (f.division == 2) y = b.Op("Mul", {b.Op("Reciprocal", {root}), x});
    if (f.division == 3) y = b.Op("Mul", {x, b.Op("Pow", {shifted, F(-0.5f)})});
    Output(b.Op("Mul", {C(f.scale), y}), "y");
  }

  struct Group {
    int64_t groups = 2;
    Shape parameter = {6, 1, 1};
    bool known_target = false;
    float own_scale = 1;
  };
  void BuildGroup(ValueId x, const Group& f) {
    const std::vector<float> ones(2, f.own_scale), zeros(2);
    const ValueId grouped = b.Op("Reshape", {x, b.Ints({0, f.groups, -1})});
    const ValueId normal =
        b.Op("InstanceNormalization", {grouped, C(Floats({2}, ones)), C(Floats({2}, zeros))}, {{"epsilon", 1e-3f}});
    const ValueId whole = f.known_target ? b.Ints({2, 6, 4, 5}) : b.Op("Shape", {x});
    const ValueId scaled = b.Op("Mul", {b.Op("Reshape", {normal, whole}), C(RandomFloats(f.parameter, 5))});
    Output(b.Op("Add", {scaled, C(RandomFloats(f.parameter, 6))}), "y");
  }
};

TEST_F(NormFusionTest, RmsInEveryForm) {
  for (int bits = 0; bits < 8; ++bits) {
    Reset();
    BuildRms(Input("x", {2, 3, 6}), {.pow = (bits & 1) != 0, .division = bits / 2});
    ExpectOne("RMSNormalization");
  }
}

TEST_F(NormFusionTest, RmsOfAnyBatch) {
  BuildRms(DynamicInput("x", {2, 3, 6}, {Dim{-1, "n"}, Dim{3, {}}, Dim{6, {}}}), {});
  ExpectOne("RMSNormalization");
}

TEST_F(NormFusionTest, RmsOfHalvesIsWidened) {
  const ValueId x = b.Op("Cast", {Input("x", {2, 6})}, {{"to", 10}});
  const ValueId wide = b.Op("Cast", {x}, {{"to", 1}});
  const ValueId root = b.Op("Sqrt", {b.Op("Add", {MeanOf(b.Op("Pow", {wide, F(2)})), F(1e-3f)})});
  const ValueId narrow = b.Op("Cast", {b.Op("Mul", {wide, b.Op("Div", {F(1), root})})}, {{"to", 10}});
  const ValueId scale = b.Op("Cast", {C(RandomFloats({6}, 3))}, {{"to", 10}});
  Output(b.Op("Cast", {b.Op("Mul", {scale, narrow})}, {{"to", 1}}), "y");
  Run(OptimizationLevel::kAll, 2e-3);
  EXPECT_EQ(Count("RMSNormalization"), 1) << Dump(graph_);
  EXPECT_EQ(graph_.node_count(), 3u);
}

TEST_F(NormFusionTest, RmsOverAnotherAxisIsSkipped) {
  BuildRms(Input("x", {2, 6, 6}), {.axis = 1});
  Run();
  ExpectSkipped("FuseRmsNorm", "not known to be the last");
}

TEST_F(NormFusionTest, ARmsScaleOfOneNumberIsSkipped) {
  BuildRms(Input("x", {2, 6}), {.scale = RandomFloats({1})});
  Run();
  ExpectSkipped("FuseRmsNorm", "the scale [1] does not suit");
}

TEST_F(NormFusionTest, ACentredInputIsNoRms) {
  const ValueId x = Input("x", {2, 6});
  BuildRms(b.Op("Sub", {x, MeanOf(x)}), {});
  Run();
  ExpectSkipped("FuseRmsNorm", "this is LayerNormalization");
}

TEST_F(NormFusionTest, RowsWithoutScale) {
  const ValueId x = DynamicInput("x", {2, 3, 6}, {Dim{-1, "n"}, Dim{3, {}}, Dim{6, {}}});
  const ValueId d = b.Op("Sub", {x, MeanOf(x)});
  Output(b.Op("Div", {d, b.Op("Sqrt", {b.Op("Add", {MeanOf(b.Op("Pow", {d, F(2)})), F(1e-3f)})})}), "y");
  ExpectOne("LayerNormalization");
}

TEST_F(NormFusionTest, RowsOfUnknownSizeAreSkipped) {
  const ValueId x = DynamicInput("x", {2, 6}, {Dim{2, {}}, Dim{-1, "n"}});
  const ValueId d = b.Op("Sub", {x, MeanOf(x)});
  Output(b.Op("Div", {d, b.Op("Sqrt", {b.Op("Add", {MeanOf(b.Op("Mul", {d, d})), F(1e-3f)})})}), "y");
  Run();
  ExpectSkipped("FusePlainLayerNorm", "size of the normalised dimension is not known");
}

TEST_F(NormFusionTest, RowsScaledBeforeTheMeanIsSubtracted) {
  const ValueId x = Input("x", {2, 3, 6}), mean = MeanOf(x), d = b.Op("Sub", {x, mean});
  const ValueId root = b.Op("Sqrt", {b.Op("Add", {MeanOf(b.Op("Mul", {d, d})), F(1e-3f)})});
  const ValueId factor = b.Op("Mul", {b.Op("Reciprocal", {root}), C(RandomFloats({6}, 3))});
  const ValueId shift = b.Op("Sub", {C(RandomFloats({6}, 4)), b.Op("Mul", {mean, factor})});
  Output(b.Op("Add", {b.Op("Mul", {x, factor}), shift}), "y");
  ExpectOne("LayerNormalization");
}

TEST_F(NormFusionTest, Groups) {
  for (bool known : {false, true}) {
    Reset();
    BuildGroup(Input("x", {2, 6, 4, 5}), {.known_target = known});
    ExpectOne("GroupNormalization");
    EXPECT_EQ(*Only().FindAttribute("num_groups")->get<int64_t>(), 2);
  }
  Reset();
  BuildGroup(DynamicInput("x", {2, 6, 7}, {Dim{-1, "n"}, Dim{-1, "c"}, Dim{-1, "w"}}), {.parameter = {6, 1}});
  ExpectOne("GroupNormalization");
}

TEST_F(NormFusionTest, GroupsAndTheirActivation) {
  for (const char* act : {"Swish", "Relu", "Gelu"}) {
    Reset();
    const ValueId x = Input("x", {2, 6, 4, 5}), scale = C(RandomFloats({6}, 3)), bias = C(RandomFloats({6}, 4));
    Output(b.Op(act, {b.Op("GroupNormalization", {x, scale, bias}, {{"num_groups", 3}, {"epsilon", 1e-3f}})}), "y");
    ExpectOne("FusedGroupNormalization");
  }
}

TEST_F(NormFusionTest, GroupsOfDoublesKeepTheirActivation) {
  const auto wide = [&](ValueId v) { return b.Op("Cast", {v}, {{"to", 11}}); };
  const ValueId x = wide(Input("x", {2, 6, 4})), scale = C(RandomFloats({6}, 3)), bias = C(RandomFloats({6}, 4));
  Output(b.Op("Relu", {b.Op("GroupNormalization", {x, wide(scale), wide(bias)}, {{"num_groups", 3}})}), "y");
  Run();
  ExpectSkipped("FuseActivation", "does not compute in float64");
}

TEST_F(NormFusionTest, GroupsThatAreSkipped) {
  const auto expect = [&](const Group& f, const char* why) {
    Reset();
    BuildGroup(Input("x", {2, 6, 4, 5}), f);
    Run();
    ExpectSkipped("FuseGroupNorm", why);
  };
  expect({.parameter = {6, 4, 1}}, "not one number for each channel");
  expect({.parameter = {6, 1, 1}, .own_scale = 2}, "groups have scales of their own");
  expect({.parameter = {1, 1, 1}}, "the channels are not known");
}

}  // namespace
}  // namespace kante::core
