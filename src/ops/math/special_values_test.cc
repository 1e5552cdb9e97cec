// SPDX-License-Identifier: MIT
// The ends of the types: what ONNX leaves to the implementation is what numpy gives, but for division by zero.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <typename T>
Tensor Vector(const std::vector<T>& values) {
  return OpTest::MakeTensor<T>({static_cast<int64_t>(values.size())}, values);
}
template <typename T>
void Binary(const char* op, std::vector<T> x, std::vector<T> y, std::vector<T> z) {
  SCOPED_TRACE(op);
  OpTest(op, 14).In(Vector(x)).In(Vector(y)).Out(Vector(z)).Tolerance(0, 0).Run();
}
template <typename T>
void Unary(const char* op, std::vector<T> x, std::vector<T> y) {
  SCOPED_TRACE(op);
  OpTest(op, 28).In(Vector(x)).Out(Vector(y)).Tolerance(0, 0).Run();
}

TEST(SpecialValues, IntegersWrap) {
  Binary<int32_t>("Add", {INT32_MAX, -5}, {1, 7}, {INT32_MIN, 2});
  Binary<int64_t>("Sub", {INT64_MIN, 3}, {1, 4}, {INT64_MAX, -1});
  Binary<int8_t>("Mul", {100, -128}, {3, -1}, {44, -128});
  Binary<uint64_t>("Mul", {UINT64_MAX}, {2}, {UINT64_MAX - 1});
  Binary<int32_t>("Pow", {2, 3, -1, 2, 0}, {31, 2, -3, -1, -1}, {INT32_MIN, 9, -1, 0, 0});
  Unary<int32_t>("Neg", {INT32_MIN, 3}, {INT32_MIN, -3});
  Unary<int64_t>("Abs", {INT64_MIN, -3}, {INT64_MIN, 3});
}

// ONNX does not say; numpy gives 0 and warns, other runtimes trap.
TEST(SpecialValues, IntegerDivisionByZeroIsZero) {
  Binary<int32_t>("Div", {7, -9, 0, INT32_MIN}, {0, 0, 0, -1}, {0, 0, 0, INT32_MIN});
  Binary<int64_t>("Div", {7, INT64_MIN}, {0, -1}, {0, INT64_MIN});
  Binary<int8_t>("Div", {7, -128}, {0, -1}, {0, -128});
  Binary<uint16_t>("Div", {7, 9}, {0, 2}, {0, 4});
  Binary<int32_t>("Mod", {7, INT32_MIN, -7}, {0, -1, 3}, {0, 0, 2});
  OpTest("Mod", 13)
      .Attr("fmod", 1)
      .In<int64_t>({2}, {7, INT64_MIN})
      .In<int64_t>({2}, {0, -1})
      .Out<int64_t>({2}, {0, 0})
      .Run();
}

TEST(SpecialValues, FloatsFollowIeee) {
  Binary<float>("Div", {1, -1, 0, 1}, {0, 0, 0, -0.0f}, {kInf, -kInf, kNan, -kInf});
  Binary<double>("Div", {1, -1, 0, 1}, {0, 0, 0, -0.0}, {kInf, -kInf, kNan, -kInf});
  Binary<float>("Add", {kInf, kInf, kNan}, {-kInf, kInf, 1}, {kNan, kInf, kNan});
  Binary<float>("Mul", {0, kInf}, {kInf, -2}, {kNan, -kInf});
  Binary<float>("Pow", {kNan, 1, 0, -8, 0}, {0, kNan, 0, 1.0f / 3, -1}, {1, 1, 1, kNan, kInf});
  Unary<float>("Reciprocal", {-0.0f, kInf}, {-kInf, 0});
  Unary<double>("Reciprocal", {-0.0, kInf}, {-kInf, 0});
  Unary<float>("Sqrt", {-1, kInf, 0}, {kNan, kInf, 0});
  Unary<float>("Log", {-1, 0, kInf}, {kNan, -kInf, kInf});
  Unary<float>("Exp", {-kInf, kInf, 100}, {0, kInf, kInf});
}

