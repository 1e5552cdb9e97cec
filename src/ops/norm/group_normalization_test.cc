// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(InstanceNormalizationTest, Channels) {
  OpTest("InstanceNormalization", 6)
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.45938f,  -0.00629306f, -2.04062f, -3.49371f,  -3.7351f,   1.83709f,    -0.15298f, -0.949007f,
                   0.964121f,  -0.788826f,   0.496668f, -0.671963f, -3.11082f,  -0.0489757f, -2.77061f, -1.06959f,
                   -0.213345f, 0.502195f,    -4.14881f, 0.859965f,  -0.911238f, -0.5585f,    0.852448f, 0.61729f})
      .Run();
  OpTest("InstanceNormalization", 6)
      .Attr("epsilon", AttributeValue(0.5f))
      .In<float>({1, 2, 5}, {-1.0f, -2.0f, 1.5f, -0.5f, -1.5f, -1.75f, 0.0f, -1.75f, -0.75f, -1.0f})
      .In<float>({2}, {-1.5f, 2.0f})
      .In<float>({2}, {-1.25f, 1.75f})
      .Out<float>({1, 2, 5}, {-0.928571f, 0.142857f, -3.60714f, -1.46429f, -0.392857f, 0.302154f, 3.92177f, 0.302154f,
                              2.37051f, 1.85342f})
      .Run();
}

TEST(GroupNormalizationTest, Groups) {
  OpTest("GroupNormalization", 21)
      .Attr("num_groups", 2)
      .In<float>({2, 4, 3}, {-1.0f, -2.0f, -0.5f,  -2.0f, -2.0f,  0.25f, 2.0f,   -0.75f, 1.0f,  -1.5f, 0.25f, -0.75f,
                             2.0f,  0.75f, -0.75f, -0.5f, -0.75f, 1.25f, -1.25f, 1.0f,   0.25f, 0.5f,  0.75f, -0.5f})
      .In<float>({4}, {-1.0f, -0.25f, 1.0f, -1.5f})
      .In<float>({4}, {-0.25f, 1.0f, 2.0f, 0.0f})
      .Out<float>({2, 4, 3}, {-0.489181f, 0.658887f, -1.06321f,  1.22722f, 1.22722f,  0.581433f,  3.65243f,  1.332f,
                              2.80863f,   1.95127f,  -0.263685f, 1.002f,   -1.81173f, -0.640433f, 0.765125f, 1.19522f,
                              1.25378f,   0.785262f, 0.223355f,  3.13059f, 2.16151f,  -0.72681f,  -1.21135f, 1.21135f})
      .Run();
  OpTest("GroupNormalization", 18)
      .Attr("num_groups", 2)
      .In<float>({2, 4, 3}, {-1.0f, -2.0f, -0.5f,  -2.0f, -2.0f,  0.25f, 2.0f,   -0.75f, 1.0f,  -1.5f, 0.25f, -0.75f,
                             2.0f,  0.75f, -0.75f, -0.5f, -0.75f, 1.25f, -1.25f, 1.0f,   0.25f, 0.5f,  0.75f, -0.5f})
      .In<float>({2}, {-1.5f, 2.0f})
      .In<float>({2}, {-1.25f, 1.75f})
      .Out<float>({2, 4, 3}, {-1.60877f, 0.113331f,  -2.46982f, 0.113331f, 0.113331f, -3.7614f,  5.05485f,  0.413996f,
                              3.36727f,  -0.851692f, 2.10158f,  0.413996f, -3.5926f,  -1.83565f, 0.272687f, -0.0787019f,
                              0.272687f, -2.53843f,  -1.80329f, 4.01119f,  2.07303f,  2.71908f,  3.36513f,  0.134868f})
      .Run();
}

TEST(GroupNormalizationTest, EdgesAndRefusals) {
  OpTest("GroupNormalization", 21)
      .Attr("num_groups", 1)
      .In<float>({0, 2, 2}, {})
      .In<float>({2}, {1, 1})
      .In<float>({2}, {1, 1})
      .Out<float>({0, 2, 2}, {})
      .Run();
  OpTest("GroupNormalization", 21)
      .Attr("num_groups", 2)
      .In<float>({1, 3, 1}, {1, 2, 3})
      .In<float>({3}, {1, 1, 1})
      .In<float>({3}, {1, 1, 1})
      .Fails("3 channels do not fall into 2 groups");
  OpTest("InstanceNormalization", 6)
      .In<float>({1, 2, 1}, {1, 2})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Fails("does not suit 2 channels");
}

// Planes longer than the piece that takes its activation at once; expected by the formula in double.
TEST(FusedGroupNormalizationTest, ActivationOfEveryPiece) {
  const int64_t pixels = 5000;
  std::vector<float> x(static_cast<size_t>(4 * pixels)), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1000) / 250 - 1;
  const float scale[] = {1, -0.5f, 2, 0.25f}, bias[] = {0, 1, -1, 0.5f};
  for (int64_t g = 0; g < 2; ++g) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < 2 * pixels; ++i) mean += x[static_cast<size_t>(g * 2 * pixels + i)];
    mean /= static_cast<double>(2 * pixels);
    for (int64_t i = 0; i < 2 * pixels; ++i) variance += std::pow(x[static_cast<size_t>(g * 2 * pixels + i)] - mean, 2);
    variance /= static_cast<double>(2 * pixels);
    for (int64_t i = 0; i < 2 * pixels; ++i) {
      const auto at = static_cast<size_t>(g * 2 * pixels + i), ch = static_cast<size_t>(g * 2 + i / pixels);
      const double z = (x[at] - mean) / std::sqrt(variance + 0.5) * scale[ch] + bias[ch];
      y[at] = static_cast<float>(z / (1 + std::exp(-z)));
    }
  }
  OpTest("FusedGroupNormalization", 1, "kante")
      .Attr("num_groups", 2)
      .Attr("epsilon", 0.5f)
      .Attr("activation", "Swish")
      .In<float>({1, 4, 50, 100}, x)
      .In<float>({4}, {1, -0.5f, 2, 0.25f})
      .In<float>({4}, {0, 1, -1, 0.5f})
      .Out<float>({1, 4, 50, 100}, y)
      .Run();
}

TEST(FusedGroupNormalizationTest, Refuses) {
  OpTest("FusedGroupNormalization", 1, "kante")
      .Attr("num_groups", 2)
      .Attr("activation", "Sin")
      .In<float>({1, 2, 1}, {0, 1})
      .In<float>({2}, {1, 1})
      .In<float>({2}, {0, 0})
      .Fails("Sin");
}

}  // namespace
}  // namespace kante::core
