// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(ConvTransposeTest, Basics) {
  OpTest("ConvTranspose", 11)
      .In<float>({1, 2, 3, 3}, {-0.25f, 0.5f, 0.25f, -0.75f, 0.0f, -0.5f, 1.5f, -2.0f, -2.0f, -0.25f, -2.0f, -1.25f,
                                2.0f, -2.0f, 0.0f, -1.5f, -0.5f, -1.5f})
      .In<float>({2, 2, 3, 3},
                 {2.0f,   1.25f, 1.25f, -1.0f, 1.75f, -0.25f, 1.5f,  2.0f,  -0.25f, -0.25f, -1.25f, 2.0f,
                  -2.0f,  0.25f, 1.25f, 2.0f,  0.25f, -1.75f, 2.0f,  1.75f, 1.5f,   0.5f,   -1.25f, -1.5f,
                  -0.75f, 1.25f, -1.5f, -2.0f, 0.0f,  -0.5f,  0.75f, -2.0f, 0.75f,  -1.75f, 1.5f,   -1.25f})
      .In<float>({2}, {0.5f, -1.5f})
      .Out<float>({1, 2, 5, 5},
                  {-0.5f,    -3.25f,   -5.0625f, -3.75f,   -1.0625f, 3.125f,   -2.5625f, 1.0f,     1.75f,    1.6875f,
                   2.0625f,  -8.625f,  -9.8125f, -3.9375f, -2.3125f, -4.375f,  9.25f,    -5.3125f, 2.125f,   3.375f,
                   3.875f,   -1.0f,    -4.125f,  -4.125f,  3.25f,    -0.9375f, 2.6875f,  -0.0625f, 0.1875f,  -0.375f,
                   -5.0f,    1.375f,   -1.6875f, 1.8125f,  -3.125f,  4.0625f,  -3.5f,    14.375f,  -4.5625f, -4.25f,
                   -10.625f, 11.8125f, -2.5625f, 0.5f,     -4.25f,   4.125f,   -6.5f,    -4.875f,  -0.125f,  3.875f})
      .Run();
  OpTest("ConvTranspose", 11)
      .Attr("strides", std::vector<int64_t>{2})
      .Attr("pads", std::vector<int64_t>{1, 0})
      .Attr("output_padding", std::vector<int64_t>{1})
      .In<float>({2, 3, 4}, {-0.5f, 0.5f,   1.5f,  1.5f, 1.5f,   -0.25f, 0.5f, 1.25f, 1.0f, 0.0f, 0.25f, 0.5f,
                             1.5f,  -1.25f, 1.75f, 0.5f, -1.75f, 0.5f,   0.5f, 2.0f,  1.0f, 0.0f, 0.75f, 2.0f})
      .In<float>({3, 2, 2}, {0.0f, -1.0f, 2.0f, -0.75f, 0.5f, 1.0f, 1.0f, -1.25f, 1.0f, -0.5f, 1.0f, -1.5f})
      .Out<float>({2, 2, 8},
                  {1.5f,  -0.125f, -0.75f,   0.5f,     -1.125f, 1.125f, -0.5f,    0.0f,  -3.0f,   0.75f,   -0.0625f,
                   3.75f, -2.125f, 4.75f,    -3.4375f, 0.0f,    -3.75f, 0.25f,    1.75f, 1.0f,    -1.625f, 3.0f,
                   0.5f,  0.0f,    -0.4375f, -2.0f,    0.3125f, 4.75f,  -3.0625f, 5.0f,  -5.875f, 0.0f})
      .Run();
  OpTest("ConvTranspose", 1)
      .Attr("dilations", std::vector<int64_t>{1, 1, 2})
      .In<float>({1, 1, 2, 2, 2}, {2.0f, -0.75f, 2.0f, -1.25f, -1.0f, 1.25f, 0.0f, -1.0f})
      .In<float>({1, 1, 2, 1, 2}, {-1.75f, -1.25f, 1.5f, -1.25f})
      .Out<float>({1, 1, 3, 2, 4},
                  {-3.5f, 1.3125f, -2.5f, 0.9375f, -3.5f, 2.1875f, -2.5f, 1.5625f,  4.75f, -3.3125f, -1.25f, -0.625f,
                   3.0f,  -0.125f, -2.5f, 2.8125f, -1.5f, 1.875f,  1.25f, -1.5625f, 0.0f,  -1.5f,    0.0f,   1.25f})
      .Run();
}

