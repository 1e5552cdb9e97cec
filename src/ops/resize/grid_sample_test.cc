// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(GridSampleTest, Modes) {
  OpTest("GridSample", 16)
      .Attr("mode", "bilinear")
      .Attr("padding_mode", "zeros")
      .Attr("align_corners", 0)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 1.25781f, 0.109375f, 0.808594f, 0.136719f, -1.59961f, -0.015625f, 0.21875f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "bilinear")
      .Attr("padding_mode", "border")
      .Attr("align_corners", 1)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 0.945312f, 1.75f, 0.953125f, 0.625f, -0.4375f, -0.25f, 0.21875f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "bilinear")
      .Attr("padding_mode", "reflection")
      .Attr("align_corners", 0)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 1.4375f, 1.75f, 0.808594f, 0.4375f, -1.82812f, -0.25f, 0.21875f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "nearest")
      .Attr("padding_mode", "zeros")
      .Attr("align_corners", 0)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 1.5f, 0.0f, 0.5f, 0.0f, -2.0f, 0.0f, 0.75f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "nearest")
      .Attr("padding_mode", "border")
      .Attr("align_corners", 1)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 1.5f, 1.75f, 0.5f, 1.0f, -2.0f, -0.25f, 0.75f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "nearest")
      .Attr("padding_mode", "reflection")
      .Attr("align_corners", 0)
      .In<float>({1, 2, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f, -0.25f, -0.5f, -1.0f, 2.0f,
                                -0.25f, 1.0f, -2.0f, 0.75f, -0.5f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 2, 2, 2}, {0.0f, 1.5f, 1.75f, 0.5f, 1.0f, -2.0f, -0.25f, 0.75f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "bicubic")
      .Attr("padding_mode", "zeros")
      .Attr("align_corners", 0)
      .In<float>({1, 1, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 1, 2, 2}, {-0.0258112f, 1.47612f, 0.129448f, 1.02221f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "bicubic")
      .Attr("padding_mode", "border")
      .Attr("align_corners", 1)
      .In<float>({1, 1, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 1, 2, 2}, {0.0309691f, 1.00517f, 2.04004f, 1.2313f})
      .Run();
  OpTest("GridSample", 16)
      .Attr("mode", "bicubic")
      .Attr("padding_mode", "reflection")
      .Attr("align_corners", 0)
      .In<float>({1, 1, 3, 3}, {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f})
      .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
      .Out<float>({1, 1, 2, 2}, {-0.0684339f, 1.58381f, 2.4198f, 0.921791f})
      .Run();
}

TEST(GridSampleTest, Volumes) {
  OpTest("GridSample", 20)
      .In<float>({1, 1, 2, 2, 3}, {-0.5f, -1.0f, 1.5f, 0.25f, -1.25f, -1.25f, 0.0f, 2.0f, -1.75f, -2.0f, 2.0f, 1.0f})
      .In<float>({1, 1, 2, 1, 3}, {-0.125f, 0.25f, 0.125f, -0.625f, -1.0f, -0.125f})
      .Out<float>({1, 1, 1, 2, 1}, {0.482422f, -0.142578f})
      .Run();
}

TEST(GridSampleTest, EdgesAndRefusals) {
  // Places that are no numbers or far away are outside.
  OpTest("GridSample", 20)
      .In<float>({1, 1, 1, 1}, {3})
      .In<float>({1, 1, 3, 2}, {NAN, 0, 1e30f, 0, 0, 0})
      .Out<float>({1, 1, 1, 3}, {0, 0, 3})
      .Run();
  OpTest("GridSample", 20).In<float>({1, 1, 0, 0}, {}).In<float>({1, 0, 0, 2}, {}).Out<float>({1, 1, 0, 0}, {}).Run();
  OpTest("GridSample", 20).In<float>({1, 1, 1, 1}, {3}).In<float>({1, 1, 1, 3}, {0, 0, 0}).Fails("does not suit");
  OpTest("GridSample", 20).In<float>({1, 1, 0, 1}, {}).In<float>({1, 1, 1, 2}, {0, 0}).Fails("empty image");
}

}  // namespace
}  // namespace kante::core
