// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Expected values are those of onnx.reference (AffineGrid, Col2Im, DeformConv) and ONNX Runtime (MaxRoiPool).
TEST(AffineGridTest, Places) {
  OpTest("AffineGrid", 20)
      .Attr("align_corners", 0)
      .In<float>({2, 2, 3}, {-1.25f, -2.0f, 1.0f, -1.25f, 1.0f, -0.75f, 0.25f, 1.75f, 1.75f, 0.0f, -1.25f, -1.0f})
      .In<int64_t>({4}, {2, 1, 2, 3})
      .Out<float>({2, 2, 3, 2},
                  {2.833333f,     -0.4166667f, 2.0f,        -1.25f,     1.166667f,  -2.083333f, 0.8333333f, 0.5833333f,
                   1.110223e-16f, -0.25f,      -0.8333333f, -1.083333f, 0.7083333f, -0.375f,    0.875f,     -0.375f,
                   1.041667f,     -0.375f,     2.458333f,   -1.625f,    2.625f,     -1.625f,    2.791667f,  -1.625f})
      .Run();
  OpTest("AffineGrid", 20)
      .Attr("align_corners", 1)
      .In<float>({2, 2, 3}, {1.5f, 0.5f, -1.5f, 1.75f, 2.0f, 2.0f, 0.5f, 2.0f, 0.5f, 0.0f, 2.0f, 0.5f})
      .In<int64_t>({4}, {2, 1, 2, 3})
      .Out<float>({2, 2, 3, 2}, {-3.5f, -1.75f, -2.0f, 0.0f,  -0.5f, 1.75f, -2.5f, 2.25f, -1.0f, 4.0f, 0.5f, 5.75f,
                                 -2.0f, -1.5f,  -1.5f, -1.5f, -1.0f, -1.5f, 2.0f,  2.5f,  2.5f,  2.5f, 3.0f, 2.5f})
      .Run();
  OpTest("AffineGrid", 20)
      .In<float>({1, 3, 4}, {1.25f, -0.75f, 1.25f, 2.0f, -2.0f, 0.25f, -0.5f, -2.0f, -1.75f, -1.0f, -1.25f, 1.0f})
      .In<int64_t>({5}, {1, 1, 2, 1, 2})
      .Out<float>({1, 2, 1, 2, 3},
                  {0.75f, -0.75f, 2.5f, 2.0f, -2.75f, 0.75f, 2.0f, -1.25f, 1.25f, 3.25f, -3.25f, -0.5f})
      .Run();
}

