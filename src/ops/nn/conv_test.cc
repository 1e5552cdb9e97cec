// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/build.h"
#include "compute/conv.h"
#include "compute/element_io.h"
#include "ops/pack_later.h"
#include "ops/registry.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(ConvTest, TwoDimensions) {
  OpTest("Conv", 11)
      .Attr("pads", std::vector<int64_t>{1, 1, 1, 1})
      .In<float>({1, 2, 4, 4}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f,  0.0f,  1.5f,  0.5f,   0.0f,   -0.25f, -0.5f,
                                -1.0f, 2.0f,  -0.25f, 1.0f,   -2.0f, 0.75f, -0.5f, 1.0f,   -0.75f, 2.0f,   -2.0f,
                                -1.5f, 0.25f, 1.5f,   -0.5f,  -1.0f, 1.5f,  0.25f, -1.25f, -1.25f, 0.0f})
      .In<float>({3, 2, 3, 3}, {2.0f,   -1.75f, -2.0f,  2.0f,   1.0f,   -0.25f, 0.5f,  0.25f,  -1.25f, -2.0f,  -0.25f,
                                -2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,  -1.5f,
                                -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f,  0.25f, 0.25f,  1.0f,   -1.25f, 1.5f,
                                1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f,  0.75f,  0.0f,  0.75f,  1.75f,  1.25f,  -0.25f,
                                -1.25f, 1.0f,   1.0f,   1.75f,  0.0f,   -0.5f,  -0.5f, 1.0f,   -0.25f, 0.5f})
      .In<float>({3}, {1.75f, -0.75f, -1.0f})
      .Out<float>({1, 3, 4, 4},
                  {2.5625f,  4.0625f, 3.75f,    1.25f,    2.1875f, 12.4375f, 11.375f,  0.6875f,  3.3125f,  4.8125f,
                   6.75f,    5.5f,    6.8125f,  9.3125f,  6.1875f, 5.375f,   3.625f,   5.3125f,  -3.1875f, 5.1875f,
                   -6.625f,  0.0625f, -6.5f,    -4.25f,   1.0625f, 1.9375f,  -4.8125f, -9.8125f, -5.4375f, -1.9375f,
                   -2.5f,    0.25f,   -3.4375f, -2.4375f, -5.0f,   -0.625f,  -2.8125f, 10.75f,   1.4375f,  -4.5f,
                   -5.8125f, 1.4375f, -6.5625f, -0.75f,   1.0f,    0.9375f,  -2.75f,   -2.0f})
      .Run();
  OpTest("Conv", 11)
      .Attr("strides", std::vector<int64_t>{2, 1})
      .Attr("pads", std::vector<int64_t>{0, 1, 1, 0})
      .In<float>({1, 2, 4, 4}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f,  0.0f,  1.5f,  0.5f,   0.0f,   -0.25f, -0.5f,
                                -1.0f, 2.0f,  -0.25f, 1.0f,   -2.0f, 0.75f, -0.5f, 1.0f,   -0.75f, 2.0f,   -2.0f,
                                -1.5f, 0.25f, 1.5f,   -0.5f,  -1.0f, 1.5f,  0.25f, -1.25f, -1.25f, 0.0f})
      .In<float>({3, 2, 3, 3}, {2.0f,   -1.75f, -2.0f,  2.0f,   1.0f,   -0.25f, 0.5f,  0.25f,  -1.25f, -2.0f,  -0.25f,
                                -2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,  -1.5f,
                                -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f,  0.25f, 0.25f,  1.0f,   -1.25f, 1.5f,
                                1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f,  0.75f,  0.0f,  0.75f,  1.75f,  1.25f,  -0.25f,
                                -1.25f, 1.0f,   1.0f,   1.75f,  0.0f,   -0.5f,  -0.5f, 1.0f,   -0.25f, 0.5f})
      .Out<float>({1, 3, 2, 3}, {0.4375f, 10.6875f, 9.625f, 5.0625f, 7.5625f, 4.4375f, -5.875f, 0.8125f, -5.75f,
                                 -4.6875f, -1.1875f, -1.75f, -1.8125f, 11.75f, 2.4375f, 2.0f, 1.9375f, -1.75f})
      .Run();
  OpTest("Conv", 1)
      .Attr("dilations", std::vector<int64_t>{1, 2})
      .Attr("pads", std::vector<int64_t>{1, 2, 1, 2})
      .Attr("kernel_shape", std::vector<int64_t>{3, 3})
      .In<float>({1, 2, 4, 4}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f,  0.0f,  1.5f,  0.5f,   0.0f,   -0.25f, -0.5f,
                                -1.0f, 2.0f,  -0.25f, 1.0f,   -2.0f, 0.75f, -0.5f, 1.0f,   -0.75f, 2.0f,   -2.0f,
                                -1.5f, 0.25f, 1.5f,   -0.5f,  -1.0f, 1.5f,  0.25f, -1.25f, -1.25f, 0.0f})
      .In<float>({3, 2, 3, 3}, {2.0f,   -1.75f, -2.0f,  2.0f,   1.0f,   -0.25f, 0.5f,  0.25f,  -1.25f, -2.0f,  -0.25f,
                                -2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,  -1.5f,
                                -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f,  0.25f, 0.25f,  1.0f,   -1.25f, 1.5f,
                                1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f,  0.75f,  0.0f,  0.75f,  1.75f,  1.25f,  -0.25f,
                                -1.25f, 1.0f,   1.0f,   1.75f,  0.0f,   -0.5f,  -0.5f, 1.0f,   -0.25f, 0.5f})
      .Out<float>({1, 3, 4, 4},
                  {-4.125f,  3.625f,  1.5f,     1.375f,   -2.5f,   6.375f,   8.0625f, -0.5625f, -3.0625f, 1.625f,
                   -0.875f,  1.125f,  6.25f,    1.375f,   4.4375f, 0.625f,   7.3125f, -2.75f,   4.4375f,  0.6875f,
                   -3.3125f, -0.625f, -2.0625f, -2.125f,  2.625f,  -2.5625f, 4.4375f, -8.875f,  -3.9375f, 0.5625f,
                   -1.1875f, 2.8125f, -5.25f,   -0.5625f, 2.4375f, -2.0f,    3.0625f, 2.9375f,  10.25f,   -3.6875f,
                   -4.5625f, -0.75f,  4.9375f,  -4.8125f, 3.125f,  -1.4375f, 2.375f,  0.0f})
      .Run();
}

