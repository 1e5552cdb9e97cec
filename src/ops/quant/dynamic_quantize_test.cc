// SPDX-License-Identifier: MIT
// DynamicQuantizeMatMul and DynamicQuantizeLSTM against the formulas, evaluated here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// The values that uint8 codes of a scale made from their range can tell apart.
std::vector<float> Coarse(const std::vector<float>& x) {
  float lo = 0, hi = 0;
  for (const float v : x) {
    lo = std::min(lo, v);
    hi = std::max(hi, v);
  }
  const float scale = (hi - lo) / 255, zero = std::nearbyint(-lo / scale);
  std::vector<float> y;
  for (const float v : x) y.push_back((std::clamp(std::nearbyint(v / scale) + zero, 0.0f, 255.0f) - zero) * scale);
  return y;
}
float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

TEST(DynamicQuantizeMatMulTest, ColumnsHaveTheirOwnScales) {
  const std::vector<float> a = {0.11f, -1.7f, 0.93f, 2.6f}, real = Coarse(a);
  const std::vector<int8_t> b = {-100, 50, 7, 9};
  const std::vector<float> scale = {0.1f, 0.02f}, bias = {0.5f, -1};
  const std::vector<int8_t> zero = {3, -4};
  std::vector<float> y, plain;
  for (size_t i = 0; i < 2; ++i) {
    for (size_t j = 0; j < 2; ++j) {
      float sum = 0, centred = 0;
      for (size_t k = 0; k < 2; ++k) {
        sum += real[i * 2 + k] * static_cast<float>(b[k * 2 + j]) * 0.1f;
        centred += real[i * 2 + k] * static_cast<float>(b[k * 2 + j] - zero[j]) * scale[j];
      }
      y.push_back(centred + bias[j]);
      plain.push_back(sum);
    }
  }
  OpTest("DynamicQuantizeMatMul", 1, "com.microsoft")
      .In<float>({2, 2}, a)
      .In<int8_t>({2, 2}, b)
      .In<float>({2}, scale)
      .In<int8_t>({2}, zero)
      .In<float>({2}, bias)
      .Out<float>({2, 2}, y)
      .Run();
  OpTest("DynamicQuantizeMatMul", 1, "com.microsoft")
      .In<float>({2, 2}, a)
      .In<int8_t>({2, 2}, b)
      .In<float>({}, {0.1f})
      .Out<float>({2, 2}, plain)
      .Run();
}

// One cell, two steps; gates i, o, f, c. Weights lie [directions, input, gates].
TEST(DynamicQuantizeLSTMTest, OneCell) {
  const std::vector<float> x = {0.8f, -0.3f}, coarse = Coarse(x);
  const std::vector<uint8_t> w = {100, 140, 128, 200}, r = {10, 20, 30, 5};
  const std::vector<float> scale = {0.01f, 0.02f, 0.03f, 0.04f};
  for (const bool each : {false, true}) {
    float h = 0, c = 0;
    std::vector<float> y;
    for (const float v : coarse) {
      float gate[4];
      for (size_t g = 0; g < 4; ++g) {
        const float s = each ? scale[g] : 0.01f;
        gate[g] = v * (static_cast<float>(w[g]) - 128) * s + h * (static_cast<float>(r[g]) - 8) * s + 0.1f;
      }
      c = Sigmoid(gate[2]) * c + Sigmoid(gate[0]) * std::tanh(gate[3]);
      h = Sigmoid(gate[1]) * std::tanh(c);
      y.push_back(h);
    }
    const Shape p = each ? Shape{1, 4} : Shape{1};
    const size_t n = each ? 4 : 1;
    const std::vector<float> s = each ? scale : std::vector<float>{0.01f};
    OpTest("DynamicQuantizeLSTM", 1, "com.microsoft")
        .Attr("hidden_size", 1)
        .In<float>({2, 1, 1}, x)
        .In<uint8_t>({1, 1, 4}, w)
        .In<uint8_t>({1, 1, 4}, r)
        .In<float>({1, 8}, std::vector<float>(8, 0.05f))
        .NoInput()
        .NoInput()
        .NoInput()
        .NoInput()
        .In<float>(p, s)
        .In<uint8_t>(p, std::vector<uint8_t>(n, 128))
        .In<float>(p, s)
        .In<uint8_t>(p, std::vector<uint8_t>(n, 8))
        .Out<float>({2, 1, 1, 1}, y)
        .Out<float>({1, 1, 1}, {h})
        .Out<float>({1, 1, 1}, {c})
        .Run();
  }
}

}  // namespace
}  // namespace kante::core
