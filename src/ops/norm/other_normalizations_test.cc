// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(LrnTest, Neighbours) {
  OpTest("LRN", 13)
      .Attr("size", 3)
      .Attr("alpha", AttributeValue(0.5f))
      .Attr("beta", AttributeValue(0.75f))
      .Attr("bias", AttributeValue(2.0f))
      .In<float>({1, 4, 1, 2}, {-0.5f, -0.25f, 0.75f, 0.25f, 0.0f, 0.5f, -0.5f, 0.0f})
      .Out<float>({1, 4, 1, 2}, {-0.283047f, -0.1475f, 0.42457f, 0.145259f, 0.0f, 0.291624f, -0.29274f, 0.0f})
      .Run();
}

TEST(LpNormalizationTest, Axes) {
  OpTest("LpNormalization", 1)
      .Attr("axis", -1)
      .Attr("p", 2)
      .In<float>({2, 3}, {0.0f, 0.0f, 0.0f, 0.0f, -1.75f, -1.0f})
      .Out<float>({2, 3}, {0.0f, 0.0f, 0.0f, 0.0f, -0.868243f, -0.496139f})
      .Run();
  OpTest("LpNormalization", 1)
      .Attr("axis", 0)
      .Attr("p", 1)
      .In<float>({2, 3}, {0.0f, 0.0f, 0.0f, 0.0f, -1.75f, -1.0f})
      .Out<float>({2, 3}, {0.0f, 0.0f, 0.0f, 0.0f, -1.0f, -1.0f})
      .Run();
}

TEST(MeanVarianceNormalizationTest, Axes) {
  OpTest("MeanVarianceNormalization", 13)
      .In<float>({2, 2, 2, 2}, {-1.25f, -1.25f, -1.75f, 0.75f, 0.75f, -0.25f, -0.5f, 1.5f, 0.25f, -1.0f, -2.0f, -2.0f,
                                0.75f, -0.25f, 1.75f, -1.75f})
      .Out<float>({2, 2, 2, 2}, {-0.228924f, -0.228924f, -0.75218f, 1.8641f, 0.46188f, -0.46188f, -0.69282f, 1.1547f,
                                 1.34084f, 0.0327035f, -1.01381f, -1.01381f, 0.46188f, -0.46188f, 1.38564f, -1.84752f})
      .Run();
  OpTest("MeanVarianceNormalization", 9)
      .Attr("axes", std::vector<int64_t>{0, 1, 2, 3})
      .In<float>({2, 2, 2, 2}, {-1.25f, -1.25f, -1.75f, 0.75f, 0.75f, -0.25f, -0.5f, 1.5f, 0.25f, -1.0f, -2.0f, -2.0f,
                                0.75f, -0.25f, 1.75f, -1.75f})
      .Out<float>({2, 2, 2, 2},
                  {-0.712964f, -0.712964f, -1.12778f, 0.946298f, 0.946298f, 0.116667f, -0.0907409f, 1.56852f, 0.531482f,
                   -0.505556f, -1.33519f, -1.33519f, 0.946298f, 0.116667f, 1.77593f, -1.12778f})
      .Run();
}

TEST(NormalizationTest, Refusals) {
  OpTest("LRN", 13).Attr("size", 0).In<float>({1, 2}, {1, 2}).Fails("size 0");
  OpTest("LpNormalization", 1).Attr("p", 3).In<float>({2}, {1, 2}).Fails("p must be 1 or 2");
  OpTest("LpNormalization", 1).Attr("axis", 1).In<float>({2}, {1, 2}).Fails("axis 1 outside");
  OpTest("MeanVarianceNormalization", 13).In<float>({2}, {1, 2}).Fails("axis 2 outside");
}

}  // namespace
}  // namespace kante::core
