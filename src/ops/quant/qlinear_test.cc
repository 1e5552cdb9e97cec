// SPDX-License-Identifier: MIT
// Expected values: the formulas of the specification, evaluated here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMs = "com.microsoft";

// What value `real` is in a scale and a zero point.
template <typename T>
T Code(double real, float scale, T zero) {
  const double code = std::nearbyint(real / scale) + zero;
  return static_cast<T>(std::clamp<double>(code, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}
template <typename T>
double Real(T code, float scale, T zero) {
  return (double{1} * code - zero) * scale;
}
double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Bytes : OpTest {
  explicit Bytes(const char* op) : OpTest(op, 1, kMs) {}
  template <typename T>
  Bytes& Linear(const Shape& shape, const std::vector<T>& codes, float scale, T zero) {
    In<T>(shape, codes);
    return Scale<T>(scale, zero);
  }
  template <typename T>
  Bytes& Scale(float scale, T zero) {
    In<float>({}, {scale});
    In<T>({}, {zero});
    return *this;
  }
};

template <typename T>
void CheckBinary(const char* op, bool product, const std::vector<T>& a, const std::vector<T>& b) {
  SCOPED_TRACE(op);
  constexpr T kA = 3, kB = 120, kY = 100;
  std::vector<T> y;
  for (const T row : a) {
    for (const T column : b) {
      const double l = Real(row, 0.031f, kA), r = Real(column, 0.057f, kB);
      y.push_back(Code(product ? l * r : l + r, 0.043f, kY));
    }
  }
  const auto m = static_cast<int64_t>(a.size()), n = static_cast<int64_t>(b.size());
  Bytes(op)
      .Linear<T>({m, 1}, a, 0.031f, kA)
      .template Linear<T>({n}, b, 0.057f, kB)
      .template Scale<T>(0.043f, kY)
      .template Out<T>({m, n}, y)
      .Run();
}

TEST(QLinearTest, AddAndMul) {
  for (const bool product : {false, true}) {
    const char* op = product ? "QLinearMul" : "QLinearAdd";
    CheckBinary<uint8_t>(op, product, {0, 3, 77, 255}, {0, 120, 200, 255, 9});
    CheckBinary<int8_t>(op, product, {-128, 3, 77, 127}, {0, 120, -100, 127, 9});
    CheckBinary<int8_t>(op, product, {}, {1, 2});
  }
}

TEST(QLinearTest, AnAbsentZeroPointIsZeroOfTheInputsType) {
  Bytes("QLinearAdd")
      .In<int8_t>({2}, {-10, 10})
      .In<float>({1}, {0.5f})
      .NoInput()
      .In<int8_t>({}, {-4})
      .In<float>({1}, {1})
      .NoInput()
      .In<float>({1}, {0.25f})
      .Out<int8_t>({2}, {-36, 4})
      .Run();
  Bytes("QLinearAdd").In<int8_t>({1}, {1}).In<float>({}, {1}).NoInput().In<int8_t>({1}, {1}).Fails("inputs");
}

TEST(QLinearTest, Activations) {
  const std::vector<uint8_t> x = {0, 60, 128, 131, 255};
  std::vector<uint8_t> sigmoid, leaky;
  for (const uint8_t code : x) {
    const double v = Real<uint8_t>(code, 0.04f, 128);
    sigmoid.push_back(Code<uint8_t>(Sigmoid(v), 1.0f / 255, 0));
    leaky.push_back(Code<uint8_t>(v < 0 ? v * 0.3 : v, 0.03f, 50));
  }
  Bytes("QLinearSigmoid")
      .Linear<uint8_t>({5}, x, 0.04f, 128)
      .Scale<uint8_t>(1.0f / 255, 0)
      .Out<uint8_t>({5}, sigmoid)
      .Run();
  Bytes test("QLinearLeakyRelu");
  test.Attr("alpha", 0.3f);
  test.Linear<uint8_t>({5}, x, 0.04f, 128).Scale<uint8_t>(0.03f, 50).Out<uint8_t>({5}, leaky).Run();
  Bytes("QLinearSigmoid")
      .Attr("alpha", 0.3f)
      .In<uint8_t>({1}, {1})
      .In<float>({}, {1})
      .NoInput()
      .In<float>({}, {1})
      .Fails("alpha");
}

// Before opset 13 all dimensions from `axis` on are one row.
TEST(QLinearTest, Softmax) {
  const std::vector<int8_t> x = {-20, 0, 13, 40, 7, -9, 100, 90};
  const auto expected = [&](size_t row) {
    std::vector<int8_t> y(x.size());
    for (size_t begin = 0; begin < x.size(); begin += row) {
      double sum = 0;
      for (size_t i = begin; i < begin + row; ++i) sum += std::exp(Real<int8_t>(x[i], 0.05f, 1));
      for (size_t i = begin; i < begin + row; ++i) {
        y[i] = Code<int8_t>(std::exp(Real<int8_t>(x[i], 0.05f, 1)) / sum, 1.0f / 256, -128);
      }
    }
    return y;
  };
  for (const int opset : {12, 13}) {
    for (const int axis : {1, -1}) {
      SCOPED_TRACE(axis);
      if (opset == 13 && axis == 1) continue;
      Bytes test("QLinearSoftmax");
      test.Attr("opset", opset).Attr("axis", axis);
      test.Linear<int8_t>({2, 2, 2}, x, 0.05f, 1).Scale<int8_t>(1.0f / 256, -128);
      test.Out<int8_t>({2, 2, 2}, expected(axis == 1 ? 4 : 2)).Run();
    }
  }
}

TEST(QLinearTest, ConcatAndWhere) {
  Bytes concat("QLinearConcat");
  concat.Attr("axis", 1);
  concat.Scale<uint8_t>(0.5f, 10).Linear<uint8_t>({1, 2}, {0, 7}, 0.5f, 10).Linear<uint8_t>({1, 1}, {9}, 2.0f, 5);
  concat.Out<uint8_t>({1, 3}, {0, 7, 26}).Run();
  Bytes("QLinearConcat").Scale<uint8_t>(1, 0).Linear<uint8_t>({1}, {0}, 1, 0).In<uint8_t>({1}, {1}).Fails("three");

  Bytes where("QLinearWhere");
  where.In<bool>({2, 1}, {true, false});
  where.Linear<uint8_t>({2}, {12, 14}, 1.0f, 10).Linear<uint8_t>({1}, {3}, 3.0f, 1).Scale<uint8_t>(0.5f, 1);
  where.Out<uint8_t>({2, 2}, {5, 9, 13, 13}).Run();
}

TEST(QLinearTest, MeansOverPlaces) {
  // Two pixels of two channels, as [N, H, W, C].
  Bytes global("QLinearGlobalAveragePool");
  global.Attr("channels_last", 1);
  global.Linear<uint8_t>({1, 1, 2, 2}, {10, 20, 30, 60}, 1.0f, 0).Scale<uint8_t>(0.5f, 3);
  global.Out<uint8_t>({1, 1, 1, 2}, {43, 83}).Run();
  Bytes("QLinearGlobalAveragePool")
      .Linear<uint8_t>({1, 2, 1, 2}, {10, 30, 20, 60}, 1.0f, 0)
      .Scale<uint8_t>(0.5f, 3)
      .Out<uint8_t>({1, 2, 1, 1}, {43, 83})
      .Run();

  for (const int last : {0, 1}) {
    Bytes pool("QLinearAveragePool");
    pool.Attr("channels_last", last).Attr("kernel_shape", std::vector<int64_t>{2});
    pool.Attr("strides", std::vector<int64_t>{2}).Attr("pads", std::vector<int64_t>{0, 1});
    if (last) {
      pool.Linear<int8_t>({1, 3, 2}, {2, 20, 4, 40, 6, 60}, 1.0f, 0).Scale<int8_t>(1.0f, 1);
      pool.Out<int8_t>({1, 2, 2}, {4, 31, 7, 61}).Run();
    } else {
      pool.Linear<int8_t>({1, 2, 3}, {2, 4, 6, 20, 40, 60}, 1.0f, 0).Scale<int8_t>(1.0f, 1);
      pool.Out<int8_t>({1, 2, 2}, {4, 7, 31, 61}).Run();
    }
  }

  Bytes mean("QLinearReduceMean");
  mean.Attr("axes", std::vector<int64_t>{1}).Attr("keepdims", 0);
  mean.Linear<uint8_t>({2, 2}, {10, 20, 40, 60}, 1.0f, 5).Scale<uint8_t>(2.0f, 1);
  mean.Out<uint8_t>({2}, {6, 23}).Run();
}

// One pixel of two channels against its weights; the second output channel has a scale of its own.
TEST(QLinearTest, ConvOfChannelsLast) {
  Bytes conv("QLinearConv");
  conv.Attr("channels_last", 1);
  conv.Linear<uint8_t>({1, 1, 2, 2}, {11, 12, 13, 14}, 0.5f, 10);
  conv.In<int8_t>({2, 2, 1, 1}, {1, 10, 2, -1}).In<float>({2}, {1, 4}).In<int8_t>({2}, {0, 0});
  conv.Scale<uint8_t>(0.5f, 100).In<int32_t>({2}, {3, 1});
  conv.Out<uint8_t>({1, 1, 2, 2}, {124, 104, 146, 112}).Run();
}

// Integer sums are exact: (a - 1) * (b - bz) + C by hand.
TEST(QLinearTest, Gemm) {
  const auto gemm = [](bool turned) {
    Bytes test("QGemm");
    test.Attr("alpha", 0.5f).Attr("transA", turned ? 1 : 0).Attr("transB", turned ? 1 : 0);
    test.Linear<uint8_t>(turned ? Shape{2, 1} : Shape{1, 2}, {3, 5}, 2.0f, 1);
    if (turned) {
      test.In<int8_t>({3, 2}, {1, 4, 2, 5, 3, 6});
    } else {
      test.In<int8_t>({2, 3}, {1, 2, 3, 4, 5, 6});
    }
    test.In<float>({3}, {1, 2, 3}).In<int8_t>({3}, {0, 1, 2}).In<int32_t>({3}, {2, 0, -2});
    return test;
  };
  for (const bool turned : {false, true}) {
    gemm(turned).Out<float>({1, 3}, {20, 36, 48}).Run();
    Bytes codes = gemm(turned);
    codes.Scale<uint8_t>(4.0f, 7).Out<uint8_t>({1, 3}, {12, 16, 19}).Run();
    gemm(turned).In<float>({}, {1}).Fails("y_zero_point");
  }
}

}  // namespace
}  // namespace kante::core
