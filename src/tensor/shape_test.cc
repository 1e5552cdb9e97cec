// SPDX-License-Identifier: MIT
#include "tensor/shape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace kante::core {
namespace {

TEST(Shape, MakeChecksWhatItIsGiven) {
  const std::vector<int64_t> fine = {2, 0, 3};
  auto made = Shape::Make(fine);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->ToString(), "[2,0,3]");
  EXPECT_EQ(made->elements(), 0);
  const std::vector<int64_t> negative = {2, -1};
  EXPECT_FALSE(Shape::Make(negative).ok());
  const std::vector<int64_t> overflow = {INT64_MAX, 3};
  EXPECT_FALSE(Shape::Make(overflow).ok());
  const std::vector<int64_t> deep(kMaxRank + 1, 1);
  EXPECT_EQ(Shape::Make(deep).status().message(), "rank 13 is above the limit of 12");
}

TEST(Shape, Basics) {
  Shape s{2, 3};
  EXPECT_EQ(s.elements(), 6);
  s.push_back(4);
  EXPECT_EQ(s.Product(1, 3), 12);
  EXPECT_EQ(s.Product(3, 3), 1);
  s.resize(5);
  EXPECT_EQ(s, (Shape{2, 3, 4, 1, 1}));
  s.resize(1);
  EXPECT_EQ(s, (Shape{2}));
  EXPECT_FALSE(s == (Shape{2, 1}));
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ(Shape{}.ToString(), "[]");
}

TEST(Shape, Broadcast) {
  EXPECT_EQ(*BroadcastShapes({2, 1, 3}, {4, 1}), (Shape{2, 4, 3}));
  EXPECT_EQ(*BroadcastShapes({}, {5}), (Shape{5}));
  EXPECT_EQ(*BroadcastShapes({0}, {1}), (Shape{0}));
  EXPECT_EQ(BroadcastShapes({2, 3}, {4}).status().message(), "cannot broadcast [2,3] with [4]");
  EXPECT_FALSE(BroadcastShapes({0}, {2}).ok());
  EXPECT_FALSE(BroadcastShapes({INT64_MAX, 1}, {4}).ok());
}

TEST(Shape, NormalizeAxis) {
  EXPECT_EQ(*NormalizeAxis(-1, 3), 2);
  EXPECT_EQ(*NormalizeAxis(0, 3), 0);
  EXPECT_EQ(NormalizeAxis(3, 3).status().message(), "axis 3 outside [-3, 2]");
  EXPECT_FALSE(NormalizeAxis(INT64_MIN, 3).ok());
  EXPECT_FALSE(NormalizeAxis(0, 0).ok());
}

TEST(Shape, ContiguousStrides) {
  const auto strides = ContiguousStrides({2, 3, 4});
  EXPECT_EQ(strides[0], 12);
  EXPECT_EQ(strides[1], 4);
  EXPECT_EQ(strides[2], 1);
}

TEST(Shape, StridesOfHugeEmptyShapes) {
  const Shape empty{0, 5, int64_t{1} << 62};
  EXPECT_EQ(ContiguousStrides(empty)[2], 1);
  EXPECT_EQ(ContiguousStrides(empty)[1], int64_t{1} << 62);
}

TEST(Shape, HugeEmptyShapesHaveNoElements) {
  EXPECT_EQ((Shape{2805, INT64_MAX, 0}).elements(), 0);
  EXPECT_EQ((Shape{INT64_MAX, 11, 0, 3}).elements(), 0);
}

}  // namespace
}  // namespace kante::core