TEST(ConvTest, OtherRanks) {
  OpTest("Conv", 11)
      .Attr("strides", std::vector<int64_t>{2})
      .In<float>({2, 3, 6}, {-2.0f,  -0.25f, 1.0f,  2.0f, -2.0f, 1.0f,  0.25f, 1.5f,   -1.5f,  2.0f,   0.75f, -0.75f,
                             2.0f,   0.25f,  0.75f, 0.5f, -2.0f, 0.0f,  -1.0f, -0.75f, 0.75f,  1.5f,   0.5f,  2.0f,
                             -0.25f, 1.75f,  2.0f,  1.5f, 1.75f, 1.25f, 0.25f, 1.25f,  -1.25f, -0.25f, 0.5f,  -2.0f})
      .In<float>({2, 3, 2}, {-1.75f, 0.75f, -1.0f, -0.5f, 1.5f, 1.0f, 0.75f, 1.0f, 2.0f, -2.0f, 0.75f, -1.75f})
      .In<float>({2}, {0.0f, -1.75f})
      .Out<float>({2, 2, 3}, {5.5625f, 1.875f, 0.875f, -4.9375f, -6.3125f, -0.75f, 2.1875f, -5.0625f, -3.0f, -9.25f,
                              0.8125f, 5.5f})
      .Run();
  OpTest("Conv", 11)
      .Attr("pads", std::vector<int64_t>{0, 1, 0, 1, 0, 0})
      .In<float>({1, 1, 2, 3, 3}, {1.75f, -1.5f, 1.0f, -1.0f, 1.0f, 0.75f, -0.75f, -0.25f, -0.75f, -0.75f, -0.5f, 2.0f,
                                   0.5f, 1.5f, -1.0f, 1.5f, -0.5f, 1.25f})
      .In<float>({2, 1, 2, 2, 2}, {-1.5f, 1.0f, 2.0f, 1.5f, -0.75f, 0.0f, 0.25f, 1.0f, -0.25f, 1.5f, -0.5f, -1.5f,
                                   -0.75f, 1.5f, 0.25f, -1.25f})
      .Out<float>({1, 2, 2, 3, 2}, {0.5625f, 0.375f,   -2.4375f, 6.125f,  0.125f,   -2.375f, -2.25f,  2.0f,
                                    3.875f,  4.25f,    3.0f,     -2.375f, 1.8125f,  -3.375f, -5.625f, 5.25f,
                                    5.375f,  -2.1875f, 1.125f,   -2.75f,  -3.0625f, 3.875f,  2.125f,  -3.5f})
      .Run();
}

