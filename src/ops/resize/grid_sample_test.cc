// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

struct Sampled {
  const char* mode;
  const char* padding;
  int align_corners;
  std::vector<float> expected;  // of the first channel
};

// Places inside, at the edge and outside of a 3x3 image. Expected values are PyTorch's, which clamps the pixels of a
// cubic, not its place.
TEST(GridSampleTest, Modes) {
  const Sampled cases[] = {
      {"bilinear", "zeros", 0, {0.0f, 1.2578125f, 0.109375f, 0.80859375f}},
      {"bilinear", "border", 1, {0.0f, 0.9453125f, 1.75f, 0.953125f}},
      {"bilinear", "reflection", 0, {0.0f, 1.4375f, 1.75f, 0.80859375f}},
      {"nearest", "zeros", 0, {0.0f, 1.5f, 0.0f, 0.5f}},
      {"nearest", "border", 1, {0.0f, 1.5f, 1.75f, 0.5f}},
      {"nearest", "reflection", 0, {0.0f, 1.5f, 1.75f, 0.5f}},
      {"bicubic", "zeros", 0, {-0.02581123f, 1.4761225f, 0.12944794f, 1.0222101f}},
      {"bicubic", "border", 1, {0.03096914f, 1.0051665f, 2.040039f, 1.2312965f}},
      {"bicubic", "reflection", 0, {-0.06843388f, 1.5838124f, 2.4197998f, 0.9217914f}},
  };
  const std::vector<float> image = {1.75f, -1.0f, -1.25f, -0.25f, 1.5f, 0.0f, 1.5f, 0.5f, 0.0f};
  for (const Sampled& c : cases) {
    SCOPED_TRACE(StrCat(c.mode, " ", c.padding));
    // The second channel is the first one doubled.
    std::vector<float> input = image, expected = c.expected;
    for (const float v : image) input.push_back(2 * v);
    for (const float v : c.expected) expected.push_back(2 * v);
    OpTest("GridSample", 16)
        .Attr("mode", c.mode)
        .Attr("padding_mode", c.padding)
        .Attr("align_corners", c.align_corners)
        .In<float>({1, 2, 3, 3}, input)
        .In<float>({1, 2, 2, 2}, {1.125f, 0.25f, -0.625f, 0.75f, -1.25f, -1.0f, -0.125f, 0.5f})
        .Out<float>({1, 2, 2, 2}, expected)
        .Run();
  }
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

// What float has no room for arrives: 2^24 + 1 and 1 + 1e-12.
TEST(GridSampleTest, WideNumbers) {
  OpTest("GridSample", 20)
      .Attr("mode", "nearest")
      .In<int32_t>({1, 1, 1, 2}, {(1 << 24) + 1, INT32_MIN})
      .In<float>({1, 1, 2, 2}, {-0.5f, 0, 0.5f, 0})
      .Out<int32_t>({1, 1, 1, 2}, {(1 << 24) + 1, INT32_MIN})
      .Run();
  OpTest("GridSample", 20)
      .In<double>({1, 1, 1, 2}, {1, 1 + 1e-12})
      .In<double>({1, 1, 1, 2}, {0, 0})
      .Out<double>({1, 1, 1, 1}, {1 + 5e-13})
      .Tolerance(1e-15, 0)
      .Run();
}

}  // namespace
}  // namespace kante::core
