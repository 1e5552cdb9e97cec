// SPDX-License-Identifier: MIT
#include "cli/io/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cli/io/table.h"

namespace kante::cli {
namespace {

Tensor Floats(const std::vector<int64_t>& shape, const std::vector<float>& values) {
  return *Tensor::Of<float>(shape, std::span(values));
}

TEST(Difference, FirstElement) {
  const Tensor want = Floats({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(Difference(want, want, 0, 0), "");
  EXPECT_EQ(Difference(Floats({2, 2}, {1, 2, 3.5f, 5}), want, 1e-3, 1e-3), "element [1,0] is 3.5, expected 3");
  EXPECT_EQ(Difference(Floats({2, 2}, {1, 2, 3.5f, 5}), want, 0, 1), "");
  EXPECT_EQ(Difference(Floats({2, 2}, {1.1f, 2.2f, 3.3f, 4.4f}), want, 0.11, 0), "");
  EXPECT_EQ(Difference(Floats({}, {1}), Floats({}, {2}), 0, 0), "element [] is 1, expected 2");
}

TEST(Difference, NotANumber) {
  EXPECT_EQ(Difference(Floats({1}, {NAN}), Floats({1}, {NAN}), 0, 0), "");
  EXPECT_NE(Difference(Floats({1}, {NAN}), Floats({1}, {1}), 1e9, 1e9), "");
  EXPECT_NE(Difference(Floats({1}, {1}), Floats({1}, {NAN}), 1e9, 1e9), "");
  EXPECT_EQ(Difference(Floats({1}, {INFINITY}), Floats({1}, {INFINITY}), 0, 0), "");
  EXPECT_NE(Difference(Floats({1}, {-INFINITY}), Floats({1}, {INFINITY}), 1, 1), "");
  EXPECT_NE(Difference(Floats({1}, {1}), Floats({1}, {INFINITY}), 1, 1), "");  // infinitely large tolerance
  EXPECT_NE(Difference(Floats({1}, {INFINITY}), Floats({1}, {1}), 1, 1), "");
}

TEST(Difference, LargeIntegersExactly) {
  const int64_t a[] = {int64_t{1} << 60}, b[] = {(int64_t{1} << 60) + 1};
  const Tensor ta = *Tensor::Of<int64_t>(std::vector<int64_t>{1}, std::span<const int64_t>(a));
  const Tensor tb = *Tensor::Of<int64_t>(std::vector<int64_t>{1}, std::span<const int64_t>(b));
  EXPECT_NE(Difference(ta, tb, 0, 0), "");
  EXPECT_EQ(Difference(ta, ta, 0, 0), "");
}

TEST(Difference, TypesShapesAndKinds) {
  EXPECT_EQ(Difference(Floats({2}, {1, 2}), Floats({1, 2}, {1, 2}), 0, 0), "is float32[2], expected float32[1,2]");
  const auto ints = Tensor::Allocate(ElementType::kInt32, std::vector<int64_t>{2});
  EXPECT_EQ(Difference(*ints, Floats({2}, {0, 0}), 0, 0), "is int32[2], expected float32[2]");
  EXPECT_NE(Difference(Value(), Floats({2}, {0, 0}), 0, 0), "");
  EXPECT_EQ(Difference(Value(), Value(), 0, 0), "");
  const auto sequence = [](std::vector<Value> items) {
    return Value::Sequence(std::move(items), ElementType::kFloat32);
  };
  EXPECT_EQ(Difference(sequence({Floats({1}, {1})}), sequence({Floats({1}, {1})}), 0, 0), "");
  EXPECT_EQ(Difference(sequence({}), sequence({Floats({1}, {1})}), 0, 0), "has 0 items, expected 1");
  EXPECT_EQ(Difference(sequence({Floats({1}, {1})}), sequence({Floats({1}, {2})}), 0, 0),
            "item 0 element [0] is 1, expected 2");
  const std::vector<std::string> a = {"x", "y"}, b = {"x", "z"};
  EXPECT_EQ(
      Difference(*Tensor::OfStrings(std::vector<int64_t>{2}, a), *Tensor::OfStrings(std::vector<int64_t>{2}, b), 0, 0),
      "element [1] is \"y\", expected \"z\"");
}

TEST(Difference, Largest) {
  EXPECT_EQ(LargestDifference(Floats({3}, {1, 2, 3}), Floats({3}, {1, 4, 2.5f})), 2);
  EXPECT_EQ(LargestDifference(Floats({3}, {1, 2, 3}), Floats({1}, {9})), 0);
}

TEST(Table, AlignsColumns) {
  Table table({"name", "count"});
  table.Add({"a", "5"});
  table.Add({"longer", "1234"});
  EXPECT_EQ(table.Text(), "name    count\na           5\nlonger   1234\n");
  EXPECT_EQ(table.Markdown(), "| name | count |\n|---|---|\n| a | 5 |\n| longer | 1234 |\n");
}

TEST(Table, Numbers) {
  EXPECT_EQ(Human(999), "999");
  EXPECT_EQ(Human(1234), "1.23 k");
  EXPECT_EQ(Human(45.6e6), "45.6 M");
  EXPECT_EQ(HumanBytes(512), "512 B");
  EXPECT_EQ(HumanBytes(12.3 * 1024 * 1024), "12.3 MiB");
  EXPECT_EQ(Human(999'999), "1 M");  // not "1e+03 k"
  EXPECT_EQ(Fixed(1.005, 1), "1.0");
}

}  // namespace
}  // namespace kante::cli
