// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

struct Case {
  const char* name;
  int opset;
  double (*reference)(double);
  double low, high;
};

constexpr Case kCases[] = {
    {"Acos", 22, std::acos, -1, 1},
    {"Acosh", 9, std::acosh, 1, 9},
    {"Asin", 7, std::asin, -1, 1},
    {"Asinh", 22, std::asinh, -5, 5},
    {"Atan", 22, std::atan, -5, 5},
    {"Atanh", 22, std::atanh, -0.9, 0.9},
    {"Ceil", 13, std::ceil, -3, 3},
    {"Cos", 22, std::cos, -9, 9},
    {"Cosh", 22, std::cosh, -4, 4},
    {"Erf", 13, std::erf, -3, 3},
    {"Exp", 13, std::exp, -9, 9},
    {"Floor", 13, std::floor, -3, 3},
    {"Log", 13, std::log, 0.01, 20},
    {"Round", 22, std::nearbyint, -4, 4},
    {"Sin", 22, std::sin, -9, 9},
    {"Sinh", 22, std::sinh, -4, 4},
    {"Sqrt", 13, std::sqrt, 0, 50},
    {"Tan", 22, std::tan, -1.4, 1.4},
    {"Tanh", 13, std::tanh, -5, 5},
    {"HardSwish", 22, [](double x) { return x * std::min(1.0, std::max(0.0, x / 6 + 0.5)); }, -5, 5},
    {"Mish", 22, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -5, 5},
    {"Reciprocal", 13, [](double x) { return 1 / x; }, 0.5, 8},
    {"Sigmoid", 13, [](double x) { return 1 / (1 + std::exp(-x)); }, -8, 8},
    {"Softplus", 22, [](double x) { return std::log1p(std::exp(x)); }, -8, 8},
    {"Softsign", 22, [](double x) { return x / (1 + std::abs(x)); }, -8, 8},
};

template <typename T>
void Sweep(const Case& test) {
  constexpr int64_t kCount = 1003;  // more than a tile, not a multiple of anything
  std::vector<T> x, y;
  for (int64_t i = 0; i < kCount; ++i) {
    x.push_back(static_cast<T>(test.low + (test.high - test.low) * static_cast<double>(i) / (kCount - 1)));
    y.push_back(static_cast<T>(test.reference(static_cast<double>(x.back()))));
  }
  OpTest one(test.name, test.opset);
  const bool wide = std::is_same_v<T, double>;
  one.Tolerance(wide ? 1e-13 : 2e-6, wide ? 1e-14 : 1e-6);
  one.In(OpTest::MakeTensor<T>({17, 59}, x)).Out(OpTest::MakeTensor<T>({17, 59}, y)).Run();
}

TEST(UnaryTest, AgreesWithTheCLibrary) {
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    Sweep<float>(test);
    Sweep<double>(test);
  }
}

TEST(UnaryTest, HalfPrecision) {
  // 0.5, 1, -2 in f16; 1, -2 in bf16.
  OpTest("Abs", 13)
      .In<Float16>({3}, {{0x3800}, {0x3c00}, {0xc000}})
      .Out<Float16>({3}, {{0x3800}, {0x3c00}, {0x4000}})
      .Run();
  OpTest("Sqrt", 13).In<Bfloat16>({2}, {{0x4080}, {0x3f80}}).Out<Bfloat16>({2}, {{0x4000}, {0x3f80}}).Run();
}

TEST(UnaryTest, ScalarsAndEmptyTensors) {
  OpTest("Exp", 13).In<float>({}, {0}).Out<float>({}, {1}).Run();
  OpTest("Exp", 13).In<float>({2, 0}, {}).Out<float>({2, 0}, {}).Run();
}

TEST(UnaryTest, OldVersionsForgetConsumedInputs) {
  OpTest("Exp", 1).Attr("consumed_inputs", std::vector<int64_t>{0}).In<float>({1}, {0}).Out<float>({1}, {1}).Run();
}

TEST(UnaryTest, RefusesIntegers) { OpTest("Exp", 13).In<int32_t>({1}, {1}).Fails("must be of type"); }

TEST(NumericTest, Integers) {
  OpTest("Abs", 13).In<int8_t>({3}, {-128, -3, 4}).Out<int8_t>({3}, {-128, 3, 4}).Run();
  OpTest("Abs", 13).In<uint64_t>({2}, {~uint64_t{0}, 3}).Out<uint64_t>({2}, {~uint64_t{0}, 3}).Run();
  OpTest("Neg", 13).In<int64_t>({2}, {5, -7}).Out<int64_t>({2}, {-5, 7}).Run();
  OpTest("Relu", 14).In<int32_t>({3}, {-5, 0, 7}).Out<int32_t>({3}, {0, 0, 7}).Run();
  OpTest("Sign", 13).In<int16_t>({3}, {-5, 0, 7}).Out<int16_t>({3}, {-1, 0, 1}).Run();
  OpTest("Sign", 13).In<uint64_t>({2}, {uint64_t{1} << 63, 0}).Out<uint64_t>({2}, {1, 0}).Run();
  OpTest("BitwiseNot", 18).In<uint8_t>({2}, {0, 0xf0}).Out<uint8_t>({2}, {0xff, 0x0f}).Run();
}

TEST(NumericTest, SignKeepsNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  OpTest("Sign", 13).In<float>({4}, {-2, 0, 3, nan}).Out<float>({4}, {-1, 0, 1, nan}).Run();
}

TEST(NumericTest, Shrink) {
  OpTest("Shrink", 9)
      .Attr("lambd", 1.5f)
      .Attr("bias", 1.5f)
      .In<float>({5}, {-2, -1, 0, 1, 2})
      .Out<float>({5}, {-0.5f, 0, 0, 0, 0.5f})
      .Run();
  OpTest("Shrink", 9).Attr("lambd", 1.5f).In<int32_t>({5}, {-2, -1, 0, 1, 2}).Out<int32_t>({5}, {-2, 0, 0, 0, 2}).Run();
}

}  // namespace
}  // namespace kante::core
