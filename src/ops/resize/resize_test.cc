// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(ResizeTest, Nearest) {
  OpTest("Resize", 19)
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .In<float>({4}, {1.0f, 1.0f, 2.0f, 1.5f})
      .Out<float>({1, 1, 6, 6},
                  {-1.25f, -1.25f, -0.5f,  0.0f,  0.0f,  -0.5f,  -1.25f, -1.25f, -0.5f,  0.0f,  0.0f,  -0.5f,
                   1.75f,  1.75f,  0.5f,   0.25f, 0.25f, 1.75f,  1.75f,  1.75f,  0.5f,   0.25f, 0.25f, 1.75f,
                   1.25f,  1.25f,  -1.75f, 0.25f, 0.25f, -1.25f, 1.25f,  1.25f,  -1.75f, 0.25f, 0.25f, -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("nearest_mode", "floor")
      .Attr("coordinate_transformation_mode", "asymmetric")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 3})
      .Out<float>({1, 1, 4, 3}, {-1.25f, -0.5f, 0.0f, -1.25f, -0.5f, 0.0f, 1.75f, 0.5f, 0.25f, 1.25f, -1.75f, 0.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("nearest_mode", "ceil")
      .Attr("coordinate_transformation_mode", "half_pixel")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 3})
      .Out<float>({1, 1, 4, 3}, {-0.5f, 0.0f, -0.5f, 0.5f, 0.25f, 1.75f, -1.75f, 0.25f, -1.25f, -1.75f, 0.25f, -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("nearest_mode", "round_prefer_ceil")
      .Attr("coordinate_transformation_mode", "align_corners")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 3})
      .Out<float>({1, 1, 4, 3}, {-1.25f, 0.0f, -0.5f, 1.75f, 0.25f, 1.75f, 1.75f, 0.25f, 1.75f, 1.25f, 0.25f, -1.25f})
      .Run();
}

TEST(ResizeTest, Linear) {
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "half_pixel")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 6})
      .Out<float>({1, 1, 4, 6},
                  {-1.25f,    -0.875f,   -0.416667f, -0.0833334f, -0.25f,    -0.5f,       0.625f,     0.375f,
                   0.130208f, 0.151042f, 0.53125f,   0.90625f,    1.5625f,   0.609375f,   -0.244792f, 0.151042f,
                   0.4375f,   0.625f,    1.25f,      -0.25f,      -1.41667f, -0.0833335f, -0.5f,      -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "pytorch_half_pixel")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 6})
      .Out<float>({1, 1, 4, 6},
                  {-1.25f,    -0.875f,   -0.416667f, -0.0833334f, -0.25f,    -0.5f,       0.625f,     0.375f,
                   0.130208f, 0.151042f, 0.53125f,   0.90625f,    1.5625f,   0.609375f,   -0.244792f, 0.151042f,
                   0.4375f,   0.625f,    1.25f,      -0.25f,      -1.41667f, -0.0833335f, -0.5f,      -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "align_corners")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 6})
      .Out<float>({1, 1, 4, 6}, {-1.25f,    -0.8f,     -0.4f, -0.1f,  -0.2f,    -0.5f,     0.75f,  0.4f,
                                 0.166667f, 0.166667f, 0.5f,  1.0f,   1.58333f, 0.483333f, -0.15f, 0.15f,
                                 0.45f,     0.75f,     1.25f, -0.55f, -1.35f,   -0.15f,    -0.35f, -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "asymmetric")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 4, 6})
      .Out<float>({1, 1, 4, 6}, {-1.25f,    -0.75f,  -0.333333f, 0.0f,    -0.333333f, -0.5f,      1.0f,       0.5f,
                                 0.229167f, 0.1875f, 0.854167f,  1.1875f, 1.5f,       0.0833333f, -0.333333f, 0.25f,
                                 0.25f,     0.25f,   1.25f,      -0.75f,  -1.08333f,  0.25f,      -0.75f,     -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .In<float>({4}, {1.0f, 1.0f, 0.5f, 0.5f})
      .Out<float>({1, 1, 1, 2}, {0.125f, 0.375f})
      .Run();
}

TEST(ResizeTest, Cubic) {
  OpTest("Resize", 19)
      .Attr("mode", "cubic")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .In<float>({4}, {1.0f, 1.0f, 1.0f, 2.0f})
      .Out<float>({1, 1, 3, 8},
                  {-1.3291f, -1.09766f, -0.722656f, -0.290039f, -0.0341797f, -0.0605469f, -0.369141f, -0.552734f,
                   1.88184f, 1.47559f,  0.80957f,   0.258789f,  0.104492f,   0.563477f,   1.40137f,   1.9082f,
                   1.56641f, 0.5f,      -1.28125f,  -1.56055f,  -0.150391f,  0.121094f,   -0.839844f, -1.4082f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "cubic")
      .Attr("exclude_outside", 1)
      .Attr("cubic_coeff_a", AttributeValue(-0.5f))
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 5, 3})
      .Out<float>({1, 1, 5, 3},
                  {-1.37999f, -0.200177f, -0.589654f, -0.162428f, 0.00652974f, 0.386786f, 1.6105f, 0.203125f, 1.57659f,
                   1.26512f, -0.459772f, -0.0433761f, 0.832139f, -0.92276f, -1.25623f})
      .Run();
}