TEST(ConvTest, Groups) {
  OpTest("Conv", 11)
      .Attr("group", 2)
      .In<float>({1, 4, 3, 3},
                 {1.75f, -2.0f, -1.25f, -0.5f,  -2.0f,  -1.75f, -1.5f,  0.75f,  1.75f,  0.75f,  -1.0f,  0.0f,
                  1.25f, 0.75f, -0.25f, -0.25f, -0.25f, 1.25f,  -1.25f, -1.75f, 0.0f,   1.75f,  0.5f,   -0.25f,
                  -2.0f, 0.0f,  1.25f,  1.0f,   -1.5f,  -1.25f, -2.0f,  0.75f,  -1.75f, -0.75f, -0.75f, 2.0f})
      .In<float>({4, 2, 2, 2}, {0.25f, 0.75f,  -1.5f, 1.75f,  0.0f,   2.0f,  0.5f,  -2.0f, 1.25f, -1.5f, -1.25f,
                                0.25f, 1.75f,  1.25f, -0.5f,  0.25f,  0.25f, 0.25f, -1.0f, 0.0f,  1.0f,  -1.5f,
                                -1.0f, -0.75f, 1.75f, -1.25f, -0.75f, 1.5f,  1.5f,  -1.0f, 1.0f,  -0.75f})
      .Out<float>({1, 4, 2, 2}, {-6.6875f, -0.625f, 3.8125f, -3.0f, 4.9375f, -0.75f, 7.625f, 1.0625f, 2.1875f, 0.0f,
                                 0.75f, 2.6875f, -0.125f, -2.75f, 0.0f, 3.6875f})
      .Run();
  OpTest("Conv", 11)
      .Attr("group", 3)
      .Attr("pads", std::vector<int64_t>{1, 1, 1, 1})
      .In<float>({1, 3, 4, 4},
                 {1.5f,   -0.75f, 0.75f, -1.5f, 2.0f,   0.25f, -1.5f, 0.5f,   -1.0f, -1.25f, -1.0f,  0.0f,
                  -0.25f, 0.5f,   2.0f,  -1.5f, -0.25f, 0.5f,  0.0f,  -1.0f,  -2.0f, 2.0f,   2.0f,   0.5f,
                  -2.0f,  -1.5f,  1.75f, 0.5f,  -2.0f,  -2.0f, -1.5f, -1.25f, 0.25f, -1.25f, -0.5f,  1.25f,
                  0.75f,  0.75f,  -1.0f, -1.5f, -0.25f, 0.25f, 0.5f,  0.0f,   -0.5f, 2.0f,   -0.25f, -1.0f})
      .In<float>({3, 1, 3, 3},
                 {1.5f,  -1.25f, 2.0f,   1.5f,  1.0f,  -1.0f, 2.0f, 0.0f,  -2.0f,  -0.25f, 0.75f, -0.75f, 1.0f, -1.75f,
                  -0.5f, 0.75f,  -0.75f, -1.0f, -2.0f, -1.5f, 0.5f, 1.25f, -1.25f, -1.75f, -0.5f, -0.25f, 2.0f})
      .In<float>({3}, {2.0f, -1.0f, -2.0f})
      .Out<float>({1, 3, 4, 4},
                  {3.75f,   9.75f,    2.625f,   -1.375f,  2.875f,  11.4375f, -7.1875f, 1.25f,    -0.75f,  -4.5625f,
                   6.375f,  1.625f,   0.0f,     -1.8125f, 5.625f,  2.0f,     -1.3125f, -7.125f,  -0.5f,   1.875f,
                   3.9375f, -9.1875f, -5.0625f, 0.3125f,  3.75f,   0.75f,    -4.3125f, -0.4375f, 3.125f,  -0.6875f,
                   1.5625f, -0.375f,  1.1875f,  -1.8125f, -8.25f,  -3.3125f, -4.6875f, 1.9375f,  6.4375f, -2.5f,
                   1.25f,   -7.375f,  -6.0f,    3.25f,    -4.375f, -4.3125f, 1.3125f,  -2.0625f})
      .Run();
  OpTest("Conv", 11)
      .Attr("group", 2)
      .Attr("strides", std::vector<int64_t>{2, 2})
      .Attr("pads", std::vector<int64_t>{1, 0, 0, 1})
      .In<float>({1, 2, 3, 3}, {0.25f, -0.5f, -1.5f, 1.5f, 1.5f, -1.5f, 0.0f, 1.25f, 0.25f, -0.25f, 1.75f, 1.25f,
                                -1.75f, -2.0f, -1.75f, -0.25f, -1.0f, 0.5f})
      .In<float>({4, 1, 2, 2}, {1.75f, 0.75f, -1.75f, 0.0f, 1.5f, -1.25f, 1.5f, 1.5f, 0.5f, 1.0f, 1.5f, 1.25f, -0.5f,
                                -1.5f, 0.75f, -0.75f})
      .Out<float>({1, 4, 2, 2}, {-0.4375f, 2.625f, 3.75f, -3.0625f, -0.375f, -2.25f, 2.25f, -1.875f, 1.8125f, 1.875f,
                                 -4.5f, -0.125f, -1.5f, 0.9375f, 4.4375f, 1.25f})
      .Run();
}

