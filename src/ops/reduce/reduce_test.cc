// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<double> Values(int64_t count) {
  std::vector<double> v;
  for (int64_t i = 0; i < count; ++i) v.push_back(static_cast<double>((i * 31 + 7) % 53) / 8 + 0.25);
  return v;
}

struct Kind {
  const char* name;
  double start;
  double (*step)(double, double);
  double (*finish)(double, double);
};
constexpr auto kSame = [](double s, double) { return s; };
constexpr Kind kKinds[] = {
    {"ReduceSum", 0, [](double s, double x) { return s + x; }, kSame},
    {"ReduceMean", 0, [](double s, double x) { return s + x; }, [](double s, double n) { return s / n; }},
    {"ReduceMax", -1e300, [](double s, double x) { return std::max(s, x); }, kSame},
    {"ReduceMin", 1e300, [](double s, double x) { return std::min(s, x); }, kSame},
    {"ReduceL1", 0, [](double s, double x) { return s + std::abs(x); }, kSame},
    {"ReduceL2", 0, [](double s, double x) { return s + x * x; }, [](double s, double) { return std::sqrt(s); }},
    {"ReduceSumSquare", 0, [](double s, double x) { return s + x * x; }, kSame},
    {"ReduceLogSum", 0, [](double s, double x) { return s + x; }, [](double s, double) { return std::log(s); }},
    {"ReduceLogSumExp", 0, [](double s, double x) { return s + std::exp(x); },
     [](double s, double) { return std::log(s); }},
};

// Every element of x goes to its place in the result.
template <typename T>
void Check(const Kind& kind, const Shape& shape, const std::vector<int64_t>& axes, bool keep) {
  SCOPED_TRACE(StrCat(kind.name, " ", shape.ToString()));
  std::vector<bool> reduced(static_cast<size_t>(shape.rank()), axes.empty());
  for (int64_t a : axes) reduced[static_cast<size_t>(a < 0 ? a + shape.rank() : a)] = true;
  Shape out;
  double count = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (!reduced[static_cast<size_t>(d)])
      out.push_back(shape[d]);
    else if (keep)
      out.push_back(1);
    if (reduced[static_cast<size_t>(d)]) count *= static_cast<double>(shape[d]);
  }
  const std::vector<double> values = Values(shape.elements());
  std::vector<double> sums(static_cast<size_t>(out.elements()), kind.start);
  std::vector<T> x, y;
  for (int64_t i = 0; i < shape.elements(); ++i) {
    int64_t rest = i, at = 0, scale = 1;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      if (!reduced[static_cast<size_t>(d)]) {
        at += rest % shape[d] * scale;
        scale *= shape[d];
      }
      rest /= shape[d];
    }
    x.push_back(static_cast<T>(values[static_cast<size_t>(i)]));
    double& sum = sums[static_cast<size_t>(at)];
    sum = kind.step(sum, static_cast<double>(x.back()));
  }
  for (double s : sums) y.push_back(static_cast<T>(kind.finish(s, count)));
  OpTest test(kind.name, 20);
  test.Attr("keepdims", int{keep}).In(OpTest::MakeTensor<T>(shape, x));
  if (!axes.empty()) test.In<int64_t>({static_cast<int64_t>(axes.size())}, axes);
  test.Out(OpTest::MakeTensor<T>(out, y)).Tolerance(2e-6, 1e-6).Run();
}

TEST(ReduceTest, EveryLayout) {
  for (const Kind& kind : kKinds) {
    Check<float>(kind, {4, 5, 6}, {2}, true);
    Check<float>(kind, {4, 5, 6}, {0}, false);
    Check<float>(kind, {4, 5, 6}, {1}, true);
    Check<float>(kind, {4, 5, 6}, {0, 2}, true);
    Check<float>(kind, {4, 5, 6}, {-1, -2}, false);
    Check<float>(kind, {2, 3, 2, 3, 2}, {0, 2, 4}, false);
    Check<float>(kind, {2, 3, 2, 3, 2}, {1, 3}, true);
    Check<float>(kind, {3, 700}, {0}, true);
    Check<float>(kind, {3, 700}, {1}, false);
    Check<float>(kind, {400, 2, 3}, {0, 2}, false);
    Check<float>(kind, {7, 3}, {}, true);
    Check<float>(kind, {}, {}, false);
    Check<float>(kind, {1, 5, 1}, {1}, false);
    Check<double>(kind, {4, 5, 6}, {1}, true);
    Check<double>(kind, {4, 5, 6}, {0, 2}, false);
  }
}

