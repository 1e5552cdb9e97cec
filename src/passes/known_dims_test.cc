// SPDX-License-Identifier: MIT
#include "passes/known_dims.h"

#include "passes/infer_types.h"
#include "passes/test_util.h"

namespace kante::core {
namespace {

class KnownDimsTest : public PassFixture {
 protected:
  // What is said to be known must be so when the graph runs; `known` are the dimensions that must be.
  void Expect(ValueId value, const std::vector<int64_t>& known) {
    ASSERT_TRUE(InferTypes(graph_, registry_, limits_).ok());
    const int rank = RankOf(graph_, value);
    std::vector<int64_t> dims;
    for (int i = 0; i < static_cast<int>(known.size()); ++i) {
      dims.push_back(DimOf(graph_, value, i));
      EXPECT_EQ(DimOf(graph_, value, i - static_cast<int>(known.size())), dims.back()) << i;
    }
    EXPECT_EQ(rank, static_cast<int>(known.size())) << Dump(graph_);
    EXPECT_EQ(dims, known) << Dump(graph_);
    EXPECT_EQ(DimOf(graph_, value, rank), -1);
    EXPECT_EQ(DimOf(graph_, value, -rank - 1), -1);
    Output(value, "y");
    const auto results = Evaluate(graph_);
    ASSERT_TRUE(results.ok()) << results.status().ToString();
    const Shape shape = results->front().tensor().shape();
    ASSERT_EQ(shape.rank(), rank);
    for (int i = 0; i < rank; ++i) {
      const int64_t known = dims[static_cast<size_t>(i)];
      EXPECT_TRUE(known < 0 || known == shape[i]) << i;
    }
  }
  ValueId Rows(const char* name = "x") {
    return DynamicInput(name, {2, 5, 12}, {Dim{-1, "batch"}, Dim{-1, "rows"}, Dim{12, {}}});
  }
  ValueId SizeOf(ValueId x, int64_t axis) {
    return b.Op("Unsqueeze", {b.Op("Gather", {b.Op("Shape", {x}), b.Int(axis)}), b.Ints({0})});
  }
};

TEST_F(KnownDimsTest, Heads) {
  const ValueId x = Rows();
  const ValueId target = b.Op("Concat", {SizeOf(x, 0), b.Ints({-1, 3}), b.Ints({4})}, {{"axis", 0}});
  const ValueId heads = b.Op("Reshape", {x, target});
  Expect(b.Op("Transpose", {heads}, {{"perm", std::vector<int64_t>{0, 2, 3, 1}}}), {-1, 3, 4, -1});
}

TEST_F(KnownDimsTest, Products) {
  const ValueId y = b.Op("MatMul", {Rows(), C(RandomFloats({12, 7}))});
  Expect(b.Op("Gelu", {b.Op("Add", {C(RandomFloats({7})), y})}), {-1, -1, 7});
}

TEST_F(KnownDimsTest, Slices) {
  struct Case {
    int64_t from, to, axis, step;
    std::vector<int64_t> known;
  };
  const Case cases[] = {{3, -2, -1, 1, {-1, -1, 7}},
                        {1, 1000, 2, 2, {-1, -1, 6}},
                        {1, 3, 1, 1, {-1, -1, 12}},
                        {20, 30, -1, 1, {-1, -1, 0}},
                        {-1, -5, -1, -1, {-1, -1, -1}}};
  for (const Case& c : cases) {
    graph_ = Graph();
    feeds_.clear();
    Expect(b.Op("Slice", {Rows(), b.Ints({c.from}), b.Ints({c.to}), b.Ints({c.axis}), b.Ints({c.step})}), c.known);
  }
}

TEST_F(KnownDimsTest, Rotations) {
  const ValueId tables = C(RandomFloats({5, 6}));
  Expect(b.Op("kante", "FusedRotary", {Rows(), tables, tables}, 1, {{"half_tables", 1}})[0], {-1, 5, 12});
}

TEST_F(KnownDimsTest, BatchesOfTwoFactorsBroadcast) {
  const ValueId a = DynamicInput("a", {1, 5, 4}, {Dim{1, {}}, Dim{5, {}}, Dim{-1, "k"}});
  const ValueId c = DynamicInput("c", {2, 4, 3}, {Dim{-1, "n"}, Dim{-1, "k"}, Dim{3, {}}});
  Expect(b.Op("MatMul", {a, c}), {-1, 5, 3});
}

TEST_F(KnownDimsTest, ADimensionOfOneMayGrow) {
  const ValueId a = DynamicInput("a", {5, 1}, {Dim{-1, "n"}, Dim{1, {}}});
  const ValueId c = DynamicInput("c", {5, 3}, {Dim{-1, "n"}, Dim{-1, "m"}});
  Expect(b.Op("Mul", {a, c}), {-1, -1});
}

TEST_F(KnownDimsTest, Images) {
  const ValueId x = DynamicInput("x", {1, 3, 8, 8}, {Dim{-1, "n"}, Dim{3, {}}, Dim{-1, "h"}, Dim{-1, "w"}});
  Expect(b.Op("Relu", {b.Op("Conv", {x, C(RandomFloats({6, 3, 3, 3}))})}), {-1, 6, -1, -1});
}

TEST_F(KnownDimsTest, AddedDimensions) {
  const ValueId x = DynamicInput("x", {2, 5}, {Dim{-1, "n"}, Dim{-1, "m"}});
  const ValueId y = b.Op("Unsqueeze", {b.Op("Sub", {x, F(1)}), b.Ints({1, 2})});
  Expect(b.Op("Squeeze", {y, b.Ints({1})}), {-1, -1, -1});
}

TEST_F(KnownDimsTest, ElementsOfShapes) {
  const ValueId x = Rows();
  const ValueId moved = b.Op("Gather", {b.Op("Shape", {x}), b.Ints({2, 0})});
  const ValueId all = b.Op("Concat", {moved, b.Ints({9})}, {{"axis", 0}});
  Output(all, "y");
  EXPECT_EQ(LengthOf(graph_, all), 3);
  EXPECT_EQ(ElementOf(graph_, all, 0), 12);
  EXPECT_EQ(ElementOf(graph_, all, 1), -1);
  EXPECT_EQ(ElementOf(graph_, all, -1), 9);
  EXPECT_EQ(ElementOf(graph_, all, -3), 12);
  EXPECT_EQ(ElementOf(graph_, all, 3), -1);
}

// A chain of squares doubles the ways back with each step.
TEST_F(KnownDimsTest, GivesUpInTime) {
  ValueId x = DynamicInput("x", {2, 5}, {});
  graph_.mutable_type(x).has_shape = false;
  for (int i = 0; i < 200; ++i) x = b.Op("Mul", {x, x});
  Output(x, "y");
  EXPECT_EQ(RankOf(graph_, x), -1);
  EXPECT_EQ(DimOf(graph_, x, 0), -1);
}

}  // namespace
}  // namespace kante::core