TEST(SpecialValues, NaNIsNeitherSmallNorLarge) {
  Binary<float>("Max", {kNan, 1, kInf}, {1, kNan, kNan}, {kNan, kNan, kNan});
  Binary<float>("Min", {kNan, 1, -kInf}, {1, kNan, kNan}, {kNan, kNan, kNan});
  Binary<double>("Max", {kNan, 1}, {1, kNan}, {kNan, kNan});
  Binary<double>("Min", {kNan, 1}, {1, kNan}, {kNan, kNan});
  Unary<double>("HardSigmoid", {kNan, kInf, -kInf}, {kNan, 1, 0});
  Unary<float>("HardSigmoid", {kNan, kInf, -kInf}, {kNan, 1, 0});
  OpTest("Clip", 13).In<float>({2}, {kNan, 9}).In<float>({}, {0}).In<float>({}, {1}).Out<float>({2}, {kNan, 1}).Run();
  OpTest("Clip", 13)
      .In<double>({2}, {kNan, 9})
      .In<double>({}, {0})
      .In<double>({}, {1})
      .Out<double>({2}, {kNan, 1})
      .Run();
}

// 2^53 + 1 is no double, 1 + 1e-12 no float.
TEST(SpecialValues, WideNumbersAreComparedAsSuch) {
  const int64_t big = int64_t{1} << 53;
  const std::vector<int64_t> ints = {big, big + 1, big - 1};
  const std::vector<double> doubles = {1, 1 + 1e-12, 1 - 1e-12};
  Binary<int64_t>("Max", ints, {big + 1, big, big}, {big + 1, big + 1, big});
  Binary<uint64_t>("Min", {UINT64_MAX, 5}, {UINT64_MAX - 1, UINT64_MAX}, {UINT64_MAX - 1, 5});
  OpTest("Equal", 13).In<int64_t>({3}, ints).In<int64_t>({}, {big}).Out<bool>({3}, {true, false, false}).Run();
  OpTest("Equal", 13).In<double>({3}, doubles).In<double>({}, {1}).Out<bool>({3}, {true, false, false}).Run();
  OpTest("Less", 13).In<int64_t>({3}, ints).In<int64_t>({}, {big + 1}).Out<bool>({3}, {true, false, true}).Run();
  OpTest("Less", 13).In<uint64_t>({2}, {UINT64_MAX, 3}).In<uint64_t>({}, {4}).Out<bool>({2}, {false, true}).Run();
  OpTest("ArgMax", 13).In<int64_t>({3}, ints).Out<int64_t>({1}, {1}).Run();
  OpTest("ArgMin", 13).In<double>({3}, doubles).Out<int64_t>({1}, {2}).Run();
  OpTest("ReduceMax", 20).In<int64_t>({3}, ints).Out<int64_t>({1}, {big + 1}).Run();
  OpTest("TopK", 11)
      .In<int64_t>({3}, ints)
      .In<int64_t>({1}, {2})
      .Out<int64_t>({2}, {big + 1, big})
      .Out<int64_t>({2}, {1, 0})
      .Run();
  OpTest("Clip", 13)
      .In<int64_t>({3}, ints)
      .In<int64_t>({}, {big})
      .In<int64_t>({}, {big})
      .Out<int64_t>({3}, {big, big, big})
      .Run();
  OpTest("NonZero", 13).In<double>({2}, {1e-300, 0}).Out<int64_t>({1, 1}, {0}).Run();
}

TEST(SpecialValues, SubnormalsAreKept) {
  Binary<float>("Mul", {1e-40f, 0x1p-149f}, {0.5f, 1}, {5e-41f, 0x1p-149f});
  Binary<float>("Add", {0x1p-149f}, {0x1p-149f}, {0x1p-148f});
  Unary<double>("Abs", {-5e-324}, {5e-324});
  Binary<Float16>("Add", {{0x0001}, {0x0400}}, {{0x0001}, {0x8001}}, {{0x0002}, {0x03ff}});
  Binary<Bfloat16>("Add", {{0x0001}}, {{0x0001}}, {{0x0002}});
}