TEST(ConvTransposeTest, GroupsAndPads) {
  OpTest("ConvTranspose", 11)
      .Attr("group", 2)
      .Attr("strides", std::vector<int64_t>{2, 2})
      .Attr("dilations", std::vector<int64_t>{2, 1})
      .Attr("pads", std::vector<int64_t>{1, 0, 1, 0})
      .In<float>({1, 4, 2, 2}, {-0.5f, -0.25f, -1.75f, 1.25f, -0.5f, -1.0f, 2.0f, -1.0f, 0.75f, 0.0f, -1.5f, 1.75f,
                                0.0f, -1.25f, -1.5f, -1.75f})
      .In<float>({4, 1, 2, 2}, {0.25f, 0.75f, 0.25f, 0.75f, -0.25f, 0.5f, 1.75f, 1.75f, -1.0f, -1.0f, -0.75f, -1.0f,
                                1.75f, 2.0f, 1.25f, -1.5f})
      .Out<float>({1, 2, 3, 4}, {0.0f, 0.0f, 0.0f, 0.0f, -1.9375f, -1.5625f, -1.25f,  -1.5f,   0.0f, 0.0f, 0.0f, 0.0f,
                                 0.0f, 0.0f, 0.0f, 0.0f, -1.6875f, -2.25f,   -6.375f, -3.375f, 0.0f, 0.0f, 0.0f, 0.0f})
      .Run();
  OpTest("ConvTranspose", 11)
      .Attr("group", 2)
      .Attr("pads", std::vector<int64_t>{1, 1, 0, 0})
      .In<float>({1, 2, 3, 3}, {-1.0f, 1.5f, 1.25f, -0.25f, 1.5f, 1.5f, -1.5f, 1.75f, 0.0f, -0.25f, -0.5f, 1.25f, 1.25f,
                                1.5f, 2.0f, -0.5f, -0.5f, -1.0f})
      .In<float>({2, 1, 2, 2}, {1.75f, 1.5f, -0.25f, 0.5f, -1.25f, 0.75f, -1.0f, 2.0f})
      .Out<float>({1, 2, 3, 3}, {1.375f, 5.3125f, 2.875f, 0.3125f, 3.0f, 0.75f, -1.1875f, 0.875f, 0.0f, -0.9375f,
                                 -3.625f, 4.0f, 1.25f, 1.875f, 3.25f, -0.5f, 0.0f, -2.0f})
      .Run();
}

TEST(ConvTransposeTest, OutputShape) {
  OpTest("ConvTranspose", 11)
      .Attr("strides", std::vector<int64_t>{2, 2})
      .Attr("output_shape", std::vector<int64_t>{6, 6})
      .In<float>({1, 1, 3, 3}, {-1.5f, 0.5f, 0.0f, 1.25f, 0.0f, -1.5f, 0.75f, -0.75f, -0.5f})
      .In<float>({1, 1, 3, 3}, {0.0f, -2.0f, -0.25f, -0.25f, 0.75f, -0.75f, 2.0f, -1.75f, 0.5f})
      .Out<float>({1, 1, 6, 6}, {-1.125f,  1.0f,    0.375f, -0.375f,  0.0f,     0.0f,    0.125f,  -0.0625f, -0.875f,
                                 0.25f,    3.0f,    0.375f, 0.9375f,  -0.9375f, 0.0f,    0.375f,  -1.125f,  1.125f,
                                 -3.6875f, 0.4375f, 1.5f,   -2.8125f, 3.625f,   -0.625f, 0.5625f, -0.375f,  -0.5625f,
                                 0.6875f,  -0.375f, 0.375f, -1.3125f, -1.125f,  1.3125f, -1.375f, 0.875f,   -0.25f})
      .Run();
  OpTest("ConvTranspose", 11)
      .Attr("auto_pad", "SAME_UPPER")
      .Attr("strides", std::vector<int64_t>{2})
      .In<float>({1, 1, 3}, {1.5f, -1.25f, 0.25f})
      .In<float>({1, 1, 3}, {-0.5f, 0.25f, -1.5f})
      .Out<float>({1, 1, 6}, {-0.75f, 0.375f, -1.625f, -0.3125f, 1.75f, 0.0625f})
      .Run();
  OpTest("ConvTranspose", 11)
      .Attr("auto_pad", "SAME_LOWER")
      .Attr("strides", std::vector<int64_t>{2})
      .In<float>({1, 1, 3}, {-0.25f, 0.75f, -1.25f})
      .In<float>({1, 1, 3}, {1.5f, -2.0f, 1.75f})
      .Out<float>({1, 1, 6}, {0.5f, 0.6875f, -1.5f, -0.5625f, 2.5f, -2.1875f})
      .Run();
  OpTest("ConvTranspose", 11)
      .Attr("auto_pad", "VALID")
      .Attr("strides", std::vector<int64_t>{2})
      .In<float>({1, 1, 3}, {1.0f, 0.5f, -1.0f})
      .In<float>({1, 1, 3}, {1.75f, 1.75f, 0.75f})
      .Out<float>({1, 1, 7}, {1.75f, 1.75f, 1.625f, 0.875f, -1.375f, -1.75f, -0.75f})
      .Run();
}

TEST(ConvTransposeTest, EdgesAndRefusals) {
  OpTest("ConvTranspose", 11).In<float>({0, 1, 2}, {}).In<float>({1, 1, 2}, {1, 2}).Out<float>({0, 1, 3}, {}).Run();
  OpTest("ConvTranspose", 11)
      .In<double>({1, 1, 2}, {1, 3})
      .In<double>({1, 1, 2}, {1, 2})
      .Out<double>({1, 1, 3}, {1, 5, 6})
      .Run();
  OpTest("ConvTranspose", 11).In<float>({1, 2, 2}, {1, 2, 3, 4}).In<float>({1, 1, 2}, {1, 2}).Fails("do not suit");
  OpTest("ConvTranspose", 11)
      .Attr("pads", std::vector<int64_t>{9, 9})
      .In<float>({1, 1, 2}, {1, 2})
      .In<float>({1, 1, 2}, {1, 2})
      .Fails("pads leave");
  OpTest("ConvTranspose", 11)
      .Attr("output_padding", std::vector<int64_t>{-1})
      .In<float>({1, 1, 2}, {1, 2})
      .In<float>({1, 1, 2}, {1, 2})
      .Fails("output_padding holds -1");
}

}  // namespace
}  // namespace kante::core
