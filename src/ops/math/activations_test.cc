// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

const std::vector<float> kX = {-3, -1.5f, -0.25f, 0, 0.5f, 2, 7};

template <typename F>
std::vector<float> Map(F&& f) {
  std::vector<float> y;
  for (float x : kX) y.push_back(static_cast<float>(f(static_cast<double>(x))));
  return y;
}

TEST(ActivationTest, Alpha) {
  OpTest("LeakyRelu", 16).In<float>({7}, kX).Out<float>({7}, Map([](double x) { return x < 0 ? 0.01 * x : x; })).Run();
  OpTest("LeakyRelu", 6)
      .Attr("alpha", 0.1f)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return x < 0 ? 0.1 * x : x; }))
      .Run();
  OpTest("Elu", 22)
      .Attr("alpha", 2.0f)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return x < 0 ? 2 * std::expm1(x) : x; }))
      .Run();
  OpTest("Celu", 12)
      .Attr("alpha", 2.0f)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return x < 0 ? 2 * std::expm1(x / 2) : x; }))
      .Run();
  OpTest("ThresholdedRelu", 10).In<float>({2}, {NAN, 2}).Out<float>({2}, {0, 2}).Run();
  OpTest("ThresholdedRelu", 10).In<float>({7}, kX).Out<float>({7}, Map([](double x) { return x > 1 ? x : 0; })).Run();
  OpTest("Swish", 24)
      .Attr("alpha", 1.5f)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return x / (1 + std::exp(-1.5 * x)); }))
      .Run();
}

TEST(ActivationTest, SeluAndItsOldDefaults) {
  const auto selu = [](double alpha, double gamma) {
    return Map([=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); });
  };
  OpTest("Selu", 6).In<float>({7}, kX).Out<float>({7}, selu(1.6732632423543772, 1.0507009873554805)).Run();
  OpTest("Selu", 1).In<float>({7}, kX).Out<float>({7}, selu(1.6732, 1.0507)).Run();
}

TEST(ActivationTest, HardSigmoid) {
  OpTest("HardSigmoid", 6)
      .Attr("alpha", 0.5f)
      .Attr("beta", 0.6f)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return std::min(1.0, std::max(0.0, 0.5 * x + 0.6)); }))
      .Run();
}

TEST(ActivationTest, Gelu) {
  OpTest("Gelu", 20)
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }))
      .Run();
  OpTest("Gelu", 20)
      .Attr("approximate", "tanh")
      .In<float>({7}, kX)
      .Out<float>({7}, Map([](double x) {
                    return 0.5 * x *
                           (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
                  }))
      .Run();
  OpTest("Gelu", 20).Attr("approximate", "sloppy").In<float>({7}, kX).Fails("'none' or 'tanh'");
}

TEST(SwiGluTest, GateTimesValue) {
  OpTest("SwiGLU", 28)
      .Attr("alpha", 2.0f)
      .In<float>({7}, kX)
      .In<float>({7}, {1, 2, 3, 4, 5, 6, 7})
      .Out<float>({7}, Map([n = 0](double x) mutable { return ++n * x / (1 + std::exp(-2 * x)); }))
      .Run();
  OpTest("SwiGLU", 28)
      .In<double>({2}, {1, -1})
      .In<double>({2}, {2, 2})
      .Out<double>({2}, {1.4621171572600098, -0.5378828427399902})
      .Run();
  OpTest("SwiGLU", 28).In<float>({2}, {1, 2}).In<float>({1}, {1}).Fails("differ");
}

TEST(ClipTest, Bounds) {
  OpTest("Clip", 13)
      .In<float>({7}, kX)
      .In<float>({}, {-1})
      .In<float>({}, {1})
      .Out<float>({7}, {-1, -1, -0.25f, 0, 0.5f, 1, 1})
      .Run();
  OpTest("Clip", 13)
      .In<float>({7}, kX)
      .NoInput()
      .In<float>({}, {1})
      .Out<float>({7}, {-3, -1.5f, -0.25f, 0, 0.5f, 1, 1})
      .Run();
  OpTest("Clip", 13).In<float>({7}, kX).Out<float>({7}, kX).Run();
}

TEST(ClipTest, MaximumWinsWhenBoundsCross) {
  OpTest("Clip", 13).In<float>({2}, {-9, 9}).In<float>({}, {5}).In<float>({}, {3}).Out<float>({2}, {3, 3}).Run();
  OpTest("Clip", 13).In<double>({2}, {-9, 9}).In<double>({}, {5}).In<double>({}, {3}).Out<double>({2}, {3, 3}).Run();
  OpTest("Clip", 13).In<int8_t>({2}, {-9, 9}).In<int8_t>({}, {5}).In<int8_t>({}, {3}).Out<int8_t>({2}, {3, 3}).Run();
}

TEST(ClipTest, Integers) {
  OpTest("Clip", 13)
      .In<uint64_t>({3}, {1, 5, ~uint64_t{0}})
      .In<uint64_t>({}, {2})
      .In<uint64_t>({}, {9})
      .Out<uint64_t>({3}, {2, 5, 9})
      .Run();
  OpTest("Clip", 13).In<int32_t>({2}, {-4, 4}).Out<int32_t>({2}, {-4, 4}).Run();
}

TEST(ClipTest, AttributesOfOldVersions) {
  OpTest("Clip", 6)
      .Attr("min", -1.0f)
      .Attr("max", 1.0f)
      .In<float>({7}, kX)
      .Out<float>({7}, {-1, -1, -0.25f, 0, 0.5f, 1, 1})
      .Run();
  OpTest("Clip", 6).Attr("max", 1.0f).In<float>({7}, kX).Out<float>({7}, {-3, -1.5f, -0.25f, 0, 0.5f, 1, 1}).Run();
}

TEST(ClipTest, RefusesVectorBounds) {
  OpTest("Clip", 13).In<float>({7}, kX).In<float>({2}, {0, 1}).Fails("must be a scalar");
}

}  // namespace
}  // namespace kante::core