TEST(ConvTest, AutoPad) {
  OpTest("Conv", 11)
      .Attr("auto_pad", "SAME_UPPER")
      .Attr("strides", std::vector<int64_t>{2, 1})
      .In<float>({1, 1, 4, 5}, {-1.0f, 0.75f, -0.75f, -1.25f, 1.25f, -0.75f, -0.25f, -2.0f, 0.5f,   1.0f,
                                1.75f, -1.0f, 1.0f,   1.25f,  -2.0f, -2.0f,  0.75f,  0.75f, -1.75f, -2.0f})
      .In<float>({1, 1, 2, 3}, {-0.25f, -0.5f, 2.0f, -1.25f, -0.5f, -1.0f})
      .Out<float>({1, 1, 2, 5},
                  {2.625f, 1.4375f, -1.5f, 4.5625f, -1.4375f, -2.625f, 3.4375f, 2.6875f, -2.9375f, 3.875f})
      .Run();
  OpTest("Conv", 11)
      .Attr("auto_pad", "SAME_LOWER")
      .Attr("strides", std::vector<int64_t>{2, 1})
      .In<float>({1, 1, 4, 5}, {0.0f, 1.5f,  0.25f, -1.5f, 1.0f,  0.5f,   -1.75f, -0.75f, 1.0f,  1.25f,
                                1.5f, -1.5f, 0.0f,  1.25f, 1.75f, -0.75f, 0.0f,   -1.75f, 1.25f, -2.0f})
      .In<float>({1, 1, 2, 3}, {-0.25f, -1.0f, 1.0f, -1.0f, -2.0f, -0.75f})
      .Out<float>({1, 1, 2, 5}, {1.8125f, 2.3125f, 0.375f, 0.25f, -4.125f, -1.5f, 3.1875f, 4.1875f, 1.25f, 0.6875f})
      .Run();
  OpTest("Conv", 11)
      .Attr("auto_pad", "VALID")
      .Attr("strides", std::vector<int64_t>{2, 1})
      .In<float>({1, 1, 4, 5}, {-1.5f,  1.75f, 0.25f, 0.75f, 0.5f,   0.0f,  0.75f, -0.25f, -1.25f, 1.75f,
                                -0.25f, 2.0f,  2.0f,  -0.5f, -0.25f, 1.25f, 2.0f,  -1.5f,  -0.25f, -1.0f})
      .In<float>({1, 1, 2, 3}, {-1.5f, -0.75f, 1.25f, -2.0f, -1.25f, 0.75f})
      .Out<float>({1, 1, 2, 3}, {0.125f, -4.0f, 3.0625f, -4.75f, -7.4375f, -0.375f})
      .Run();
}