TEST(SpecialValues, TiesGoToEven) {
  Unary<float>("Round", {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f}, {0, 2, 2, 0, -2, -2});
  Unary<double>("Round", {0.5, 1.5, 2.5, -0.5, -1.5, -2.5}, {0, 2, 2, 0, -2, -2});
  // float16: 2048 + 1 and 2048 + 3 are ties, 65504 + 16 is the tie above the largest number.
  Binary<Float16>("Add", {{0x6800}, {0x6800}, {0x7bff}}, {{0x3c00}, {0x4200}, {0x4c00}},
                  {{0x6800}, {0x6802}, {0x7c00}});
}

// Sum rounds after each input (kStored), a reduction once.
TEST(SpecialValues, StepsOfSixteenBits) {
  OpTest("Sum", 13)
      .In<Float16>({}, {{0x6800}})
      .In<Float16>({}, {{0x3c00}})
      .In<Float16>({}, {{0x3c00}})
      .Out<Float16>({}, {{0x6800}})
      .Tolerance(0, 0)
      .Run();
  OpTest("ReduceSum", 13)
      .Attr("keepdims", 0)
      .In<Float16>({3}, {{0x6800}, {0x3c00}, {0x3c00}})
      .Out<Float16>({}, {{0x6801}})
      .Tolerance(0, 0)
      .Run();
}

TEST(SpecialValues, ShrinkOfTheLargestIntegers) {
  OpTest("Shrink", 9)
      .Attr("bias", -10.0f)
      .In<int64_t>({3}, {INT64_MIN, INT64_MAX, 5})
      .Out<int64_t>({3}, {INT64_MIN, INT64_MAX, 15})
      .Run();
  OpTest("Shrink", 9).Attr("bias", 10.0f).In<uint64_t>({2}, {UINT64_MAX, 0}).Out<uint64_t>({2}, {UINT64_MAX, 0}).Run();
}

// float64 sums against long double.
TEST(SpecialValues, DoublesAreAccurate) {
  std::vector<double> x, w;
  long double sum = 0, product = 0, squares = 0, exps = 0;
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) {
    x.push_back(std::sin(i * 1.7) * 3);
    w.push_back(std::cos(i * 0.3));
    sum += x.back();
    product += static_cast<long double>(x.back()) * w.back();
    squares += static_cast<long double>(x.back()) * x.back();
    exps += std::exp(static_cast<long double>(x.back()));
  }
  const auto one = [](long double v) { return std::vector<double>{static_cast<double>(v)}; };
  const auto accurate = [](OpTest& t) { t.Tolerance(1e-12, 1e-13).Run(); };
  accurate(OpTest("ReduceSum", 13).In<double>({kCount}, x).Out<double>({1}, one(sum)));
  accurate(OpTest("ReduceMean", 18).In<double>({kCount}, x).Out<double>({1}, one(sum / kCount)));
  accurate(OpTest("ReduceL2", 18).In<double>({kCount}, x).Out<double>({1}, one(std::sqrt(squares))));
  accurate(OpTest("ReduceLogSumExp", 18).In<double>({kCount}, x).Out<double>({1}, one(std::log(exps))));
  accurate(
      OpTest("MatMul", 13).In<double>({1, kCount}, x).In<double>({kCount, 1}, w).Out<double>({1, 1}, one(product)));
  accurate(OpTest("Conv", 22)
               .In<double>({1, 1, kCount}, x)
               .In<double>({1, 1, kCount}, w)
               .Out<double>({1, 1, 1}, one(product)));
  std::vector<double> softmax, normal;
  const long double mean = sum / kCount, variance = squares / kCount - mean * mean;
  for (double v : x) {
    softmax.push_back(static_cast<double>(std::exp(static_cast<long double>(v)) / exps));
    normal.push_back(static_cast<double>((v - mean) / std::sqrt(variance)));
  }
  accurate(OpTest("Softmax", 13).In<double>({kCount}, x).Out<double>({kCount}, softmax));
  accurate(OpTest("LayerNormalization", 17)
               .Attr("epsilon", 0.0f)
               .In<double>({kCount}, x)
               .In<double>({kCount}, std::vector<double>(kCount, 1))
               .Out<double>({kCount}, normal));
}

}  // namespace
}  // namespace kante::core