TEST(ResizeTest, Antialias) {
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .Attr("antialias", 1)
      .In<float>({1, 1, 5, 5},
                 {0.5f, 2.0f,  0.75f, -0.75f, 0.5f,  -2.0f, 1.75f, -2.0f, -0.25f, 0.5f,  0.25f,  -1.5f, -0.75f,
                  2.0f, 0.75f, 2.0f,  1.5f,   1.75f, 0.5f,  0.5f,  0.75f, 1.25f,  1.75f, -0.75f, -0.5f})
      .NoInput()
      .NoInput()
      .In<int64_t>({4}, {1, 1, 2, 2})
      .Out<float>({1, 1, 2, 2}, {0.1736f, 0.1784f, 0.9184f, 0.4096f})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "cubic")
      .Attr("antialias", 1)
      .In<float>({1, 1, 6, 6},
                 {1.0f,  2.0f,   -0.75f, -0.25f, -0.25f, -1.75f, 2.0f,   1.75f, -2.0f, 0.25f,  -2.0f,  1.25f,
                  -2.0f, -1.25f, -1.25f, 0.5f,   1.0f,   0.0f,   -1.75f, 1.75f, 1.0f,  -0.75f, -1.25f, 1.25f,
                  1.25f, 0.25f,  0.25f,  -1.25f, -1.75f, -1.25f, 0.75f,  0.5f,  -1.0f, 0.75f,  -1.25f, 2.0f})
      .NoInput()
      .In<float>({4}, {1.0f, 1.0f, 0.5f, 0.5f})
      .Out<float>({1, 1, 3, 3}, {1.07158f, -0.560546f, -0.460118f, -0.543517f, -0.183639f, 0.0181952f, 0.680018f,
                                 -0.422723f, -0.438388f})
      .Run();
}