TEST(ReduceTest, Integers) {
  OpTest("ReduceSum", 13).In<int32_t>({2, 2}, {1, 2, 3, 4}).In<int64_t>({1}, {1}).Out<int32_t>({2, 1}, {3, 7}).Run();
  OpTest("ReduceMean", 18).In<int64_t>({3}, {1, 2, 5}).Out<int64_t>({1}, {2}).Run();
  OpTest("ReduceMax", 18).In<uint64_t>({3}, {1, ~uint64_t{0}, 5}).Out<uint64_t>({1}, {~uint64_t{0}}).Run();
  OpTest("ReduceMin", 18).In<int8_t>({2, 2}, {4, -3, 2, 9}).In<int64_t>({1}, {0}).Out<int8_t>({1, 2}, {2, -3}).Run();
  OpTest("ReduceProd", 18).In<int64_t>({2, 2}, {4, -3, 2, 9}).Attr("keepdims", 0).Out<int64_t>({}, {-216}).Run();
  OpTest("ReduceL1", 18).In<int32_t>({3}, {-4, 3, -2}).Out<int32_t>({1}, {9}).Run();
  OpTest("ReduceL2", 18).In<int32_t>({2}, {-4, 3}).Out<int32_t>({1}, {5}).Run();
  OpTest("ReduceMax", 20)
      .In<bool>({2, 2}, {true, false, false, false})
      .In<int64_t>({1}, {1})
      .Out<bool>({2, 1}, {true, false})
      .Run();
  OpTest("ReduceMin", 20)
      .In<bool>({2, 2}, {true, true, true, false})
      .In<int64_t>({1}, {1})
      .Out<bool>({2, 1}, {true, false})
      .Run();
}

TEST(ReduceTest, HalfPrecisionSumsInFloat) {
  // 2048 + 1 + 1 in f16 would stay at 2048.
  OpTest("ReduceSum", 13).In<Float16>({3}, {{0x6800}, {0x3c00}, {0x3c00}}).Out<Float16>({1}, {{0x6801}}).Run();
  OpTest("ReduceMax", 18).In<Bfloat16>({2}, {{0x3f80}, {0x4000}}).Out<Bfloat16>({1}, {{0x4000}}).Run();
}

TEST(ReduceTest, EmptySets) {
  OpTest("ReduceSum", 13).In<float>({2, 0}, {}).In<int64_t>({1}, {1}).Out<float>({2, 1}, {0, 0}).Run();
  OpTest("ReduceProd", 18).In<float>({2, 0}, {}).In<int64_t>({1}, {1}).Out<float>({2, 1}, {1, 1}).Run();
  OpTest("ReduceMax", 20).In<float>({2, 0}, {}).In<int64_t>({1}, {1}).Out<float>({2, 1}, {-kInf, -kInf}).Run();
  OpTest("ReduceMin", 20).In<int32_t>({0}, {}).Out<int32_t>({1}, {std::numeric_limits<int32_t>::max()}).Run();
  OpTest("ReduceMax", 20).In<bool>({0}, {}).Out<bool>({1}, {false}).Run();
  OpTest("ReduceLogSumExp", 18).In<float>({0}, {}).Out<float>({1}, {-kInf}).Run();
  OpTest("ReduceLogSum", 18).In<float>({0}, {}).Out<float>({1}, {-kInf}).Run();
  OpTest("ReduceMean", 18).In<float>({0}, {}).Out<float>({1}, {NAN}).Run();
  OpTest("ReduceSum", 13).In<float>({0, 3}, {}).In<int64_t>({1}, {1}).Out<float>({0, 1}, {}).Run();
}

TEST(ReduceTest, EmptyAxesMayMeanNothing) {
  OpTest("ReduceSum", 13)
      .Attr("noop_with_empty_axes", 1)
      .In<float>({2}, {1, 2})
      .In<int64_t>({0}, {})
      .Out<float>({2}, {1, 2})
      .Run();
  OpTest("ReduceSumSquare", 18).Attr("noop_with_empty_axes", 1).In<float>({2}, {3, 2}).Out<float>({2}, {9, 4}).Run();
  OpTest("ReduceSum", 13).In<float>({2}, {1, 2}).In<int64_t>({0}, {}).Out<float>({1}, {3}).Run();
}