TEST(Col2ImTest, Blocks) {
  OpTest("Col2Im", 18)
      .In<float>({1, 4, 6}, {-1.25f, 0.5f,  1.5f, 0.0f,  -1.5f,  -1.75f, -0.75f, -0.25f, 0.0f, -0.75f, 1.5f,  0.25f,
                             2.0f,   1.75f, 1.0f, -2.0f, -1.25f, 1.0f,   0.25f,  2.0f,   1.0f, 1.25f,  -2.0f, -0.75f})
      .In<int64_t>({2}, {3, 4})
      .In<int64_t>({2}, {2, 2})
      .Out<float>({1, 1, 3, 4}, {-1.25f, -0.25f, 1.25f, 0.0f, 2.0f, -0.25f, 2.75f, 1.25f, -2.0f, 0.0f, -1.0f, -0.75f})
      .Run();
  OpTest("Col2Im", 18)
      .Attr("pads", AttributeValue(std::vector<int64_t>{0, 1, 1, 0}))
      .Attr("strides", AttributeValue(std::vector<int64_t>{1, 2}))
      .Attr("dilations", AttributeValue(std::vector<int64_t>{1, 2}))
      .In<float>(
          {2, 8, 8},
          {0.75f,  0.5f,   -0.5f,  -1.5f,  0.5f,   -1.75f, 0.75f,  1.25f,  0.75f,  -1.75f, 0.0f,   -0.75f, 0.25f,
           0.75f,  -1.25f, -2.0f,  0.0f,   0.5f,   -1.5f,  1.75f,  0.0f,   2.0f,   0.25f,  1.0f,   1.25f,  0.0f,
           -0.5f,  0.75f,  -2.0f,  0.5f,   0.0f,   -1.5f,  -1.25f, -2.0f,  1.0f,   0.75f,  -0.5f,  2.0f,   -0.5f,
           -0.75f, 1.75f,  -1.75f, -0.5f,  -2.0f,  -0.75f, 1.0f,   -0.75f, 0.0f,   0.0f,   -1.75f, -1.75f, -0.75f,
           0.25f,  -1.75f, 1.75f,  1.5f,   0.25f,  1.0f,   1.0f,   -2.0f,  2.0f,   -2.0f,  1.5f,   1.5f,   1.0f,
           -1.5f,  1.25f,  2.0f,   1.25f,  0.75f,  -1.0f,  0.25f,  0.0f,   1.5f,   -0.75f, -0.5f,  -1.0f,  0.0f,
           0.25f,  -0.25f, -0.75f, 0.25f,  0.5f,   -1.5f,  0.25f,  1.0f,   -1.75f, 0.5f,   -0.25f, 1.75f,  -0.5f,
           -0.75f, 1.0f,   1.5f,   -1.75f, -1.75f, -1.5f,  -0.75f, 0.0f,   0.25f,  -0.5f,  1.75f,  0.75f,  -1.5f,
           -0.75f, -1.25f, -1.25f, 1.5f,   1.75f,  -0.25f, -1.0f,  1.5f,   -1.5f,  -1.5f,  -1.0f,  -0.5f,  -0.75f,
           -1.0f,  -1.25f, 0.5f,   0.25f,  0.75f,  1.75f,  1.75f,  -1.5f,  1.25f,  -0.25f, 1.25f})
      .In<int64_t>({2}, {4, 4})
      .In<int64_t>({2}, {2, 2})
      .Out<float>({2, 2, 4, 4},
                  {0.0f,  1.25f,  0.0f,   -1.75f, 0.0f,   0.25f, 0.0f,   -0.75f, 0.0f,   -0.25f, 0.0f,  1.5f,  0.0f,
                   0.0f,  0.0f,   -1.5f,  0.0f,   -0.25f, 0.0f,  -1.75f, 0.0f,   -1.25f, 0.0f,   -1.0f, 0.0f,  1.5f,
                   0.0f,  -1.0f,  0.0f,   -1.25f, 0.0f,   -2.0f, 0.0f,   -1.5f,  0.0f,   1.5f,   0.0f,  1.25f, 0.0f,
                   1.25f, 0.0f,   -2.25f, 0.0f,   -0.75f, 0.0f,  2.5f,   0.0f,   1.25f,  0.0f,   -1.5f, 0.0f,  -1.25f,
                   0.0f,  -2.25f, 0.0f,   2.25f,  0.0f,   4.75f, 0.0f,   1.5f,   0.0f,   -5.0f,  0.0f,  2.75f})
      .Run();
  OpTest("Col2Im", 18)
      .In<double>({1, 6, 2}, {0.75, -2.0, 1.75, 1.75, 2.0, -1.75, -1.5, 0.5, 0.25, -1.75, 1.5, -1.25})
      .In<int64_t>({1}, {3})
      .In<int64_t>({1}, {2})
      .Out<double>({1, 3, 3}, {0.75, -0.25, 1.75, 2.0, -3.25, 0.5, 0.25, -0.25, -1.25})
      .Run();
}

