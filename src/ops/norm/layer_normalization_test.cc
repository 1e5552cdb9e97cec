// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(LayerNormalizationTest, Rows) {
  OpTest("LayerNormalization", 17)
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({3}, {-0.25f, 0.25f, -2.0f})
      .In<float>({3}, {0.0f, -1.25f, -1.75f})
      .Out<float>({2, 2, 3}, {0.0f, -0.943816f, 0.699471f, 0.213033f, -1.38784f, -4.55702f, 0.0405552f, -0.925559f,
                              0.521089f, -0.283886f, -1.20944f, 0.84553f})
      .Out<float>({2, 2, 1}, {0.25f, -0.583333f, -0.0833333f, 0.333333f})
      .Out<float>({2, 2, 1}, {1.22474f, 0.601505f, 0.973324f, 0.973324f})
      .Run();
  OpTest("LayerNormalization", 17)
      .Attr("axis", -2)
      .Attr("epsilon", AttributeValue(0.5f))
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({2, 3}, {-1.5f, -0.25f, -1.5f, 0.75f, -2.0f, 0.5f})
      .Out<float>({2, 2, 3}, {-0.404373f, -0.229145f, 0.566122f, -0.88962f, 1.72532f, 0.620039f, 0.44484f, -0.22242f,
                              1.63108f, 0.81554f, -0.59312f, -0.44484f})
      .Run();
  OpTest("LayerNormalization", 17)
      .Attr("axis", 0)
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({2, 2, 3}, {-1.5f, 0.25f, 0.0f, -0.75f, 0.75f, -1.0f, -2.0f, -0.75f, 1.75f, -0.5f, -1.5f, -0.75f})
      .In<float>({2, 2, 3}, {0.0f, 0.0f, 1.25f, 0.5f, -1.0f, 1.25f, 0.5f, -1.25f, 1.25f, 1.25f, -0.75f, 0.75f})
      .Out<float>({2, 2, 3}, {-0.330034f, 0.258103f, 1.25f, 1.70589f, -1.90125f, -0.188608f, 0.872346f, -2.02431f,
                              -0.497486f, 0.632245f, -1.38468f, 1.3466f})
      .Run();
  OpTest("LayerNormalization", 17)
      .In<double>({2, 2, 3}, {0.25, 1.25, -0.75, -2.0, -1.5, 1.75, -0.25, 1.25, -1.25, 1.5, 0.5, -1.0})
      .In<double>({3}, {-0.25, 0.25, -2.0})
      .Out<double>({2, 2, 3}, {-0.0, 0.306184, 2.44947, 0.213033, -0.137845, -2.80702, 0.0405552, 0.324441, 2.27109,
                               -0.283886, 0.0405552, 2.59553})
      .Run();
}

TEST(RMSNormalizationTest, Rows) {
  OpTest("RMSNormalization", 23)
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({3}, {-0.25f, 0.25f, -2.0f})
      .Out<float>({2, 2, 3}, {-0.073192f, 0.36596f, 1.75661f, 0.28379f, -0.212842f, -1.98653f, 0.0606336f, 0.303168f,
                              2.42534f, -0.347181f, 0.115727f, 1.85163f})
      .Run();
  OpTest("RMSNormalization", 23)
      .Attr("axis", 1)
      .Attr("epsilon", AttributeValue(0.5f))
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({2, 3}, {-1.5f, -0.25f, -1.5f, 0.75f, -2.0f, 0.5f})
      .Out<float>({2, 2, 3}, {-0.241225f, -0.201021f, 0.723676f, -0.964901f, 1.9298f, 0.562859f, 0.295122f, -0.245935f,
                              1.47561f, 0.885365f, -0.786991f, -0.393496f})
      .Run();
  OpTest("RMSNormalization", 23)
      .In<float>({2, 2, 3}, {0.25f, 1.25f, -0.75f, -2.0f, -1.5f, 1.75f, -0.25f, 1.25f, -1.25f, 1.5f, 0.5f, -1.0f})
      .In<float>({1}, {2.0f})
      .Out<float>({2, 2, 3}, {0.585536f, 2.92768f, -1.75661f, -2.27032f, -1.70274f, 1.98653f, -0.485069f, 2.42534f,
                              -2.42534f, 2.77745f, 0.925816f, -1.85163f})
      .Run();
}

TEST(LayerNormalizationTest, EdgesAndRefusals) {
  OpTest("LayerNormalization", 17).In<float>({0, 2}, {}).In<float>({2}, {1, 1}).Out<float>({0, 2}, {}).Run();
  // The mean of nothing is not a number.
  OpTest("LayerNormalization", 17)
      .In<float>({2, 0}, {})
      .In<float>({0}, {})
      .Out<float>({2, 0}, {})
      .Out<float>({2, 1}, {NAN, NAN})
      .Out<float>({2, 1}, {NAN, NAN})
      .Run();
  OpTest("LayerNormalization", 17)
      .In<float>({1, 2}, {1, 1})
      .In<float>({3}, {1, 1, 1})
      .Fails("does not suit rows of [2]");
  OpTest("LayerNormalization", 17)
      .Attr("axis", 2)
      .In<float>({1, 2}, {1, 1})
      .In<float>({2}, {1, 1})
      .Fails("axis 2 outside");
  OpTest("LayerNormalization", 17)
      .Attr("stash_type", 7)
      .In<float>({1, 2}, {1, 1})
      .In<float>({2}, {1, 1})
      .Fails("stash_type");
}

}  // namespace
}  // namespace kante::core
