// SPDX-License-Identifier: MIT
#include "passes/test_util.h"

namespace kante::core {
namespace {

using Ints = std::vector<int64_t>;

class PackedTest : public PassFixture {
 protected:
  struct Form {
    Ints perm = {3, 1, 2, 0, 4};
    int64_t back = -2;
    Ints apart = {5, 2, 3, 4};
    int64_t axis = 0;
  };
  // The three parts of [5, 2, 12], the last counted from the end.
  void Build(const Form& f) {
    const ValueId apart = b.Op("Reshape", {b.Op("Relu", {Input("x", {5, 2, 12})}), b.Ints(f.apart)});
    const ValueId moved = b.Op("Transpose", {b.Op("Unsqueeze", {apart, b.Ints({0})})}, {{"perm", f.perm}});
    const ValueId parts = b.Op("Squeeze", {moved, b.Ints({f.back})});
    for (const int64_t i : {0, 1, -1}) {
      Output(b.Op("Neg", {b.Op("Gather", {parts, b.Int(i)}, {{"axis", f.axis}})}), i < 0 ? "c" : i ? "b" : "a");
    }
  }
};

TEST_F(PackedTest, BecomesThreeSlices) {
  for (const int64_t back : {-2, 3}) {
    graph_ = Graph();
    feeds_.clear();
    Build({.back = back});
    Run(OptimizationLevel::kBasic, 0);
    EXPECT_EQ(Count("Slice"), 3) << Dump(graph_);
    EXPECT_EQ(graph_.node_count(), 7u) << Dump(graph_);
  }
}

TEST_F(PackedTest, OtherOrdersStay) {
  const Form forms[] = {{.perm = {3, 2, 1, 0, 4}}, {.axis = 1}, {.apart = {2, 5, 3, 4}}};
  for (const Form& f : forms) {
    graph_ = Graph();
    feeds_.clear();
    Build(f);
    Run(OptimizationLevel::kBasic, 0);
    EXPECT_FALSE(Fired("SliceOfPacked")) << Dump(graph_);
  }
  EXPECT_NE(WhyNot("SliceOfPacked").find("more than the last dimension"), std::string::npos);
}

}  // namespace
}  // namespace kante::core
