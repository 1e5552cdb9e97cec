// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(MaxPoolTest, Windows) {
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2, 3})
      .Attr("strides", std::vector<int64_t>{2, 1})
      .Attr("pads", std::vector<int64_t>{1, 0, 0, 1})
      .In<float>({1, 2, 4, 5}, {0.25f,  -1.25f, 2.0f,   -2.0f, 1.0f,   1.5f,   0.75f,  -1.25f, 2.0f,   1.25f,
                                -1.5f,  0.5f,   -0.25f, -0.5f, 1.75f,  -1.25f, 1.25f,  0.25f,  1.5f,   1.25f,
                                0.25f,  0.0f,   0.0f,   -0.5f, -0.25f, 0.0f,   2.0f,   -2.0f,  -1.25f, -0.75f,
                                -1.75f, 0.0f,   1.25f,  1.75f, 1.5f,   2.0f,   -0.25f, 0.75f,  2.0f,   -0.5f})
      .Out<float>({1, 2, 2, 4},
                  {2.0f, 2.0f, 2.0f, 1.0f, 1.5f, 2.0f, 2.0f, 2.0f, 0.25f, 0.0f, 0.0f, -0.25f, 2.0f, 2.0f, 1.75f, 1.75f})
      .Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .Attr("strides", std::vector<int64_t>{2})
      .Attr("ceil_mode", 1)
      .In<float>({1, 1, 5}, {-1.75f, 1.0f, 0.0f, 0.75f, -1.75f})
      .Out<float>({1, 1, 3}, {1.0f, 0.75f, -1.75f})
      .Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("dilations", std::vector<int64_t>{2, 2})
      .In<float>({1, 1, 5, 5},
                 {0.25f, -1.75f, -1.75f, 1.0f,   -0.5f, 1.75f,  -1.25f, 0.5f, 1.25f,  2.0f, -0.5f,  -2.0f, -0.5f,
                  2.0f,  1.25f,  1.5f,   -1.75f, -1.5f, -1.75f, -2.0f,  0.5f, -0.75f, 0.0f, -1.75f, 1.25f})
      .Out<float>({1, 1, 3, 3}, {0.25f, 2.0f, 1.25f, 1.75f, 1.25f, 2.0f, 0.5f, 2.0f, 1.25f})
      .Run();
  OpTest("MaxPool", 1)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("auto_pad", "SAME_UPPER")
      .In<float>({1, 1, 3, 3}, {1.75f, 1.75f, 0.25f, -1.75f, -1.5f, -0.5f, -2.0f, -2.0f, 0.0f})
      .Out<float>({1, 1, 3, 3}, {1.75f, 1.75f, 0.25f, -1.5f, 0.0f, 0.0f, -2.0f, 0.0f, 0.0f})
      .Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2, 2})
      .In<float>({1, 1, 3, 3, 3}, {-0.5f,  2.0f,   -2.0f, -1.75f, -0.25f, -1.0f, -0.75f, 1.75f,  -0.75f,
                                   -1.75f, -0.75f, -2.0f, -0.25f, 2.0f,   2.0f,  1.0f,   -1.25f, -1.0f,
                                   -0.5f,  -0.75f, 1.5f,  -0.5f,  -0.25f, -0.5f, 1.75f,  -0.75f, -1.75f})
      .Out<float>({1, 1, 2, 2, 2}, {2.0f, 2.0f, 2.0f, 2.0f, 2.0f, 2.0f, 2.0f, 2.0f})
      .Run();
}

TEST(MaxPoolTest, Indices) {
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("strides", std::vector<int64_t>{1, 2})
      .In<float>({2, 1, 3, 4}, {1.5f, 0.75f, 2.0f,   1.75f, 1.25f, 0.75f, 1.75f, 1.75f,  -1.75f, -0.25f, -1.75f, 1.75f,
                                1.5f, 1.5f,  -1.25f, 2.0f,  0.0f,  1.0f,  2.0f,  -0.25f, 2.0f,   -0.75f, -0.25f, 2.0f})
      .Out<float>({2, 1, 2, 2}, {1.5f, 2.0f, 1.25f, 1.75f, 1.5f, 2.0f, 2.0f, 2.0f})
      .Out<int64_t>({2, 1, 2, 2}, {0, 2, 4, 6, 12, 15, 20, 18})
      .Run();
  OpTest("MaxPool", 8)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("storage_order", 1)
      .In<float>({1, 2, 3, 2}, {2.0f, 1.25f, 0.75f, 0.25f, 1.0f, 0.25f, -1.5f, -1.75f, -1.0f, -1.5f, -0.75f, -1.5f})
      .Out<float>({1, 2, 2, 1}, {2.0f, 1.0f, -1.0f, -0.75f})
      .Out<int64_t>({1, 2, 2, 1}, {0, 2, 7, 8})
      .Run();
}

