// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Softmax of x [outer, n, inner] along n, in double.
std::vector<double> Naive(const std::vector<double>& x, int64_t outer, int64_t n, int64_t inner, bool log) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t j = 0; j < inner; ++j) {
      double top = -1e300, sum = 0;
      const auto at = [&](int64_t i) { return static_cast<size_t>((o * n + i) * inner + j); };
      for (int64_t i = 0; i < n; ++i) top = std::max(top, x[at(i)]);
      for (int64_t i = 0; i < n; ++i) sum += std::exp(x[at(i)] - top);
      for (int64_t i = 0; i < n; ++i) {
        y[at(i)] = log ? x[at(i)] - top - std::log(sum) : std::exp(x[at(i)] - top) / sum;
      }
    }
  }
  return y;
}

template <typename T>
void Check(const Shape& shape, int axis) {
  SCOPED_TRACE(StrCat(shape.ToString(), " axis ", axis));
  std::vector<double> x;
  std::vector<T> from;
  for (int64_t i = 0; i < shape.elements(); ++i) {
    from.push_back(static_cast<T>(static_cast<double>((i * 37) % 101) / 9 - 5));
    x.push_back(static_cast<double>(from.back()));
  }
  const int a = axis < 0 ? axis + shape.rank() : axis;
  for (const bool log : {false, true}) {
    const auto y = Naive(x, shape.Product(0, a), shape[a], shape.Product(a + 1, shape.rank()), log);
    OpTest test(log ? "LogSoftmax" : "Softmax", 13);
    test.Attr("axis", axis)
        .In(OpTest::MakeTensor<T>(shape, from))
        .Out(OpTest::MakeTensor<T>(shape, std::vector<T>(y.begin(), y.end())))
        .Tolerance(2e-6, 1e-6)
        .Run();
  }
}

TEST(SoftmaxTest, EveryAxis) {
  Check<float>({3, 4, 5}, -1);
  Check<float>({3, 4, 5}, 0);
  Check<float>({3, 4, 5}, 1);
  Check<float>({2, 70, 300}, 1);
  Check<float>({1000}, 0);
  Check<float>({5, 1}, 1);
  for (const int64_t n : {1, 2, 3, 7, 8}) {  // short rows, in whole and broken blocks
    Check<float>({9, n}, 1);
    Check<float>({3, 100, n}, 2);
  }
  Check<double>({3, 4, 5}, -1);
  Check<double>({3, 4, 5}, 0);
}

TEST(SoftmaxTest, LargeNumbersAndEmptyTensors) {
  OpTest("Softmax", 13)
      .In<float>({2, 2}, {1000, 1001, -1000, -1001})
      .Out<float>({2, 2}, {0.26894142f, 0.73105858f, 0.73105858f, 0.26894142f})
      .Run();
  const float inf = std::numeric_limits<float>::infinity();
  OpTest("Softmax", 13).Attr("axis", 0).In<float>({2, 2}, {0, -inf, 0, 3}).Out<float>({2, 2}, {0.5f, 0, 0.5f, 1}).Run();
  OpTest("Softmax", 13).In<float>({2, 0}, {}).Out<float>({2, 0}, {}).Run();
  OpTest("Softmax", 13).In<float>({}, {3}).Out<float>({}, {1}).Run();
}

TEST(SoftmaxTest, HalfPrecision) {
  OpTest("Softmax", 13).In<Float16>({2}, {{0x3c00}, {0x3c00}}).Out<Float16>({2}, {{0x3800}, {0x3800}}).Run();
}

TEST(SoftmaxTest, OldVersionsFlatten) {
  const std::vector<float> x = {0, 0, 0, 0, 1, 1, 1, 1};
  OpTest("Softmax", 11).In<float>({2, 2, 2}, x).Out<float>({2, 2, 2}, std::vector<float>(8, 0.25f)).Run();
  OpTest("Softmax", 1).Attr("axis", 2).In<float>({2, 2, 2}, x).Out<float>({2, 2, 2}, std::vector<float>(8, 0.5f)).Run();
  OpTest("LogSoftmax", 11)
      .Attr("axis", 0)
      .In<float>({1, 2, 2}, {0, 0, 0, 0})
      .Out<float>({1, 2, 2}, std::vector<float>(4, -1.3862944f))
      .Run();
  OpTest("Hardmax", 11).In<float>({1, 2, 2}, {1, 2, 5, 4}).Out<float>({1, 2, 2}, {0, 0, 1, 0}).Run();
}

TEST(HardmaxTest, FirstOfEquals) {
  OpTest("Hardmax", 13).In<float>({2, 3}, {1, 3, 3, 2, 0, 1}).Out<float>({2, 3}, {0, 1, 0, 1, 0, 0}).Run();
  OpTest("Hardmax", 13).Attr("axis", 0).In<double>({2, 2}, {1, 3, 2, 0}).Out<double>({2, 2}, {0, 1, 1, 0}).Run();
  OpTest("Hardmax", 13).Attr("axis", 3).In<float>({1}, {1}).Fails("outside");
}

}  // namespace
}  // namespace kante::core