TEST(DeformConvTest, Windows) {
  OpTest("DeformConv", 22)
      .In<float>({1, 1, 3, 3}, {-2.0f, 1.5f, 0.5f, -2.0f, -1.5f, 1.5f, 1.25f, 1.5f, 1.75f})
      .In<float>({1, 1, 2, 2}, {-0.75f, 0.25f, -0.5f, -2.0f})
      .In<float>({1, 8, 2, 2}, {-1.0f,  -1.75f, -1.75f, -0.25f, 1.75f, 1.5f,  0.5f,   -1.0f, -1.5f, 0.75f,  1.0f,
                                -0.5f,  -1.5f,  -1.0f,  2.0f,   0.75f, 0.25f, -0.75f, 1.5f,  -0.5f, -0.25f, 1.25f,
                                -0.25f, 0.0f,   -2.0f,  1.25f,  -1.0f, 0.0f,  0.25f,  -1.5f, -1.0f, -0.25f})
      .Out<float>({1, 1, 2, 2}, {0.4453125f, -2.53125f, 4.046875f, -1.8125f})
      .Run();
  OpTest("DeformConv", 19)
      .Attr("group", 2)
      .Attr("offset_group", 2)
      .Attr("pads", AttributeValue(std::vector<int64_t>{1, 0, 0, 1}))
      .Attr("strides", AttributeValue(std::vector<int64_t>{2, 1}))
      .In<float>({1, 2, 3, 3}, {-1.75f, 1.5f, -0.75f, 0.25f, -1.5f, 2.0f, 0.0f, -2.0f, -0.75f, -0.75f, -1.0f, 1.25f,
                                2.0f, 0.75f, -1.25f, 0.25f, -0.25f, 0.75f})
      .In<float>({2, 1, 2, 2}, {1.5f, 1.5f, 1.25f, 0.75f, -0.25f, 0.25f, -1.25f, 0.25f})
      .In<float>(
          {1, 16, 2, 3},
          {0.0f,   0.75f,  -0.25f, -0.75f, 0.0f,   0.75f, -1.25f, 0.5f,   -0.75f, 1.25f,  0.5f,   0.0f,   -2.0f,  -2.0f,
           -1.0f,  0.25f,  0.0f,   1.5f,   -1.5f,  0.5f,  -0.5f,  0.5f,   -1.75f, -0.5f,  -1.5f,  -0.5f,  -1.25f, 1.0f,
           0.75f,  -1.75f, -0.75f, 1.5f,   1.75f,  1.5f,  -1.75f, 2.0f,   -0.25f, -1.5f,  1.0f,   -1.75f, -2.0f,  1.75f,
           -1.75f, -0.5f,  1.5f,   -1.0f,  -1.0f,  -0.5f, 1.0f,   0.75f,  -0.75f, -1.5f,  -0.25f, 0.0f,   -0.25f, 0.75f,
           -1.75f, 1.0f,   0.25f,  -2.0f,  0.75f,  1.25f, -0.5f,  -0.25f, 0.25f,  -0.25f, 0.0f,   0.25f,  0.5f,   -1.0f,
           -1.75f, 1.75f,  -0.25f, -1.25f, 2.0f,   0.25f, -0.75f, -1.5f,  -2.0f,  0.5f,   0.5f,   1.75f,  2.0f,   1.75f,
           -1.75f, -1.5f,  0.5f,   0.5f,   -1.25f, 1.75f, 1.75f,  -1.25f, 0.5f,   -0.25f, 0.25f,  1.0f})
      .In<float>({2}, {0.0f, 1.0f})
      .In<float>({1, 8, 2, 3},
                 {-1.0f,  -0.25f, -1.5f,  0.5f,  -0.5f, 0.75f,  2.0f,   -0.5f,  1.25f, 0.75f,  1.0f,  0.25f,
                  -1.0f,  0.75f,  -0.5f,  0.0f,  0.25f, -0.75f, 0.0f,   -0.25f, -1.0f, 1.75f,  1.75f, -1.25f,
                  -0.75f, -1.5f,  -1.25f, -2.0f, -0.5f, 1.5f,   -1.25f, 2.0f,   1.5f,  -1.0f,  -2.0f, -1.0f,
                  -0.25f, -1.25f, 0.75f,  0.5f,  1.0f,  0.0f,   0.25f,  1.25f,  0.5f,  -1.25f, 1.5f,  1.5f})
      .Out<float>({1, 2, 2, 3}, {0.0f, -0.28125f, 0.0f, -1.40625f, 1.5f, -0.140625f, 1.128906f, 1.427734f, 0.6484375f,
                                 0.2070312f, 0.1855469f, 0.25f})
      .Run();
  OpTest("DeformConv", 19)
      .Attr("dilations", AttributeValue(std::vector<int64_t>{2, 1}))
      .Attr("kernel_shape", AttributeValue(std::vector<int64_t>{2, 2}))
      .In<double>({2, 1, 3, 3}, {0.25, -0.25, 0.5, 1.25, 1.25, 1.25, -1.0, 1.75, -2.0, 0.0, -0.25, 0.5, 0.5, 0.25,
                                 -1.75, -1.25, 0.0, 0.0})
      .In<double>({1, 1, 2, 2}, {-1.25, 1.75, -1.5, 1.75})
      .In<double>({2, 8, 1, 2},
                  {0.5,  -2.0, -0.5, 0.75, -1.5,  -0.75, 1.5, -1.5, 1.75, -1.5,  -0.25, 1.25,  -2.0,  2.0, 0.5,   0.0,
                   0.75, -0.5, 1.25, 0.0,  -1.75, 1.5,   1.5, 1.0,  1.0,  -1.75, -1.75, -1.25, -0.75, 1.5, -1.75, 0.0})
      .Out<double>({2, 1, 1, 2}, {-0.25, -0.984375, 0.28125, 0.015625})
      .Run();
}