TEST(ResizeTest, AxesAndAspect) {
  OpTest("Resize", 19)
      .Attr("axes", std::vector<int64_t>{3, 2})
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .In<float>({2}, {2.0f, 1.0f})
      .Out<float>({1, 1, 3, 8},
                  {-1.25f, -1.25f, -0.5f, -0.5f, 0.0f,  0.0f,  -0.5f,  -0.5f,  1.75f, 1.75f, 0.5f,   0.5f,
                   0.25f,  0.25f,  1.75f, 1.75f, 1.25f, 1.25f, -1.75f, -1.75f, 0.25f, 0.25f, -1.25f, -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("axes", std::vector<int64_t>{2, 3})
      .Attr("keep_aspect_ratio_policy", "not_larger")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({2}, {6, 6})
      .Out<float>({1, 1, 5, 6}, {-1.25f, -1.25f, -0.5f, 0.0f,   0.0f,  -0.5f, -1.25f, -1.25f, -0.5f, 0.0f,
                                 0.0f,   -0.5f,  1.75f, 1.75f,  0.5f,  0.25f, 0.25f,  1.75f,  1.25f, 1.25f,
                                 -1.75f, 0.25f,  0.25f, -1.25f, 1.25f, 1.25f, -1.75f, 0.25f,  0.25f, -1.25f})
      .Run();
  OpTest("Resize", 19)
      .Attr("axes", std::vector<int64_t>{2, 3})
      .Attr("keep_aspect_ratio_policy", "not_smaller")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .NoInput()
      .NoInput()
      .In<int64_t>({2}, {6, 6})
      .Out<float>({1, 1, 6, 8},
                  {-1.25f, -1.25f, -0.5f,  -0.5f,  0.0f,  0.0f,  -0.5f,  -0.5f,  -1.25f, -1.25f, -0.5f,  -0.5f,
                   0.0f,   0.0f,   -0.5f,  -0.5f,  1.75f, 1.75f, 0.5f,   0.5f,   0.25f,  0.25f,  1.75f,  1.75f,
                   1.75f,  1.75f,  0.5f,   0.5f,   0.25f, 0.25f, 1.75f,  1.75f,  1.25f,  1.25f,  -1.75f, -1.75f,
                   0.25f,  0.25f,  -1.25f, -1.25f, 1.25f, 1.25f, -1.75f, -1.75f, 0.25f,  0.25f,  -1.25f, -1.25f})
      .Run();
}

TEST(ResizeTest, Crop) {
  OpTest("Resize", 13)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "tf_crop_and_resize")
      .Attr("extrapolation_value", AttributeValue(9.0f))
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({8}, {0.0f, 0.0f, 0.25f, -0.25f, 1.0f, 1.0f, 0.75f, 1.25f})
      .NoInput()
      .In<int64_t>({4}, {1, 1, 3, 3})
      .Out<float>({1, 1, 3, 3}, {9.0f, 0.0625f, 9.0f, 9.0f, 0.375f, 9.0f, 9.0f, -0.1875f, 9.0f})
      .Run();
}

TEST(ResizeTest, OldVersions) {
  OpTest("Resize", 10)
      .Attr("mode", "linear")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({4}, {1.0f, 1.0f, 2.0f, 2.0f})
      .Out<float>({1, 1, 6, 8},
                  {-1.25f, -0.875f, -0.5f,   -0.25f,   0.0f,  -0.25f, -0.5f,  -0.5f,  0.25f, 0.125f, 0.0f,   0.0625f,
                   0.125f, 0.375f,  0.625f,  0.625f,   1.75f, 1.125f, 0.5f,   0.375f, 0.25f, 1.0f,   1.75f,  1.75f,
                   1.5f,   0.4375f, -0.625f, -0.1875f, 0.25f, 0.25f,  0.25f,  0.25f,  1.25f, -0.25f, -1.75f, -0.75f,
                   0.25f,  -0.5f,   -1.25f,  -1.25f,   1.25f, -0.25f, -1.75f, -0.75f, 0.25f, -0.5f,  -1.25f, -1.25f})
      .Run();
  OpTest("Resize", 10)
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({4}, {1.0f, 1.0f, 2.0f, 1.5f})
      .Out<float>({1, 1, 6, 6},
                  {-1.25f, -1.25f, -0.5f,  0.0f,  0.0f,  -0.5f,  -1.25f, -1.25f, -0.5f,  0.0f,  0.0f,  -0.5f,
                   1.75f,  1.75f,  0.5f,   0.25f, 0.25f, 1.75f,  1.75f,  1.75f,  0.5f,   0.25f, 0.25f, 1.75f,
                   1.25f,  1.25f,  -1.75f, 0.25f, 0.25f, -1.25f, 1.25f,  1.25f,  -1.75f, 0.25f, 0.25f, -1.25f})
      .Run();
  OpTest("Resize", 11)
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({0}, {})
      .In<float>({4}, {1.0f, 1.0f, 1.0f, 2.0f})
      .Out<float>({1, 1, 3, 8},
                  {-1.25f, -1.25f, -0.5f, -0.5f, 0.0f,  0.0f,  -0.5f,  -0.5f,  1.75f, 1.75f, 0.5f,   0.5f,
                   0.25f,  0.25f,  1.75f, 1.75f, 1.25f, 1.25f, -1.75f, -1.75f, 0.25f, 0.25f, -1.25f, -1.25f})
      .Run();
  OpTest("Resize", 11)
      .Attr("mode", "linear")
      .Attr("coordinate_transformation_mode", "half_pixel")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({0}, {})
      .In<float>({0}, {})
      .In<int64_t>({4}, {1, 1, 2, 2})
      .Out<float>({1, 1, 2, 2}, {-0.375f, 0.0625f, 0.09375f, -0.125f})
      .Run();
}

TEST(UpsampleTest, BecomesResize) {
  OpTest("Upsample", 9)
      .Attr("mode", "linear")
      .In<float>({1, 1, 3, 4}, {-1.25f, -0.5f, 0.0f, -0.5f, 1.75f, 0.5f, 0.25f, 1.75f, 1.25f, -1.75f, 0.25f, -1.25f})
      .In<float>({4}, {1.0f, 1.0f, 2.0f, 1.0f})
      .Out<float>({1, 1, 6, 4},
                  {-1.25f, -0.5f,   0.0f,  -0.5f, 0.25f, 0.0f,   0.125f, 0.625f, 1.75f, 0.5f,   0.25f, 1.75f,
                   1.5f,   -0.625f, 0.25f, 0.25f, 1.25f, -1.75f, 0.25f,  -1.25f, 1.25f, -1.75f, 0.25f, -1.25f})
      .Run();
  OpTest("Upsample", 7)
      .Attr("mode", "nearest")
      .Attr("scales", std::vector<float>{1.0f, 1.0f, 2.0f, 3.0f})
      .In<float>({1, 1, 2, 2}, {-1.25f, 0.25f, -0.75f, -0.25f})
      .Out<float>({1, 1, 4, 6},
                  {-1.25f, -1.25f, -1.25f, 0.25f,  0.25f,  0.25f,  -1.25f, -1.25f, -1.25f, 0.25f,  0.25f,  0.25f,
                   -0.75f, -0.75f, -0.75f, -0.25f, -0.25f, -0.25f, -0.75f, -0.75f, -0.75f, -0.25f, -0.25f, -0.25f})
      .Run();
  OpTest("Upsample", 1)
      .Attr("mode", "nearest")
      .Attr("height_scale", AttributeValue(1.0f))
      .Attr("width_scale", AttributeValue(2.0f))
      .In<float>({1, 1, 2, 2}, {1.0f, 2.0f, 3.0f, 4.0f})
      .Out<float>({1, 1, 2, 4}, {1.0f, 1.0f, 2.0f, 2.0f, 3.0f, 3.0f, 4.0f, 4.0f})
      .Run();
}

TEST(ResizeTest, OtherTypes) {
  const std::vector<float> twice = {2};
  OpTest("Resize", 19).In<int64_t>({2}, {1, 5}).NoInput().In<float>({1}, twice).Out<int64_t>({4}, {1, 1, 5, 5}).Run();
  OpTest("Resize", 19)
      .In<Float16>({1}, {{0x3c00}})
      .NoInput()
      .In<float>({1}, twice)
      .Out<Float16>({2}, {{0x3c00}, {0x3c00}})
      .Run();
  OpTest("Resize", 19)
      .Attr("mode", "linear")
      .In<uint8_t>({2}, {0, 200})
      .NoInput()
      .In<float>({1}, twice)
      .Out<uint8_t>({4}, {0, 50, 150, 200})
      .Run();
}

TEST(ResizeTest, EdgesAndRefusals) {
  OpTest("Resize", 19).In<float>({0, 2}, {}).NoInput().In<float>({2}, {1, 2}).Out<float>({0, 4}, {}).Run();
  OpTest("Resize", 19).In<float>({2}, {1, 2}).NoInput().In<float>({1}, {0.25f}).Out<float>({0}, {}).Run();
  OpTest("Resize", 19).In<float>({2}, {1, 2}).Fails("neither scales nor sizes");
  OpTest("Resize", 19).In<float>({2}, {1, 2}).NoInput().In<float>({1}, {-1}).Fails("scales must be positive");
  OpTest("Resize", 19).In<float>({2}, {1, 2}).NoInput().In<float>({1}, {1e30f}).Fails("cannot be resized");
  OpTest("Resize", 19).In<float>({2}, {1, 2}).NoInput().In<float>({2}, {1, 1}).Fails("scales has 2 values");
  OpTest("Resize", 19).In<float>({2}, {1, 2}).NoInput().NoInput().In<int64_t>({1}, {-3}).Fails("sizes holds -3");
  OpTest("Resize", 19).In<float>({0}, {}).NoInput().NoInput().In<int64_t>({1}, {3}).Fails("is empty");
  OpTest("Resize", 19).Attr("mode", "best").In<float>({1}, {1}).NoInput().In<float>({1}, {1}).Fails("mode 'best'");
  OpTest("Resize", 19)
      .Attr("axes", std::vector<int64_t>{1})
      .In<float>({1}, {1})
      .NoInput()
      .In<float>({1}, {1})
      .Fails("axis 1");
}

}  // namespace
}  // namespace kante::core