TEST(ConvTest, OnePixel) {
  OpTest("Conv", 11)
      .In<float>({2, 3, 2, 2},
                 {1.75f, 1.75f,  -1.0f,  1.5f,  1.0f, 0.5f,  -2.0f,  1.25f,  -1.25f, -0.75f, -2.0f,  1.25f,
                  0.5f,  -0.25f, -0.25f, -1.5f, 1.0f, -1.5f, -0.25f, -0.75f, -0.25f, 0.25f,  -1.25f, -2.0f})
      .In<float>({2, 3, 2, 2},
                 {0.25f, -0.75f, -1.25f, 1.75f, 0.0f,  -1.0f,  0.0f,  -1.75f, -1.5f,  1.5f,  0.75f, 1.25f,
                  0.0f,  0.75f,  -2.0f,  0.5f,  0.25f, -1.75f, 0.75f, -1.0f,  -1.75f, 0.25f, 1.5f,  -1.5f})
      .In<float>({2}, {0.25f, 0.75f})
      .Out<float>({2, 2, 1, 1}, {1.375f, -1.4375f, -1.625f, 5.375f})
      .Run();
  OpTest("Conv", 11)
      .Attr("pads", std::vector<int64_t>{1, 1, 1, 1})
      .In<float>({1, 3, 1, 1}, {-1.75f, -1.5f, -0.75f})
      .In<float>({2, 3, 3, 3}, {1.75f,  -0.5f, 1.5f,   2.0f,   2.0f,  -0.75f, -0.25f, -1.5f,  -1.0f,  1.5f,  -1.75f,
                                -0.25f, -2.0f, 0.5f,   2.0f,   0.25f, -2.0f,  0.75f,  1.0f,   -2.0f,  1.0f,  1.25f,
                                2.0f,   1.5f,  1.75f,  0.5f,   0.5f,  1.75f,  1.0f,   0.75f,  -2.0f,  -2.0f, -0.25f,
                                2.0f,   1.5f,  -0.75f, -0.25f, 1.5f,  2.0f,   -1.5f,  -1.75f, 1.5f,   -1.5f, 1.75f,
                                0.25f,  2.0f,  -1.0f,  1.25f,  1.0f,  -1.0f,  2.0f,   -0.75f, -0.25f, 1.25f})
      .Out<float>({1, 2, 1, 1}, {-5.75f, 6.875f})
      .Run();
  OpTest("Conv", 11)
      .In<float>({1, 4, 1, 1}, {-1.75f, -2.0f, 1.75f, 1.25f})
      .In<float>({5, 4, 1, 1}, {0.75f, -0.25f, 0.75f, -1.75f, -0.75f, -2.0f,  -0.5f, 2.0f,  -1.75f, 1.0f,
                                0.5f,  0.5f,   2.0f,  0.0f,   -1.5f,  -0.25f, 1.75f, 1.25f, -0.5f,  0.0f})
      .Out<float>({1, 5, 1, 1}, {-1.6875f, 6.9375f, 2.5625f, -6.4375f, -6.4375f})
      .Run();
}

TEST(ConvTest, OtherFloats) {
  // 2 * 3 + 0.5 in each of the short floats.
  OpTest("Conv", 11)
      .In<Float16>({1, 1, 1}, {{0x4000}})
      .In<Float16>({1, 1, 1}, {{0x4200}})
      .In<Float16>({1}, {{0x3800}})
      .Out<Float16>({1, 1, 1}, {{0x4680}})
      .Run();
  OpTest("Conv", 22)
      .In<Bfloat16>({1, 1, 1}, {{0x4000}})
      .In<Bfloat16>({1, 1, 1}, {{0x4040}})
      .In<Bfloat16>({1}, {{0x3f00}})
      .Out<Bfloat16>({1, 1, 1}, {{0x40d0}})
      .Run();
  OpTest("Conv", 11)
      .In<double>({1, 1, 3}, {1, 2, 4})
      .In<double>({1, 1, 2}, {1, 0.5})
      .Out<double>({1, 1, 2}, {2, 4})
      .Run();
}

TEST(ConvTest, Empty) {
  // No image at all, and no channel to read.
  OpTest("Conv", 11)
      .In<float>({0, 1, 3, 3}, {})
      .In<float>({2, 1, 2, 2}, std::vector<float>(8))
      .Out<float>({0, 2, 2, 2}, {})
      .Run();
  OpTest("Conv", 11)
      .In<float>({1, 0, 2, 2}, {})
      .In<float>({2, 0, 1, 1}, {})
      .In<float>({2}, {1.0f, -2.0f})
      .Out<float>({1, 2, 2, 2}, {1.0f, 1.0f, 1.0f, 1.0f, -2.0f, -2.0f, -2.0f, -2.0f})
      .Run();
}