TEST(MaxRoiPoolTest, NaNIsTheMaximum) {
  OpTest("MaxRoiPool", 22)
      .Attr("pooled_shape", AttributeValue(std::vector<int64_t>{1, 1}))
      .In<float>({1, 1, 1, 3}, {1, NAN, 3})
      .In<float>({1, 5}, {0, 0, 0, 2, 0})
      .Out<float>({1, 1, 1, 1}, {NAN})
      .Run();
}

TEST(MaxRoiPoolTest, Regions) {
  OpTest("MaxRoiPool", 1)
      .Attr("pooled_shape", AttributeValue(std::vector<int64_t>{2, 2}))
      .In<float>(
          {2, 2, 4, 5},
          {2.0f,   0.75f,  1.0f,   1.25f,  -0.5f,  0.5f,   -1.5f, 1.0f,  -1.0f, 0.25f,  0.75f,  -1.25f, 1.5f,  -1.25f,
           0.75f,  2.0f,   1.0f,   -2.0f,  0.75f,  0.75f,  -1.5f, 1.5f,  2.0f,  -1.25f, 1.25f,  -2.0f,  1.0f,  -0.5f,
           -1.5f,  -0.75f, 1.5f,   -0.25f, 0.75f,  -0.25f, -1.5f, 2.0f,  -1.5f, -1.5f,  -0.25f, 2.0f,   0.0f,  -2.0f,
           1.75f,  1.75f,  0.0f,   -0.75f, -1.25f, 1.0f,   -2.0f, -2.0f, 2.0f,  -0.25f, -0.5f,  0.75f,  -2.0f, 0.5f,
           -0.75f, 1.25f,  -0.5f,  -1.5f,  -0.25f, -0.5f,  0.5f,  0.5f,  -2.0f, -2.0f,  -0.25f, 1.5f,   0.75f, -0.25f,
           0.75f,  -1.0f,  -0.75f, -1.25f, -0.5f,  0.75f,  -1.5f, -2.0f, 0.75f, -1.0f})
      .In<float>({3, 5}, {0.0f, 0.0f, 0.0f, 3.0f, 3.0f, 1.0f, 1.0f, 1.0f, 4.0f, 2.0f, 1.0f, 2.0f, 2.0f, 2.0f, 2.0f})
      .Out<float>({3, 2, 2, 2},
                  {2.0f, 1.25f, 2.0f,   1.5f,  1.5f,  2.0f,  2.0f,  0.75f, 1.0f,   -2.0f,  -0.25f, 0.75f,
                   1.5f, 0.75f, -0.75f, -0.5f, -0.5f, -0.5f, -0.5f, -0.5f, -0.75f, -0.75f, -0.75f, -0.75f})
      .Run();
  OpTest("MaxRoiPool", 1)
      .Attr("pooled_shape", AttributeValue(std::vector<int64_t>{2, 3}))
      .Attr("spatial_scale", 0.5f)
      .In<float>({1, 1, 4, 4}, {-0.5f, -0.75f, -1.0f, -1.0f, -1.25f, 1.0f, -0.25f, 0.5f, -0.25f, 1.75f, 0.5f, 0.75f,
                                2.0f, -0.75f, -0.25f, -0.75f})
      .In<float>({3, 5}, {0.0f, 1.0f, 1.0f, 6.0f, 7.0f, 0.0f, -4.0f, -4.0f, 20.0f, 20.0f, 0.0f, 3.0f, 5.0f, 1.0f, 1.0f})
      .Out<float>({3, 1, 2, 3}, {1.75f, 0.5f, 0.75f, -0.75f, -0.25f, -0.75f, 2.0f, 0.75f, 0.0f, 0.0f, 0.0f, 0.0f,
                                 -0.25f, -0.25f, -0.25f, -0.25f, -0.25f, -0.25f})
      .Run();
}

