// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(RoiAlignTest, Averages) {
  OpTest("RoiAlign", 16)
      .Attr("output_height", 2)
      .Attr("output_width", 2)
      .Attr("sampling_ratio", 2)
      .In<float>({2, 1, 4, 5}, {-2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,
                                -1.5f,  -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f, 0.25f,  0.25f,  1.0f,
                                -1.25f, 1.5f,   1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f, 0.75f,  0.0f,   0.75f,
                                1.75f,  1.25f,  -0.25f, -1.25f, 1.0f,   1.0f,   1.75f, 0.0f,   -0.5f,  -0.5f})
      .In<float>({3, 4}, {0.0f, 0.0f, 3.0f, 2.0f, 1.0f, 1.0f, 4.0f, 3.0f, 0.5f, 0.25f, 3.75f, 3.0f})
      .In<int64_t>({3}, {0, 1, 1})
      .Out<float>({3, 1, 2, 2}, {-1.66602f, -1.23438f, -1.52539f, -1.2168f, 0.0683594f, 0.296875f, 0.720703f,
                                 -0.605469f, 0.42041f, 1.08984f, 0.936218f, -0.356201f})
      .Run();
  OpTest("RoiAlign", 10)
      .Attr("output_height", 2)
      .Attr("output_width", 1)
      .Attr("spatial_scale", AttributeValue(0.5f))
      .In<float>({2, 1, 4, 5}, {-2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,
                                -1.5f,  -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f, 0.25f,  0.25f,  1.0f,
                                -1.25f, 1.5f,   1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f, 0.75f,  0.0f,   0.75f,
                                1.75f,  1.25f,  -0.25f, -1.25f, 1.0f,   1.0f,   1.75f, 0.0f,   -0.5f,  -0.5f})
      .In<float>({3, 4}, {0.0f, 0.0f, 3.0f, 2.0f, 1.0f, 1.0f, 4.0f, 3.0f, 0.5f, 0.25f, 3.75f, 3.0f})
      .In<int64_t>({3}, {0, 1, 1})
      .Out<float>({3, 1, 2, 1}, {-1.31641f, -1.29297f, 0.132812f, 0.00390625f, 0.510986f, 0.0911865f})
      .Run();
  OpTest("RoiAlign", 16)
      .Attr("output_height", 1)
      .Attr("output_width", 2)
      .In<float>({2, 1, 4, 5}, {-2.0f,  -1.0f,  -1.25f, -1.75f, -1.25f, -1.75f, -1.0f, -1.75f, -0.75f, 0.25f,
                                -1.5f,  -1.25f, 0.75f,  1.75f,  2.0f,   1.0f,   0.75f, 0.25f,  0.25f,  1.0f,
                                -1.25f, 1.5f,   1.5f,   1.75f,  -1.25f, 2.0f,   -1.0f, 0.75f,  0.0f,   0.75f,
                                1.75f,  1.25f,  -0.25f, -1.25f, 1.0f,   1.0f,   1.75f, 0.0f,   -0.5f,  -0.5f})
      .In<float>({3, 4}, {0.0f, 0.0f, 3.0f, 2.0f, 1.0f, 1.0f, 4.0f, 3.0f, 0.5f, 0.25f, 3.75f, 3.0f})
      .In<int64_t>({3}, {0, 1, 1})
      .Out<float>({3, 1, 1, 2}, {-1.60156f, -1.32812f, 0.273438f, -0.257812f, 0.674316f, 0.325738f})
      .Run();
}

TEST(RoiAlignTest, Maximum) {
  // Samples of a ramp at 0.5 and 1.5: the largest weighted neighbour is half of pixel 2.
  OpTest("RoiAlign", 16)
      .Attr("mode", "max")
      .Attr("sampling_ratio", 2)
      .In<float>({1, 1, 1, 4}, {0, 1, 2, 3})
      .In<float>({1, 4}, {0.5f, 0.5f, 2.5f, 1.5f})
      .In<int64_t>({1}, {0})
      .Out<float>({1, 1, 1, 1}, {1.0f})
      .Run();
  OpTest("RoiAlign", 16)
      .Attr("mode", "max")
      .Attr("sampling_ratio", 2)
      .In<double>({1, 1, 1, 4}, {0, 1, 2, 3})
      .In<double>({1, 4}, {0.5, 0.5, 2.5, 1.5})
      .In<int64_t>({1}, {0})
      .Out<double>({1, 1, 1, 1}, {1.0})
      .Run();
}

TEST(RoiAlignTest, NaNIsTheMaximum) {
  OpTest("RoiAlign", 16)
      .Attr("mode", "max")
      .Attr("sampling_ratio", 2)
      .In<float>({1, 1, 1, 4}, {0, 1, NAN, 3})
      .In<float>({1, 4}, {0.5f, 0.5f, 2.5f, 1.5f})
      .In<int64_t>({1}, {0})
      .Out<float>({1, 1, 1, 1}, {NAN})
      .Run();
}

// The mean of two pixels that differ where float has no digits.
TEST(RoiAlignTest, Float64) {
  OpTest("RoiAlign", 16)
      .Attr("sampling_ratio", 1)
      .In<double>({1, 1, 1, 2}, {1, 1 + 1e-12})
      .In<double>({1, 4}, {0.5, 0, 1.5, 1})
      .In<int64_t>({1}, {0})
      .Out<double>({1, 1, 1, 1}, {1 + 5e-13})
      .Tolerance(1e-15, 0)
      .Run();
}

TEST(RoiAlignTest, EdgesAndRefusals) {
  OpTest("RoiAlign", 16)
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .In<float>({0, 4}, {})
      .In<int64_t>({0}, {})
      .Out<float>({0, 1, 1, 1}, {})
      .Run();
  const auto one = [] { return OpTest("RoiAlign", 16).In<float>({1, 1, 1, 1}, {1}); };
  one().In<float>({1, 4}, {0, 0, 1, 1}).In<int64_t>({1}, {1}).Fails("batch_indices holds 1");
  one().In<float>({1, 4}, {0, 0, 1e9f, 1e9f}).In<int64_t>({1}, {0}).Fails("too large");
  one().In<float>({4}, {0, 0, 1, 1}).In<int64_t>({1}, {0}).Fails("do not suit");
}

}  // namespace
}  // namespace kante::core
