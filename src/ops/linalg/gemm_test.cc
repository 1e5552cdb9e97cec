// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

struct Problem {
  int64_t m, n, k;
  bool trans_a, trans_b;
  float alpha, beta;
  Shape c;
};

void Check(const Problem& p) {
  SCOPED_TRACE(StrCat(p.m, "x", p.n, "x", p.k, p.trans_a ? " A'" : "", p.trans_b ? " B'" : "", " C ", p.c.ToString()));
  const auto values = [](int64_t count, int salt) {
    std::vector<float> v;
    for (int64_t i = 0; i < count; ++i) v.push_back(static_cast<float>((i * 5 + salt) % 19 - 9) / 4);
    return v;
  };
  const auto a = values(p.m * p.k, 1), b = values(p.k * p.n, 7), c = values(p.c.elements(), 3);
  const int64_t c_row = p.c.rank() == 2 && p.c[0] > 1 ? p.c[1] : 0;
  const int64_t c_col = p.c.rank() >= 1 && p.c[p.c.rank() - 1] > 1 ? 1 : 0;
  std::vector<float> y;
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t j = 0; j < p.n; ++j) {
      double sum = 0;
      for (int64_t kk = 0; kk < p.k; ++kk) {
        sum += static_cast<double>(a[static_cast<size_t>(p.trans_a ? kk * p.m + i : i * p.k + kk)]) *
               static_cast<double>(b[static_cast<size_t>(p.trans_b ? j * p.k + kk : kk * p.n + j)]);
      }
      y.push_back(static_cast<float>(static_cast<double>(p.alpha) * sum +
                                     static_cast<double>(p.beta * c[static_cast<size_t>(i * c_row + j * c_col)])));
    }
  }
  const Shape sa = p.trans_a ? Shape{p.k, p.m} : Shape{p.m, p.k};
  const Shape sb = p.trans_b ? Shape{p.n, p.k} : Shape{p.k, p.n};
  OpTest("Gemm", 13)
      .Attr("alpha", p.alpha)
      .Attr("beta", p.beta)
      .Attr("transA", int{p.trans_a})
      .Attr("transB", int{p.trans_b})
      .In<float>(sa, a)
      .In<float>(sb, b)
      .In<float>(p.c, c)
      .Out<float>({p.m, p.n}, y)
      .Tolerance(1e-5, 1e-4)
      .Run();
}

TEST(GemmTest, TransposesScalesAndKindsOfC) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      Check({1, 20, 7, trans_a, trans_b, 1, 1, {20}});
      Check({3, 33, 50, trans_a, trans_b, 0.5f, 2, {1, 33}});
      Check({10, 17, 30, trans_a, trans_b, 1, 1, {10, 1}});
      Check({10, 17, 30, trans_a, trans_b, 2, 0.5f, {10, 17}});
      Check({6, 1, 9, trans_a, trans_b, 1, 1, {6, 1}});
      Check({25, 40, 11, trans_a, trans_b, 1, 3, {}});
      Check({25, 40, 11, trans_a, trans_b, 1, 1, {1}});
      Check({1, 5, 3, trans_a, trans_b, 1, 1, {1, 1}});
    }
  }
}

TEST(GemmTest, WithoutC) {
  OpTest("Gemm", 11).In<float>({1, 2}, {1, 2}).In<float>({2, 1}, {3, 4}).Out<float>({1, 1}, {11}).Run();
  OpTest("Gemm", 13)
      .Attr("beta", 0.0f)
      .In<float>({1, 1}, {2})
      .In<float>({1, 1}, {3})
      .In<float>({1}, {NAN})
      .Out<float>({1, 1}, {6})
      .Run();
  OpTest("Gemm", 13)
      .In<float>({2, 0}, {})
      .In<float>({0, 2}, {})
      .In<float>({2}, {1, 2})
      .Out<float>({2, 2}, {1, 2, 1, 2})
      .Run();
}

TEST(GemmTest, OldBroadcastAttribute) {
  OpTest("Gemm", 6)
      .Attr("broadcast", 1)
      .In<float>({1, 2}, {1, 2})
      .In<float>({2, 2}, {1, 0, 0, 1})
      .In<float>({2}, {5, 6})
      .Out<float>({1, 2}, {6, 8})
      .Run();
}

TEST(GemmTest, OtherTypes) {
  OpTest("Gemm", 13)
      .In<double>({1, 2}, {1, 2})
      .In<double>({2, 2}, {1, 0, 0, 1})
      .In<double>({2}, {5, 6})
      .Out<double>({1, 2}, {6, 8})
      .Run();
  OpTest("Gemm", 13)
      .Attr("transB", 1)
      .In<int64_t>({1, 2}, {3, -2})
      .In<int64_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({1, 1}, {10})
      .Out<int64_t>({1, 2}, {9, 11})
      .Run();
  OpTest("Gemm", 13)
      .Attr("transB", 1)
      .In<Float16>({1, 2}, {{0x3c00}, {0x4000}})
      .In<Float16>({1, 2}, {{0x4200}, {0x3800}})
      .In<Float16>({1}, {{0x3c00}})
      .Out<Float16>({1, 1}, {{0x4500}})
      .Run();
}

TEST(GemmTest, Refuses) {
  OpTest("Gemm", 13).In<float>({1, 2}, {1, 2}).In<float>({3, 1}, {1, 2, 3}).Fails("2 columns of A, 3 rows of B");
  OpTest("Gemm", 13).In<float>({2}, {1, 2}).In<float>({2, 1}, {1, 2}).Fails("must be matrices");
  OpTest("Gemm", 13)
      .In<float>({1, 1}, {1})
      .In<float>({1, 1}, {1})
      .In<float>({2, 1}, {1, 2})
      .Fails("does not broadcast");
}

TEST(FusedGemmTest, Activation) {
  OpTest("FusedGemm", 1, "kante")
      .Attr("activation", "Clip")
      .Attr("activation_params", std::vector<float>{0, 6})
      .Attr("alpha", 2.0f)
      .In<float>({1, 1}, {2})
      .In<float>({1, 3}, {-1, 1, 5})
      .In<float>({3}, {1, 1, 1})
      .Out<float>({1, 3}, {0, 5, 6})
      .Run();
  OpTest("FusedGemm", 1, "kante")
      .Attr("activation", "Wobble")
      .In<float>({1, 1}, {2})
      .In<float>({1, 1}, {1})
      .Fails("activation 'Wobble' is not known");
}

TEST(GemmTest, IntegersWrapUnlessScaled) {
  OpTest("Gemm", 13)
      .In<int32_t>({1, 2}, {INT32_MAX, 1})
      .In<int32_t>({2, 1}, {1, 1})
      .Out<int32_t>({1, 1}, {INT32_MIN})
      .Run();
  OpTest("Gemm", 13)
      .Attr("alpha", 4.0f)
      .In<int32_t>({2, 1}, {1 << 30, -1})
      .In<int32_t>({1, 1}, {1})
      .Out<int32_t>({2, 1}, {INT32_MAX, -4})
      .Run();
}

}  // namespace
}  // namespace kante::core
