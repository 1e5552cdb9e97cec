// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Expected values follow the formulas of the specification, in double.
TEST(AdagradTest, Tensors) {
  OpTest("Adagrad", 1, "ai.onnx.preview.training")
      .Attr("norm_coefficient", 0.5f)
      .Attr("decay_factor", 0.25f)
      .Attr("epsilon", 0.125f)
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {3})
      .In<float>({2, 2}, {0.75f, 0.25f, -1.5f, 1.0f})
      .In<float>({1}, {1.5f})
      .In<float>({2, 2}, {1.0f, 2.0f, 1.25f, -1.0f})
      .In<float>({1}, {-1.0f})
      .In<float>({2, 2}, {0.75f, 0.75f, 0.75f, 0.75f})
      .In<float>({1}, {1.75f})
      .Out<float>({2, 2}, {0.5255102f, -0.0009171069f, -1.626984f, 1.126984f})
      .Out<float>({1}, {1.548548f})
      .Out<float>({2, 2}, {2.640625f, 5.265625f, 1.0f, 1.0f})
      .Out<float>({1}, {1.8125f})
      .Run();
}

TEST(AdamTest, Tensors) {
  OpTest("Adam", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("norm_coefficient", 0.25f)
      .Attr("norm_coefficient_post", 0.125f)
      .Attr("epsilon", 0.0625f)
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {2})
      .In<float>({3}, {-2.0f, -1.75f, 2.0f})
      .In<double>({2}, {0.0, -1.25})
      .In<float>({3}, {2.0f, -0.75f, -1.5f})
      .In<double>({2}, {1.25, 0.0})
      .In<float>({3}, {-0.75f, -2.0f, 1.75f})
      .In<double>({2}, {-2.0, -1.0})
      .In<float>({3}, {0.75f, 0.25f, 1.0f})
      .In<double>({2}, {1.0, 0.0})
      .Out<float>({3}, {-1.623855f, 0.06710801f, 0.8839746f})
      .Out<double>({2}, {0.861005727871, 1.4362358491})
      .Out<float>({3}, {-0.1875f, -1.796875f, 1.0625f})
      .Out<double>({2}, {-1.1875, -0.828125})
      .Out<float>({3}, {1.5f, 0.8300781f, 1.0f})
      .Out<double>({2}, {1.28125, 0.048828125})
      .Run();
  OpTest("Adam", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("epsilon", 0.0625f)
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {0})
      .In<float>({3}, {-0.5f, -1.0f, -1.75f})
      .In<float>({3}, {0.5f, 0.75f, 0.0f})
      .In<float>({3}, {1.75f, 1.75f, -1.25f})
      .In<float>({3}, {0.5f, 0.5f, 1.0f})
      .Out<float>({3}, {-1.565016f, -1.947725f, -1.140923f})
      .Out<float>({3}, {1.4375f, 1.5f, -0.9375f})
      .Out<float>({3}, {0.375f, 0.53125f, 0.5f})
      .Run();
}

TEST(MomentumTest, Modes) {
  OpTest("Momentum", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("norm_coefficient", 0.25f)
      .Attr("mode", "standard")
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {0})
      .In<float>({2}, {-0.75f, 0.0f})
      .In<float>({1, 2}, {-1.25f, -0.5f})
      .In<float>({2}, {1.0f, -1.0f})
      .In<float>({1, 2}, {1.5f, 1.5f})
      .In<float>({2}, {1.0f, 0.75f})
      .In<float>({1, 2}, {0.75f, -2.0f})
      .Out<float>({2}, {-1.53125f, 0.21875f})
      .Out<float>({1, 2}, {-2.125f, -0.4375f})
      .Out<float>({2}, {1.5625f, -0.4375f})
      .Out<float>({1, 2}, {1.75f, -0.125f})
      .Run();
  OpTest("Momentum", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("norm_coefficient", 0.25f)
      .Attr("mode", "standard")
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {4})
      .In<float>({2}, {0.75f, -1.25f})
      .In<float>({1, 2}, {1.0f, -0.75f})
      .In<float>({2}, {1.25f, 1.75f})
      .In<float>({1, 2}, {1.5f, -0.5f})
      .In<float>({2}, {-0.25f, 2.0f})
      .In<float>({1, 2}, {-1.75f, 0.5f})
      .Out<float>({2}, {0.484375f, -2.359375f})
      .Out<float>({1, 2}, {1.21875f, -0.765625f})
      .Out<float>({2}, {0.53125f, 2.21875f})
      .Out<float>({1, 2}, {-0.4375f, 0.03125f})
      .Run();
  OpTest("Momentum", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("norm_coefficient", 0.25f)
      .Attr("mode", "nesterov")
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {0})
      .In<float>({2}, {1.5f, 0.75f})
      .In<float>({1, 2}, {-1.5f, -1.25f})
      .In<float>({2}, {-0.5f, 1.75f})
      .In<float>({1, 2}, {0.75f, 1.25f})
      .In<float>({2}, {0.0f, -0.5f})
      .In<float>({1, 2}, {-1.0f, 0.5f})
      .Out<float>({2}, {1.609375f, -0.8046875f})
      .Out<float>({1, 2}, {-1.546875f, -2.210938f})
      .Out<float>({2}, {-0.125f, 1.5625f})
      .Out<float>({1, 2}, {-0.375f, 1.3125f})
      .Run();
  OpTest("Momentum", 1, "ai.onnx.preview.training")
      .Attr("alpha", 0.75f)
      .Attr("beta", 0.5f)
      .Attr("norm_coefficient", 0.25f)
      .Attr("mode", "nesterov")
      .In<float>({}, {0.5f})
      .In<int64_t>({}, {4})
      .In<float>({2}, {1.5f, -1.5f})
      .In<float>({1, 2}, {-0.5f, -1.5f})
      .In<float>({2}, {-1.0f, 0.0f})
      .In<float>({1, 2}, {0.5f, 1.75f})
      .In<float>({2}, {0.25f, -0.5f})
      .In<float>({1, 2}, {-1.25f, 1.25f})
      .Out<float>({2}, {1.859375f, -1.101562f})
      .Out<float>({1, 2}, {-0.40625f, -2.796875f})
      .Out<float>({2}, {-0.125f, -0.5625f})
      .Out<float>({1, 2}, {-0.75f, 1.625f})
      .Run();
}

TEST(MomentumTest, Refusals) {
  const auto momentum = [] {
    return OpTest("Momentum", 1, "ai.onnx.preview.training").Attr("alpha", 0.5f).Attr("beta", 0.5f);
  };
  momentum()
      .Attr("norm_coefficient", 0.0f)
      .In<float>({}, {1})
      .In<int64_t>({}, {0})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Fails("'mode' is missing");
  const auto full = [&](const char* mode) { return momentum().Attr("norm_coefficient", 0.0f).Attr("mode", mode); };
  full("fast")
      .In<float>({}, {1})
      .In<int64_t>({}, {0})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Fails("'fast' is not known");
  full("standard")
      .In<float>({}, {1})
      .In<int64_t>({}, {0})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({2}, {1, 1})
      .Fails("must have shape [1]");
  full("standard")
      .In<float>({}, {1})
      .In<int64_t>({}, {0})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Fails("no multiple of 3");
  full("standard")
      .In<float>({2}, {1, 1})
      .In<int64_t>({}, {0})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Fails("input 0 must hold one number");
}

}  // namespace
}  // namespace kante::core