TEST(ConvTest, Refuses) {
  const std::vector<float> nine(9), four(4);
  OpTest("Conv", 11).In<float>({1, 1, 3, 3}, nine).In<float>({1, 1, 4, 1}, four).Fails("does not fit");
  OpTest("Conv", 11).In<float>({1, 1, 3, 3}, nine).In<float>({1, 4, 1, 1}, four).Fails("do not suit 1 channels");
  OpTest("Conv", 11).In<float>({9}, nine).In<float>({1, 1, 2, 2}, four).Fails("at least 3 dimensions");
  OpTest("Conv", 11).Attr("group", 0).In<float>({1, 1, 3, 3}, nine).In<float>({1, 1, 2, 2}, four).Fails("group 0");
  OpTest("Conv", 11)
      .Attr("strides", std::vector<int64_t>{0, 1})
      .In<float>({1, 1, 3, 3}, nine)
      .In<float>({1, 1, 2, 2}, four)
      .Fails("strides holds 0");
  OpTest("Conv", 11)
      .Attr("dilations", std::vector<int64_t>{int64_t{1} << 40, 1})
      .In<float>({1, 1, 3, 3}, nine)
      .In<float>({1, 1, 2, 2}, four)
      .Fails("dilations holds");
  OpTest("Conv", 11)
      .Attr("auto_pad", "SAME")
      .In<float>({1, 1, 3, 3}, nine)
      .In<float>({1, 1, 2, 2}, four)
      .Fails("auto_pad");
  OpTest("Conv", 11)
      .In<float>({1, 1, 3, 3}, nine)
      .In<float>({1, 1, 2, 2}, four)
      .In<float>({4}, four)
      .Fails("does not suit 1 output channels");
}

// A 3x3 convolution that Winograd takes when its weights are constants. Halves of small integers are exact in every
// float type, and so is the sum.
struct Winograd {
  Shape x{2, 32, 15, 18}, w{48, 16, 3, 3}, y{2, 48, 15, 18};
  std::vector<float> x_values, w_values, bias, residual, sum;

  Winograd() {
    const auto fill = [](std::vector<float>& v, int64_t n, int step) {
      for (int64_t i = 0; i < n; ++i) v.push_back(0.5f * static_cast<float>((i * step + i / 7) % 9 - 4));
    };
    fill(x_values, x.elements(), 5);
    fill(w_values, w.elements(), 7);
    fill(bias, 48, 2);
    fill(residual, y.elements(), 4);
    for (int64_t i = 0; i < y.elements(); ++i) {
      const int64_t n = i / (48 * 270), m = i / 270 % 48, row = i / 18 % 15, col = i % 18;
      float total = bias[static_cast<size_t>(m)];
      for (int64_t c = 0; c < 16; ++c) {
        for (int64_t tap = 0; tap < 9; ++tap) {
          const int64_t r = row + tap / 3 - 1, q = col + tap % 3 - 1;
          if (r < 0 || r >= 15 || q < 0 || q >= 18) continue;
          total += x_values[static_cast<size_t>(((n * 32 + m / 24 * 16 + c) * 15 + r) * 18 + q)] *
                   w_values[static_cast<size_t>((m * 16 + c) * 9 + tap)];
        }
      }
      sum.push_back(total);
    }
  }
};

Tensor FloatsAs(ElementType type, const Shape& shape, const std::vector<float>& values) {
  Tensor t = std::move(Tensor::Allocate(type, shape)).value();
  GetStoreRow<float>(type)(t.raw(), values.data(), shape.elements());
  return t;
}