TEST(VisionTest, EdgesAndRefusals) {
  OpTest("AffineGrid", 20)  // one pixel lies in the middle
      .Attr("align_corners", 1)
      .In<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({4}, {1, 1, 1, 1})
      .Out<float>({1, 1, 1, 2}, {3, 6})
      .Run();
  OpTest("AffineGrid", 20)
      .In<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({3}, {1, 1, 1})
      .Fails("4 or 5 dimensions");
  OpTest("AffineGrid", 20).In<float>({1, 2, 2}, {1, 2, 3, 4}).In<int64_t>({4}, {1, 1, 1, 1}).Fails("shape [1,2,3]");
  OpTest("Col2Im", 18)
      .In<int32_t>({1, 2, 2}, {1, 2, 3, 4})
      .In<int64_t>({1}, {3})
      .In<int64_t>({1}, {2})
      .Out<int32_t>({1, 1, 3}, {1, 5, 4})
      .Run();
  OpTest("Col2Im", 18)
      .In<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6})
      .In<int64_t>({1}, {3})
      .In<int64_t>({1}, {2})
      .Fails("does not suit");
  OpTest("MaxRoiPool", 22)
      .Attr("pooled_shape", AttributeValue(std::vector<int64_t>{1, 1}))
      .In<float>({1, 1, 1, 1}, {1})
      .In<float>({1, 5}, {1, 0, 0, 0, 0})
      .Fails("names image 1 of 1");
  OpTest("MaxRoiPool", 22)
      .Attr("pooled_shape", AttributeValue(std::vector<int64_t>{1}))
      .In<float>({1, 1, 1, 1}, {1})
      .In<float>({1, 5}, {0, 0, 0, 0, 0})
      .Fails("two positive numbers");
  OpTest("DeformConv", 22)
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 1, 2, 2}, {1, 1, 1, 1})
      .In<float>({1, 4, 1, 1}, {0, 0, 0, 0})
      .Fails("must have shape [1,8,1,1]");
}

TEST(NonZeroTest, StringsThatAreNotEmpty) {
  OpTest("NonZero", 13).In<std::string>({3}, {"a", "", "b"}).Out<int64_t>({1, 2}, {0, 2}).Run();
}

}  // namespace
}  // namespace kante::core