TEST(MaxPoolTest, OtherTypes) {
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .In<int8_t>({1, 1, 4}, {8, -1, -7, 8})
      .Out<int8_t>({1, 1, 3}, {8, -1, 8})
      .Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{3})
      .Attr("pads", std::vector<int64_t>{1, 1})
      .In<uint8_t>({1, 1, 4}, {6, 4, 7, 7})
      .Out<uint8_t>({1, 1, 4}, {6, 7, 7, 7})
      .Out<int64_t>({1, 1, 4}, {0, 2, 2, 2})
      .Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .In<double>({1, 1, 4}, {-1.5, 0.25, -0.75, 0.75})
      .Out<double>({1, 1, 3}, {0.25, 0.25, 0.75})
      .Run();
}

TEST(AveragePoolTest, Windows) {
  OpTest("AveragePool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("pads", std::vector<int64_t>{1, 1, 0, 0})
      .In<float>({1, 2, 3, 4},
                 {1.75f, 0.0f,  -1.5f, -1.25f, 0.25f,  -1.25f, 0.0f, -0.5f,  -0.75f, -2.0f,  0.75f, 1.25f,
                  0.5f,  -1.0f, 2.0f,  -1.5f,  -0.75f, 1.75f,  2.0f, -1.75f, 1.5f,   -0.75f, 0.25f, -2.0f})
      .Out<float>({1, 2, 3, 4}, {1.75f,   0.875f,   -0.75f,  -1.375f, 1.0f,   0.1875f, -0.6875f, -0.8125f,
                                 -0.25f,  -0.9375f, -0.625f, 0.375f,  0.5f,   -0.25f,  0.5f,     0.25f,
                                 -0.125f, 0.125f,   1.1875f, 0.1875f, 0.375f, 0.4375f, 0.8125f,  -0.375f})
      .Run();
  OpTest("AveragePool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("pads", std::vector<int64_t>{1, 1, 1, 1})
      .Attr("count_include_pad", 1)
      .In<float>({1, 1, 3, 4}, {-1.0f, 2.0f, 1.0f, 1.5f, -2.0f, 0.5f, 0.5f, 0.0f, -0.5f, 0.0f, 0.5f, -1.25f})
      .Out<float>({1, 1, 4, 5},
                  {-0.25f,  0.25f, 0.75f,  0.625f,   0.375f,   -0.75f,  -0.125f, 1.0f,   0.75f,    0.375f,
                   -0.625f, -0.5f, 0.375f, -0.0625f, -0.3125f, -0.125f, -0.125f, 0.125f, -0.1875f, -0.3125f})
      .Run();
  OpTest("AveragePool", 19)
      .Attr("kernel_shape", std::vector<int64_t>{3})
      .Attr("strides", std::vector<int64_t>{2})
      .Attr("ceil_mode", 1)
      .Attr("count_include_pad", 1)
      .Attr("pads", std::vector<int64_t>{1, 1})
      .In<float>({1, 1, 6}, {-1.5f, -2.0f, -0.75f, -0.5f, -1.0f, -1.75f})
      .Out<float>({1, 1, 4}, {-1.16667f, -1.08333f, -1.08333f, -0.875f})
      .Run();
  OpTest("AveragePool", 7)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .Attr("auto_pad", "SAME_LOWER")
      .In<float>({1, 1, 4}, {-0.75f, 0.0f, -1.5f, -0.75f})
      .Out<float>({1, 1, 4}, {-0.75f, -0.375f, -0.75f, -1.125f})
      .Run();
  OpTest("AveragePool", 19)
      .Attr("kernel_shape", std::vector<int64_t>{2, 1, 2})
      .Attr("dilations", std::vector<int64_t>{1, 1, 2})
      .In<float>({1, 1, 2, 3, 3}, {0.75f, 1.75f, -0.5f, -1.75f, 1.5f, -1.25f, -1.0f, -0.5f, 1.75f, 2.0f, -1.0f, -0.25f,
                                   1.75f, -0.5f, 1.25f, 0.75f, -0.5f, 0.75f})
      .Out<float>({1, 1, 1, 3, 1}, {0.5f, 0.0f, 0.5625f})
      .Run();
}

TEST(LpPoolTest, Powers) {
  OpTest("LpPool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("p", 1)
      .In<float>({1, 1, 3, 3}, {-0.75f, 2.0f, 0.5f, 0.5f, -1.0f, 0.5f, 2.0f, 2.0f, -1.5f})
      .Out<float>({1, 1, 2, 2}, {4.25f, 4.0f, 5.5f, 5.0f})
      .Run();
  OpTest("LpPool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("p", 2)
      .In<float>({1, 1, 3, 3}, {2.0f, 1.0f, -1.25f, -0.75f, -1.25f, 0.0f, -1.75f, 0.25f, 1.5f})
      .Out<float>({1, 1, 2, 2}, {2.66927f, 2.03101f, 2.29129f, 1.9685f})
      .Run();
  OpTest("LpPool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("p", 3)
      .In<float>({1, 1, 3, 3}, {-1.0f, -1.25f, 2.0f, -1.0f, -0.25f, 0.25f, 0.5f, -1.0f, -0.75f})
      .Out<float>({1, 1, 2, 2}, {1.58326f, 2.15331f, 1.28878f, 1.13266f})
      .Run();
}

TEST(GlobalPoolTest, All) {
  OpTest("GlobalAveragePool", 1)
      .In<float>({2, 2, 2, 3}, {0.25f, 1.75f, 1.75f, 1.5f,  -1.75f, 0.25f, 1.5f,  -2.0f, -1.25f, -2.0f, -1.25f, -2.0f,
                                1.75f, -1.5f, 0.5f,  -1.5f, -1.25f, 1.0f,  1.25f, -2.0f, 1.75f,  0.75f, -1.75f, -2.0f})
      .Out<float>({2, 2, 1, 1}, {0.625f, -1.16667f, -0.166667f, -0.333333f})
      .Run();
  OpTest("GlobalMaxPool", 1)
      .In<float>({1, 3, 4}, {-1.75f, -1.75f, 0.25f, -1.0f, 1.5f, 0.0f, -1.25f, 0.25f, 0.75f, -1.75f, 1.75f, 1.5f})
      .Out<float>({1, 3, 1}, {0.25f, 1.5f, 1.75f})
      .Run();
  OpTest("GlobalLpPool", 2)
      .Attr("p", 1)
      .In<float>({1, 2, 2, 2}, {1.25f, 0.5f, 0.5f, -1.25f, 0.0f, -0.25f, -2.0f, -0.25f})
      .Out<float>({1, 2, 1, 1}, {3.5f, 2.5f})
      .Run();
  OpTest("GlobalLpPool", 2)
      .In<float>({1, 2, 4}, {1.25f, -0.25f, 1.5f, 2.0f, 0.75f, -1.5f, 1.75f, -0.5f})
      .Out<float>({1, 2, 1}, {2.80624f, 2.47487f})
      .Run();
  OpTest("GlobalLpPool", 2)
      .Attr("p", 3)
      .In<float>({1, 2, 4}, {-0.75f, 0.25f, 0.5f, 1.25f, -1.75f, -1.25f, -0.75f, -1.0f})
      .Out<float>({1, 2, 1}, {1.36003f, 2.05942f})
      .Run();
}

TEST(LpPoolTest, FirstVersionWroteAFloat) {
  OpTest("LpPool", 1)
      .Attr("p", AttributeValue(1.0f))
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .In<float>({1, 1, 3}, {1, -2, 4})
      .Out<float>({1, 1, 2}, {3, 6})
      .Run();
  OpTest("GlobalLpPool", 1)
      .Attr("p", AttributeValue(1.0f))
      .In<float>({1, 1, 2}, {1, -2})
      .Out<float>({1, 1, 1}, {3})
      .Run();
  OpTest("GlobalLpPool", 1).Attr("p", 1.5f).In<float>({1, 1, 2}, {1, -2}).Fails("p 1.5 is no integer");
}

TEST(PoolTest, MaximaKeepNaN) {
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .In<double>({1, 1, 4}, {1, NAN, 0, 3})
      .Out<double>({1, 1, 3}, {NAN, NAN, 3})
      .Run();
  OpTest("GlobalMaxPool", 22).In<float>({1, 2, 3}, {1, NAN, 3, 1, 2, 3}).Out<float>({1, 2, 1}, {NAN, 3}).Run();
  OpTest("GlobalMaxPool", 22).In<double>({1, 2, 3}, {1, NAN, 3, 1, 2, 3}).Out<double>({1, 2, 1}, {NAN, 3}).Run();
}

TEST(PoolTest, Edges) {
  const std::vector<int64_t> two = {2};
  OpTest("MaxPool", 12).Attr("kernel_shape", two).In<float>({0, 3, 4}, {}).Out<float>({0, 3, 3}, {}).Run();
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", two)
      .In<float>({1, 1, 4}, {1, NAN, 0, 3})
      .Out<float>({1, 1, 3}, {NAN, NAN, 3})
      .Run();
  OpTest("GlobalAveragePool", 1).In<double>({1, 1, 2}, {1, 2}).Out<double>({1, 1, 1}, {1.5}).Run();
  OpTest("GlobalMaxPool", 22).In<double>({1, 1, 2}, {1, 2}).Out<double>({1, 1, 1}, {2}).Run();
  OpTest("MaxPool", 12).In<float>({1, 1, 2}, {1, 2}).Fails("'kernel_shape' is missing");
  OpTest("MaxPool", 12).Attr("kernel_shape", two).In<float>({1, 1, 1}, {1}).Fails("does not fit");
  OpTest("MaxPool", 12).Attr("kernel_shape", two).In<float>({2, 2}, {1, 2, 3, 4}).Fails("at least 3 dimensions");
  OpTest("GlobalAveragePool", 1).In<float>({2}, {1, 2}).Fails("at least 2 dimensions");
  // A window far larger than the image must not be walked through.
  OpTest("MaxPool", 12)
      .Attr("kernel_shape", std::vector<int64_t>{1 << 20, 1 << 20})
      .Attr("pads", std::vector<int64_t>{1 << 19, 1 << 19, 1 << 19, 1 << 19})
      .In<float>({1, 1, 1, 1}, {5})
      .Out<float>({1, 1, 2, 2}, {5, 5, 5, 5})
      .Run();
}

}  // namespace
}  // namespace kante::core