TEST(ConvTest, Winograd) {
  const Winograd p;
  ConvShape s;
  s.rank = 2;
  s.batch = s.groups = 2;
  s.in_channels = 32;
  s.out_channels = 48;
  s.in = s.out = {15, 18};
  s.kernel = {3, 3};
  s.stride = s.dilation = s.pad_begin = s.pad_end = {1, 1};
  ASSERT_EQ(ConvAlgorithm::kWinograd, PlanConv(s, true).algorithm);
  const std::vector<int64_t> pads{1, 1, 1, 1};
  OpTest("Conv", 11)
      .Attr("group", 2)
      .Attr("pads", pads)
      .In<float>(p.x, p.x_values)
      .In<float>(p.w, p.w_values)
      .In<float>({48}, p.bias)
      .Out<float>(p.y, p.sum)
      .Tolerance(1e-5, 1e-4)
      .Run();
  for (ElementType type : {ElementType::kFloat16, ElementType::kBfloat16}) {
    OpTest("Conv", 22)
        .Attr("group", 2)
        .Attr("auto_pad", "SAME_UPPER")
        .In(FloatsAs(type, p.x, p.x_values))
        .In(FloatsAs(type, p.w, p.w_values))
        .In(FloatsAs(type, {48}, p.bias))
        .Out(FloatsAs(type, p.y, p.sum))
        .Tolerance(type == ElementType::kFloat16 ? 1e-3 : 8e-3, 1e-4)
        .Run();
  }
  std::vector<float> fused = p.sum;
  for (size_t i = 0; i < fused.size(); ++i) fused[i] = std::max(0.0f, fused[i] + p.residual[i]);
  OpTest("FusedConv", 1, "kante")
      .Attr("group", 2)
      .Attr("pads", pads)
      .Attr("activation", "Relu")
      .In<float>(p.x, p.x_values)
      .In<float>(p.w, p.w_values)
      .In<float>({48}, p.bias)
      .In<float>(p.y, p.residual)
      .Out<float>(p.y, fused)
      .Tolerance(1e-5, 1e-4)
      .Run();
}

// Winograd's weights of a first run are never packed: to touch that much new memory takes longer than all else.
TEST(ConvTest, WinogradsWeightsMayWait) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  Node node;
  node.op_type = "Conv";
  node.inputs = {0, 1};
  node.outputs = {2};
  node.SetAttribute({"pads", std::vector<int64_t>{1, 1, 1, 1}});
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  int packed = 0;
  for (const int64_t side : {7, 14, 28, 112}) {
    const int64_t channels = 3584 / side;
    std::vector<InputFacts> in(2);
    std::vector<OutputFacts> out(1);
    in[0].shape = out[0].shape = Shape{1, channels, side, side};
    in[1].shape = Shape{channels, channels, 3, 3};
    for (InputFacts& facts : in) {
      facts.present = facts.shape_known = true;
      facts.type = ElementType::kFloat32;
    }
    ChooseContext choose(in, out, /*constant_inputs=*/2);
    ASSERT_TRUE(op->def->choose(op->attributes.get(), choose).ok());
    ConvShape s;
    s.rank = 2;
    s.in_channels = s.out_channels = channels;
    for (size_t d = 0; d < 2; ++d) {
      s.in[d] = s.out[d] = side;
      s.kernel[d] = 3;
      s.stride[d] = s.dilation[d] = s.pad_begin[d] = s.pad_end[d] = 1;
    }
    const bool winograd = ReplanConv(s, choose.choice.algorithm, true).algorithm == ConvAlgorithm::kWinograd;
    if (!winograd || choose.choice.packs[0].input < 0) continue;
    EXPECT_TRUE(choose.choice.packs[0].format & kPackLater) << side;
    ++packed;
  }
  EXPECT_TRUE(packed > 0 || kForSize);
}

