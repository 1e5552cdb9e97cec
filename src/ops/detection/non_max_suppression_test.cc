// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(NonMaxSuppressionTest, Picks) {
  OpTest("NonMaxSuppression", 11)
      .In<float>({1, 6, 4}, {0.0f, 0.0f,  1.0f, 1.0f,  0.0f, 0.1f,  1.0f, 1.1f,  0.0f, -0.1f,  1.0f, 0.9f,
                             0.0f, 10.0f, 1.0f, 11.0f, 0.0f, 10.1f, 1.0f, 11.1f, 0.0f, 100.0f, 1.0f, 101.0f})
      .In<float>({1, 1, 6}, {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f})
      .In<int64_t>({1}, {3})
      .In<float>({1}, {0.5f})
      .In<float>({1}, {0.0f})
      .Out<int64_t>({3, 3}, {0, 0, 3, 0, 0, 0, 0, 0, 5})
      .Run();
  OpTest("NonMaxSuppression", 10)
      .In<float>({1, 6, 4}, {0.0f, 0.0f,  1.0f, 1.0f,  0.0f, 0.1f,  1.0f, 1.1f,  0.0f, -0.1f,  1.0f, 0.9f,
                             0.0f, 10.0f, 1.0f, 11.0f, 0.0f, 10.1f, 1.0f, 11.1f, 0.0f, 100.0f, 1.0f, 101.0f})
      .In<float>({1, 1, 6}, {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f})
      .In<int64_t>({1}, {2})
      .In<float>({1}, {0.5f})
      .In<float>({1}, {0.4f})
      .Out<int64_t>({2, 3}, {0, 0, 3, 0, 0, 0})
      .Run();
  OpTest("NonMaxSuppression", 11)
      .In<float>({2, 6, 4}, {0.0f, 0.0f,  1.0f, 1.0f,  0.0f, 0.1f,  1.0f, 1.1f,  0.0f, -0.1f,  1.0f, 0.9f,
                             0.0f, 10.0f, 1.0f, 11.0f, 0.0f, 10.1f, 1.0f, 11.1f, 0.0f, 100.0f, 1.0f, 101.0f,
                             0.0f, 0.0f,  1.0f, 1.0f,  0.0f, 0.1f,  1.0f, 1.1f,  0.0f, -0.1f,  1.0f, 0.9f,
                             0.0f, 10.0f, 1.0f, 11.0f, 0.0f, 10.1f, 1.0f, 11.1f, 0.0f, 100.0f, 1.0f, 101.0f})
      .In<float>({2, 1, 6}, {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f, 0.3f, 0.5f, 0.95f, 0.6f, 0.75f, 0.9f})
      .In<int64_t>({1}, {2})
      .In<float>({1}, {0.5f})
      .Out<int64_t>({4, 3}, {0, 0, 3, 0, 0, 0, 1, 0, 2, 1, 0, 5})
      .Run();
  OpTest("NonMaxSuppression", 11)
      .Attr("center_point_box", 1)
      .In<float>({1, 3, 4}, {0.5f, 0.5f, 1.0f, 1.0f, 0.5f, 0.6f, 1.0f, 1.0f, 0.5f, 10.5f, 1.0f, 1.0f})
      .In<float>({1, 1, 3}, {0.9f, 0.8f, 0.7f})
      .In<int64_t>({1}, {3})
      .In<float>({1}, {0.5f})
      .Out<int64_t>({2, 3}, {0, 0, 0, 0, 0, 2})
      .Run();
}

TEST(NonMaxSuppressionTest, EdgesAndRefusals) {
  // Nothing is asked for by default, and nothing is there to pick from.
  OpTest("NonMaxSuppression", 11)
      .In<float>({1, 1, 4}, {0, 0, 1, 1})
      .In<float>({1, 1, 1}, {1})
      .Out<int64_t>({0, 3}, {})
      .Run();
  OpTest("NonMaxSuppression", 11)
      .In<float>({1, 0, 4}, {})
      .In<float>({1, 2, 0}, {})
      .In<int64_t>({1}, {3})
      .Out<int64_t>({0, 3}, {})
      .Run();
  OpTest("NonMaxSuppression", 11)
      .In<float>({1, 2, 4}, {0, 0, 1, 1, 5, 5, 6, 6})
      .In<float>({1, 1, 2}, {NAN, 0.5f})
      .In<int64_t>({}, {5})
      .Out<int64_t>({2, 3}, {0, 0, 1, 0, 0, 0})
      .Run();
  OpTest("NonMaxSuppression", 11)
      .In<float>({1, 1, 4}, {0, 0, 1, 1})
      .In<float>({1, 1, 1}, {1})
      .In<int64_t>({1}, {1})
      .In<float>({1}, {2})
      .Fails("iou_threshold");
  OpTest("NonMaxSuppression", 11).In<float>({1, 1, 4}, {0, 0, 1, 1}).In<float>({1, 1, 2}, {1, 1}).Fails("do not suit");
}

}  // namespace
}  // namespace kante::core