TEST(ReduceTest, AxesAttributeOfOldVersions) {
  OpTest("ReduceSum", 11)
      .Attr("axes", std::vector<int64_t>{1})
      .Attr("keepdims", 0)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({2}, {3, 7})
      .Run();
  OpTest("ReduceMean", 1)
      .Attr("axes", std::vector<int64_t>{0})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({1, 2}, {2, 3})
      .Run();
}

TEST(ReduceTest, ExtremesOfInput) {
  OpTest("ReduceLogSumExp", 18)
      .In<float>({3, 2}, {1000, 1000, -kInf, -kInf, kInf, 1})
      .In<int64_t>({1}, {1})
      .Out<float>({3, 1}, {1000.6931472f, -kInf, kInf})
      .Run();
  OpTest("ReduceMax", 18).In<float>({3}, {1, NAN, 3}).Out<float>({1}, {NAN}).Run();
}

TEST(ReduceTest, Refuses) {
  OpTest("ReduceSum", 13).In<float>({2}, {1, 2}).In<int64_t>({1}, {1}).Fails("axis 1 outside [-1, 0]");
  OpTest("ReduceSum", 13).In<float>({2, 1}, {1, 2}).In<int64_t>({2}, {0, -2}).Fails("named twice");
}

TEST(ArgExtremeTest, FirstOrLast) {
  const std::vector<float> x = {2, 2, 1, 3, 10, 10};
  OpTest("ArgMax", 13).Attr("axis", 1).In<float>({2, 3}, x).Out<int64_t>({2, 1}, {0, 1}).Run();
  OpTest("ArgMax", 13)
      .Attr("axis", 1)
      .Attr("select_last_index", 1)
      .Attr("keepdims", 0)
      .In<float>({2, 3}, x)
      .Out<int64_t>({2}, {1, 2})
      .Run();
  OpTest("ArgMin", 13).In<float>({2, 3}, x).Out<int64_t>({1, 3}, {0, 0, 0}).Run();
  OpTest("ArgMin", 12).Attr("axis", -1).In<float>({2, 3}, x).Out<int64_t>({2, 1}, {2, 0}).Run();
  OpTest("ArgMax", 13).In<uint64_t>({3}, {1, uint64_t{1} << 63, 3}).Out<int64_t>({1}, {1}).Run();
  OpTest("ArgMin", 13).In<double>({2}, {1, -2}).Out<int64_t>({1}, {1}).Run();
  OpTest("ArgMax", 13).In<Float16>({2}, {{0xbc00}, {0x3c00}}).Out<int64_t>({1}, {1}).Run();
  OpTest("ArgMax", 13).In<float>({4}, {1, NAN, 5, NAN}).Out<int64_t>({1}, {1}).Run();
  OpTest("ArgMax", 13).Attr("select_last_index", 1).In<float>({4}, {1, NAN, 5, NAN}).Out<int64_t>({1}, {3}).Run();
}

TEST(ArgExtremeTest, LongAxes) {
  std::vector<float> x(3000, 0.5f);
  x[1700] = 1;
  x[2900] = 1;
  OpTest("ArgMax", 13).In<float>({3000}, x).Out<int64_t>({1}, {1700}).Run();
  OpTest("ArgMax", 13).Attr("select_last_index", 1).In<float>({3000, 1}, x).Out<int64_t>({1, 1}, {2900}).Run();
}

TEST(ArgExtremeTest, Refuses) {
  OpTest("ArgMax", 13).Attr("axis", 2).In<float>({2}, {1, 2}).Fails("outside");
  OpTest("ArgMax", 13).Attr("axis", 1).In<float>({2, 0}, {}).Fails("no element");
}

TEST(Reduce, RootOfASumThatWrappedIsZero) {
  OpTest("ReduceL2", 18)
      .In<int64_t>({2}, {int64_t{1} << 31, int64_t{1} << 31})  // 2^63 is the least integer
      .Out<int64_t>({1}, {0})
      .Run();
}

}  // namespace
}  // namespace kante::core