TEST(FusedConvTest, ResidualAndActivation) {
  OpTest("FusedConv", 1, "kante")
      .Attr("activation", "Relu")
      .In<float>({1, 4, 5}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .In<float>({4, 4, 2}, {-1.0f,  1.0f,  0.25f, 0.75f, -0.5f, -1.75f, 0.75f,  1.0f,   1.0f,  1.25f, -1.0f,
                             -0.25f, 0.25f, -0.5f, 1.75f, 0.75f, 2.0f,   -0.75f, -1.25f, 1.25f, -2.0f, -1.75f,
                             1.25f,  0.0f,  1.5f,  1.25f, 0.25f, 0.5f,   -2.0f,  -1.5f,  2.0f,  -0.5f})
      .In<float>({4}, {1.0f, 0.5f, -0.25f, 1.75f})
      .In<float>({1, 4, 4}, {0.25f, 0.25f, 1.25f, 0.75f, -1.75f, 1.5f, 2.0f, 2.0f, 1.5f, -1.75f, -2.0f, 1.25f, 0.5f,
                             0.0f, -1.75f, -1.0f})
      .Out<float>({1, 4, 4}, {0.6875f, 0.6875f, 0.625f, 2.5625f, 0.0f, 1.9375f, 1.4375f, 0.1875f, 2.625f, 0.0f, 0.0f,
                              0.0f, 3.5625f, 0.0f, 0.0f, 0.0f})
      .Run();
  OpTest("FusedConv", 1, "kante")
      .Attr("activation", "Clip")
      .Attr("activation_params", std::vector<float>{-1.5f, 2.0f})
      .In<float>({1, 4, 5}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .In<float>({4, 4, 2}, {-1.0f,  1.0f,  0.25f, 0.75f, -0.5f, -1.75f, 0.75f,  1.0f,   1.0f,  1.25f, -1.0f,
                             -0.25f, 0.25f, -0.5f, 1.75f, 0.75f, 2.0f,   -0.75f, -1.25f, 1.25f, -2.0f, -1.75f,
                             1.25f,  0.0f,  1.5f,  1.25f, 0.25f, 0.5f,   -2.0f,  -1.5f,  2.0f,  -0.5f})
      .NoInput()
      .In<float>({1, 4, 4}, {0.25f, 0.25f, 1.25f, 0.75f, -1.75f, 1.5f, 2.0f, 2.0f, 1.5f, -1.75f, -2.0f, 1.25f, 0.5f,
                             0.0f, -1.75f, -1.0f})
      .Out<float>({1, 4, 4}, {-0.3125f, -0.3125f, -0.375f, 1.5625f, -0.625f, 1.4375f, 0.9375f, -0.3125f, 2.0f, -1.3125f,
                              -1.5f, -1.5f, 1.8125f, -1.5f, -1.5f, -1.5f})
      .Run();
  OpTest("FusedConv", 1, "kante")
      .Attr("activation", "LeakyRelu")
      .Attr("activation_params", std::vector<float>{0.5f})
      .In<float>({1, 4, 5}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .In<float>({4, 4, 2}, {-1.0f,  1.0f,  0.25f, 0.75f, -0.5f, -1.75f, 0.75f,  1.0f,   1.0f,  1.25f, -1.0f,
                             -0.25f, 0.25f, -0.5f, 1.75f, 0.75f, 2.0f,   -0.75f, -1.25f, 1.25f, -2.0f, -1.75f,
                             1.25f,  0.0f,  1.5f,  1.25f, 0.25f, 0.5f,   -2.0f,  -1.5f,  2.0f,  -0.5f})
      .Out<float>({1, 4, 4}, {-0.28125f, -0.28125f, -0.8125f, 0.8125f, 1.125f, -0.03125f, -0.53125f, -1.15625f, 1.375f,
                              0.4375f, 0.25f, -4.34375f, 1.3125f, -1.8125f, -1.125f, -3.375f})
      .Run();
  OpTest("FusedConv", 1, "kante")
      .In<float>({1, 4, 5}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .In<float>({4, 4, 2}, {-1.0f,  1.0f,  0.25f, 0.75f, -0.5f, -1.75f, 0.75f,  1.0f,   1.0f,  1.25f, -1.0f,
                             -0.25f, 0.25f, -0.5f, 1.75f, 0.75f, 2.0f,   -0.75f, -1.25f, 1.25f, -2.0f, -1.75f,
                             1.25f,  0.0f,  1.5f,  1.25f, 0.25f, 0.5f,   -2.0f,  -1.5f,  2.0f,  -0.5f})
      .In<float>({4}, {1.0f, 0.5f, -0.25f, 1.75f})
      .Out<float>({1, 4, 4}, {0.4375f, 0.4375f, -0.625f, 1.8125f, 1.625f, 0.4375f, -0.5625f, -1.8125f, 1.125f, 0.1875f,
                              0.0f, -8.9375f, 3.0625f, -1.875f, -0.5f, -5.0f})
      .Run();
  OpTest("FusedConv", 1, "kante")
      .Attr("activation", "Foo")
      .In<float>({1, 1, 1}, {1})
      .In<float>({1, 1, 1}, {1})
      .Fails("'Foo'");
  OpTest("FusedConv", 1, "kante")
      .In<float>({1, 1, 1}, {1})
      .In<float>({1, 1, 1}, {1})
      .NoInput()
      .In<float>({1, 1, 2}, {1, 1})
      .Fails("residual");
}

}  // namespace
}  // namespace kante::core
