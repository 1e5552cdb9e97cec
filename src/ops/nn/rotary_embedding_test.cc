// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(RotaryEmbeddingTest, Forms) {
  OpTest("RotaryEmbedding", 23)
      .In<float>({1, 2, 3, 4}, {1.75f, 0.75f, 2.0f,  -0.75f, -1.25f, 1.25f, -2.0f, -1.75f, 1.25f, 0.0f,  1.5f,   1.25f,
                                0.25f, 0.5f,  -2.0f, -1.5f,  2.0f,   -0.5f, 0.25f, 0.25f,  1.25f, 0.75f, -1.75f, 1.5f})
      .In<float>({5, 2}, {2.0f, 2.0f, 1.5f, -1.75f, -2.0f, 1.25f, 0.5f, 0.0f, -1.75f, -1.0f})
      .In<float>({5, 2}, {1.0f, 0.5f, -0.25f, 1.75f, -2.0f, -0.25f, 1.0f, 2.0f, -2.0f, 1.0f})
      .In<int64_t>({1, 3}, {0, 2, 4})
      .Out<float>({1, 2, 3, 4},
                  {1.5f, 1.875f, 5.75f,  -1.125f, -1.5f, 1.125f,   6.5f,  -2.5f,   0.8125f,  -1.25f, -5.125f, -1.25f,
                   2.5f, 1.75f,  -3.75f, -2.75f,  -3.5f, -0.5625f, -4.5f, 0.4375f, -5.6875f, -2.25f, 0.5625f, -0.75f})
      .Run();
  OpTest("RotaryEmbedding", 23)
      .Attr("interleaved", 1)
      .In<float>({1, 2, 3, 4}, {1.75f, 0.75f, 2.0f,  -0.75f, -1.25f, 1.25f, -2.0f, -1.75f, 1.25f, 0.0f,  1.5f,   1.25f,
                                0.25f, 0.5f,  -2.0f, -1.5f,  2.0f,   -0.5f, 0.25f, 0.25f,  1.25f, 0.75f, -1.75f, 1.5f})
      .In<float>({5, 2}, {2.0f, 2.0f, 1.5f, -1.75f, -2.0f, 1.25f, 0.5f, 0.0f, -1.75f, -1.0f})
      .In<float>({5, 2}, {1.0f, 0.5f, -0.25f, 1.75f, -2.0f, -0.25f, 1.0f, 2.0f, -2.0f, 1.0f})
      .In<int64_t>({1, 3}, {0, 2, 4})
      .Out<float>({1, 2, 3, 4},
                  {2.75f, 3.25f, 4.375f, -0.5f, 5.0f,  0.0f,  -2.9375f, -1.6875f, -2.1875f, -2.5f,    -2.75f, 0.25f,
                   0.0f,  1.25f, -3.25f, -4.0f, -5.0f, -3.0f, 0.375f,   0.25f,    -0.6875f, -3.8125f, 0.25f,  -3.25f})
      .Run();
  OpTest("RotaryEmbedding", 23)
      .Attr("num_heads", 2)
      .In<float>({1, 3, 8}, {1.75f, 0.75f, 2.0f,  -0.75f, 0.25f, 0.5f, -2.0f, -1.5f, -1.25f, 1.25f, -2.0f,  -1.75f,
                             2.0f,  -0.5f, 0.25f, 0.25f,  1.25f, 0.0f, 1.5f,  1.25f, 1.25f,  0.75f, -1.75f, 1.5f})
      .In<float>({5, 2}, {2.0f, 2.0f, 1.5f, -1.75f, -2.0f, 1.25f, 0.5f, 0.0f, -1.75f, -1.0f})
      .In<float>({5, 2}, {1.0f, 0.5f, -0.25f, 1.75f, -2.0f, -0.25f, 1.0f, 2.0f, -2.0f, 1.0f})
      .In<int64_t>({1, 3}, {0, 2, 4})
      .Out<float>({1, 3, 8}, {1.5f,    1.875f, 5.75f,   -1.125f, 2.5f,     1.75f,    -3.75f,  -2.75f,
                              -1.5f,   1.125f, 6.5f,    -2.5f,   -3.5f,    -0.5625f, -4.5f,   0.4375f,
                              0.8125f, -1.25f, -5.125f, -1.25f,  -5.6875f, -2.25f,   0.5625f, -0.75f})
      .Run();
  OpTest("RotaryEmbedding", 23)
      .Attr("rotary_embedding_dim", 2)
      .In<float>({1, 2, 3, 4}, {1.75f, 0.75f, 2.0f,  -0.75f, -1.25f, 1.25f, -2.0f, -1.75f, 1.25f, 0.0f,  1.5f,   1.25f,
                                0.25f, 0.5f,  -2.0f, -1.5f,  2.0f,   -0.5f, 0.25f, 0.25f,  1.25f, 0.75f, -1.75f, 1.5f})
      .In<float>({1, 3, 1}, {2.0f, -2.0f, -1.75f})
      .In<float>({1, 3, 1}, {1.0f, -2.0f, -2.0f})
      .Out<float>({1, 2, 3, 4},
                  {2.75f, 3.25f, 2.0f,  -0.75f, 5.0f,  0.0f,  -2.0f, -1.75f, -2.1875f, -2.5f,    1.5f,   1.25f,
                   0.0f,  1.25f, -2.0f, -1.5f,  -5.0f, -3.0f, 0.25f, 0.25f,  -0.6875f, -3.8125f, -1.75f, 1.5f})
      .Run();
}

TEST(RotaryEmbeddingTest, Doubles) {
  OpTest("RotaryEmbedding", 23)
      .In<double>({1, 1, 1, 2}, {1, 2})
      .In<double>({1, 1, 1}, {3})
      .In<double>({1, 1, 1}, {4})
      .Out<double>({1, 1, 1, 2}, {1 * 3 - 2 * 4, 1 * 4 + 2 * 3})
      .Run();
}

TEST(RotaryEmbeddingTest, Refusals) {
  const auto one = [] { return OpTest("RotaryEmbedding", 23).In<float>({1, 1, 1, 2}, {1, 2}); };
  one().In<float>({1, 1}, {1}).In<float>({1, 1}, {1}).In<int64_t>({1, 1}, {1}).Fails("position_ids holds 1");
  one().In<float>({1, 2}, {1, 1}).In<float>({1, 2}, {1, 1}).In<int64_t>({1, 1}, {0}).Fails("does not suit");
  OpTest("RotaryEmbedding", 23)
      .In<float>({1, 1, 3}, {1, 2, 3})
      .In<float>({1, 1}, {1})
      .In<float>({1, 1}, {1})
      .Fails("num_heads 0");
}

}  // namespace
}  // namespace kante::core
