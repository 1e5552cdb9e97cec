// SPDX-License-Identifier: MIT
// Ranges of elementwise operators: programs drawn at random give the bits that their operators give one by one.
#include "passes/pointwise.h"

#include "base/build.h"
#include "passes/test_util.h"

namespace kante::core {
namespace {

class PointwiseTest : public PassFixture {
 protected:
  void SetUp() override {
    if (kForSize) GTEST_SKIP() << "a build for size runs operators one by one";
  }
  void Reset() {
    graph_ = Graph();
    feeds_.clear();
  }
  uint32_t Draw(uint32_t below) { return (state_ = state_ * 1664525u + 1013904223u) / 65536u % below; }

  // A result of `count` operators over `inputs`; each takes the one before, and another value.
  ValueId Program(std::vector<ValueId> values, int count) {
    constexpr const char* kUnary[] = {
        "Abs",         "Neg",      "Exp",      "Erf",       "Floor", "Sin",  "Cos",  "Tanh",  "Sigmoid", "HardSwish",
        "HardSigmoid", "Softplus", "Softsign", "LeakyRelu", "Elu",   "Relu", "Gelu", "Round", "Sign",    "Ceil"};
    constexpr const char* kBinary[] = {"Add", "Sub", "Mul", "Min", "Max", "Div"};
    ValueId last = values[0];
    for (int i = 0; i < count; ++i) {
      if (Draw(5) == 0) {
        last = b.Op("Clip", {last, F(-0.75f), Draw(2) ? F(0.5f) : kNone});
      } else if (Draw(6) == 0) {
        last = b.Op("Pow", {last, F(2)});
      } else if (Draw(2)) {
        last = b.Op(kUnary[Draw(std::size(kUnary))], {last});
      } else {
        const ValueId other = Draw(4) ? values[Draw(static_cast<uint32_t>(values.size()))] : F(0.3f);
        const bool first = Draw(2);
        last = b.Op(kBinary[Draw(std::size(kBinary))], {first ? last : other, first ? other : last});
      }
      if (Draw(3) == 0) values.push_back(last);
    }
    return b.Op("Add", {last, values.back()});
  }

  uint32_t state_ = 17;
};

TEST_F(PointwiseTest, RandomProgramsKeepTheirBits) {
  int fused = 0;
  for (int round = 0; round < 300; ++round) {
    Reset();
    const int64_t rows = 1 + Draw(4), columns = round % 3 ? 1 + Draw(40) : 1 + Draw(1500);
    const Shape full{2, rows, columns};
    const ValueId x = Input("x", full), z = Input("z", full), bias = C(RandomFloats({columns}, 3)),
                  scale = C(RandomFloats({rows, 1}, 5));
    Output(Program({x, z, bias, scale}, 2 + static_cast<int>(Draw(12))), "y");
    Run(OptimizationLevel::kAll, 0);
    fused += Count("FusedPointwise");
    if (HasFailure()) return;
  }
  EXPECT_GT(fused, 200);
}

TEST_F(PointwiseTest, OneStepForBranchesAndBroadcasts) {
  const ValueId x = Input("x", {3, 5, 7}), z = Input("z", {3, 5, 7});
  const ValueId gate = b.Op("Sigmoid", {b.Op("Mul", {z, C(RandomFloats({7}))})});
  const ValueId moved = b.Op("Tanh", {b.Op("Add", {x, C(RandomFloats({5, 1}))})});
  Output(b.Op("Add", {b.Op("Mul", {moved, gate}), moved}), "y");
  Run(OptimizationLevel::kAll, 0);
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(Only().op_type, "FusedPointwise");
}

TEST_F(PointwiseTest, ShapesThatAreNotKnown) {
  const ValueId x = DynamicInput("x", {3, 4}, {Dim{-1, "n"}, Dim{4, ""}});
  const ValueId y = b.Op("Mul", {b.Op("Sigmoid", {b.Op("Add", {x, C(RandomFloats({4}))})}), F(2)});
  Output(b.Op("Sub", {y, x}), "y");
  Run(OptimizationLevel::kAll, 0);
  EXPECT_EQ(Only().op_type, "FusedPointwise") << Dump(graph_);
}

TEST_F(PointwiseTest, HalvesOfRowsOfAnyNumber) {
  for (const int64_t middle : {4, 3}) {
    Reset();
    const ValueId x = DynamicInput("x", {3, 8}, {Dim{-1, "n"}, Dim{8, ""}});
    const auto part = [&](int64_t from, int64_t to) {
      return b.Op("Slice", {x, b.Ints({from}), b.Ints({to}), b.Ints({-1})});
    };
    Output(b.Op("Mul", {part(0, 4), b.Op("Gelu", {part(middle, middle + 4)})}), "y");
    Run(OptimizationLevel::kAll, 0);
    EXPECT_EQ(Count("FusedPointwise"), 1) << Dump(graph_);
  }
  Reset();
  const ValueId x = DynamicInput("x", {3, 8}, {Dim{-1, "n"}, Dim{8, ""}});
  const ValueId one = b.Op("Slice", {x, b.Ints({0}), b.Ints({1}), b.Ints({-1})});
  Output(b.Op("Mul", {x, b.Op("Gelu", {one})}), "y");
  OptimizeOnly();
  ExpectSkipped(kFusePointwise, "is not known to have the shape of the result");
}

TEST_F(PointwiseTest, NothingIsComputedTwiceOrTooOften) {
  const ValueId x = Input("x", {3, 1}), z = Input("z", {3, 200});
  const ValueId gate = b.Op("Sigmoid", {x});
  Output(b.Op("Mul", {gate, z}), "y");
  OptimizeOnly();
  ExpectSkipped(kFusePointwise, "is not known to have the shape of the result");

  Reset();
  const ValueId v = Input("v", {3, 4});
  const ValueId shared = b.Op("Sigmoid", {v});
  Output(b.Op("Exp", {shared}), "y");
  Output(b.Op("Floor", {shared}), "z");
  OptimizeOnly();
  ExpectSkipped(kFusePointwise, "is used elsewhere, too");

  Reset();
  const ValueId w = b.Op("Sigmoid", {Input("w", {3, 4})});
  Output(w, "first");
  Output(b.Op("Exp", {w}), "second");
  OptimizeOnly();
  ExpectSkipped(kFusePointwise, "is an output of the graph");

  Reset();
  const ValueId a = b.Op("Add", {Input("a", {6}), Input("b", {6})}),
                c = b.Op("Add", {Input("c", {6}), Input("d", {6})});
  Output(b.Op("Mul", {b.Op("Mul", {a, c}), Input("e", {6})}), "y");
  Run(OptimizationLevel::kAll, 0);
  EXPECT_EQ(Count("FusedPointwise"), 1) << "four inputs with more than one element are the most";
  EXPECT_EQ(graph_.node_count(), 2u) << Dump(graph_);
}

TEST_F(PointwiseTest, OtherTypesAndLevelsStayAsTheyAre) {
  const ValueId x = Input("x", {4}, ElementType::kFloat64);
  Output(b.Op("Exp", {b.Op("Sin", {x})}), "y");
  OptimizeOnly();
  EXPECT_EQ(graph_.node_count(), 2u);
  Reset();
  Output(b.Op("Exp", {b.Op("Sin", {Input("x", {4})})}), "y");
  OptimizeOnly(OptimizationLevel::kBasic);
  EXPECT_EQ(graph_.node_count(), 2u);
}

}  // namespace
}  // namespace kante::core
