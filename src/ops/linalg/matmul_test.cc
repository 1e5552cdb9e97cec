// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

std::vector<float> Values(int64_t count, int salt) {
  std::vector<float> v;
  for (int64_t i = 0; i < count; ++i) v.push_back(static_cast<float>((i * 7 + salt) % 23 - 11) / 8);
  return v;
}

// [batch, m, k] x [k, n] or [batch, k, n], in double.
std::vector<float> Naive(const std::vector<float>& a, const std::vector<float>& b, int64_t batch, int64_t m, int64_t n,
                         int64_t k, bool b_batched) {
  std::vector<float> c;
  for (int64_t t = 0; t < batch; ++t) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t kk = 0; kk < k; ++kk) {
          sum += static_cast<double>(a[static_cast<size_t>((t * m + i) * k + kk)]) *
                 static_cast<double>(b[static_cast<size_t>(((b_batched ? t * k : 0) + kk) * n + j)]);
        }
        c.push_back(static_cast<float>(sum));
      }
    }
  }
  return c;
}

TEST(MatMulTest, SizesAroundTiles) {
  for (const auto& [m, n, k] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                   {1, 5, 3},
                                                                   {2, 17, 9},
                                                                   {4, 33, 40},
                                                                   {5, 16, 8},
                                                                   {7, 1, 33},
                                                                   {13, 31, 65},
                                                                   {70, 50, 100},
                                                                   {3, 40, 1500},
                                                                   {9, 20, 2100}}) {
    SCOPED_TRACE(StrCat(m, "x", n, "x", k));
    const auto a = Values(m * k, 3), b = Values(k * n, 5);
    OpTest("MatMul", 13)
        .In<float>({m, k}, a)
        .In<float>({k, n}, b)
        .Out<float>({m, n}, Naive(a, b, 1, m, n, k, false))
        .Tolerance(1e-5, 2e-4)
        .Run();
  }
}

TEST(MatMulTest, Batches) {
  const auto a = Values(3 * 6 * 5, 1), b = Values(3 * 5 * 4, 2), w = Values(5 * 4, 9);
  OpTest("MatMul", 13)
      .In<float>({3, 6, 5}, a)
      .In<float>({3, 5, 4}, b)
      .Out<float>({3, 6, 4}, Naive(a, b, 3, 6, 4, 5, true))
      .Run();
  OpTest("MatMul", 13)
      .In<float>({3, 6, 5}, a)
      .In<float>({5, 4}, w)
      .Out<float>({3, 6, 4}, Naive(a, w, 3, 6, 4, 5, false))
      .Run();
  OpTest("MatMul", 13)
      .In<float>({3, 1, 6, 5}, a)
      .In<float>({1, 1, 5, 4}, w)
      .Out<float>({3, 1, 6, 4}, Naive(a, w, 3, 6, 4, 5, false))
      .Run();
}

TEST(MatMulTest, BothSidesBroadcast) {
  // [2,1,2,2] x [3,2,1] = [2,3,2,1]
  OpTest("MatMul", 9)
      .In<float>({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})
      .In<float>({3, 2, 1}, {1, 0, 0, 1, 1, 1})
      .Out<float>({2, 3, 2, 1}, {1, 3, 2, 4, 3, 7, 5, 7, 6, 8, 11, 15})
      .Run();
  OpTest("MatMul", 9)
      .In<double>({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})
      .In<double>({3, 2, 1}, {1, 0, 0, 1, 1, 1})
      .Out<double>({2, 3, 2, 1}, {1, 3, 2, 4, 3, 7, 5, 7, 6, 8, 11, 15})
      .Run();
}

TEST(MatMulTest, Vectors) {
  OpTest("MatMul", 13).In<float>({3}, {1, 2, 3}).In<float>({3}, {4, 5, 6}).Out<float>({}, {32}).Run();
  OpTest("MatMul", 13).In<float>({2}, {1, 2}).In<float>({2, 3}, {1, 2, 3, 4, 5, 6}).Out<float>({3}, {9, 12, 15}).Run();
  OpTest("MatMul", 13).In<float>({2, 3}, {1, 2, 3, 4, 5, 6}).In<float>({3}, {1, 0, 2}).Out<float>({2}, {7, 16}).Run();
  OpTest("MatMul", 13).In<float>({2, 2, 1}, {1, 2, 3, 4}).In<float>({1}, {3}).Out<float>({2, 2}, {3, 6, 9, 12}).Run();
}

TEST(MatMulTest, OtherTypes) {
  OpTest("MatMul", 9)
      .In<int32_t>({2, 2}, {1, -2, 3, 4})
      .In<int32_t>({2, 1}, {5, 6})
      .Out<int32_t>({2, 1}, {-7, 39})
      .Run();
  OpTest("MatMul", 9)
      .In<uint64_t>({1, 2}, {uint64_t{1} << 63, 3})
      .In<uint64_t>({2, 1}, {2, 5})
      .Out<uint64_t>({1, 1}, {15})
      .Run();
  // f16: [1, 2] x [[3], [0.5]] = 4; bf16 the same.
  OpTest("MatMul", 13)
      .In<Float16>({1, 2}, {{0x3c00}, {0x4000}})
      .In<Float16>({2, 1}, {{0x4200}, {0x3800}})
      .Out<Float16>({1, 1}, {{0x4400}})
      .Run();
  OpTest("MatMul", 13)
      .In<Bfloat16>({1, 2}, {{0x3f80}, {0x4000}})
      .In<Bfloat16>({2, 2}, {{0x4040}, {0x4040}, {0x3f00}, {0}})
      .Out<Bfloat16>({1, 2}, {{0x4080}, {0x4040}})
      .Run();
}

TEST(MatMulTest, EmptySides) {
  OpTest("MatMul", 13).In<float>({2, 0}, {}).In<float>({0, 3}, {}).Out<float>({2, 3}, std::vector<float>(6)).Run();
  OpTest("MatMul", 13).In<float>({0, 2}, {}).In<float>({2, 3}, Values(6, 1)).Out<float>({0, 3}, {}).Run();
  OpTest("MatMul", 13).In<float>({0, 2, 2}, {}).In<float>({2, 3}, Values(6, 1)).Out<float>({0, 2, 3}, {}).Run();
}

TEST(MatMulTest, Refuses) {
  OpTest("MatMul", 13).In<float>({2, 3}, Values(6, 1)).In<float>({2, 3}, Values(6, 1)).Fails("3 and 2 differ");
  OpTest("MatMul", 13).In<float>({}, {1}).In<float>({2, 3}, Values(6, 1)).Fails("scalars");
}

TEST(FusedMatMulTest, BiasAndActivation) {
  const auto fused = [] { return OpTest("FusedMatMul", 1, "kante"); };
  fused()
      .Attr("activation", "Relu")
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2, 2}, {1, -1, 1, -1})
      .In<float>({2}, {0.5f, 4})
      .Out<float>({2, 2}, {3.5f, 1, 7.5f, 0})
      .Run();
  fused()
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<float>({2, 1}, {1, 1})
      .In<float>({1}, {10})
      .Out<float>({3, 1}, {13, 17, 21})
      .Run();
  fused()
      .Attr("activation", "LeakyRelu")
      .Attr("activation_params", std::vector<float>{0.5f})
      .In<float>({1, 1}, {2})
      .In<float>({1, 2}, {-3, 3})
      .Out<float>({1, 2}, {-3, 6})
      .Run();
  fused().In<float>({1, 2}, {1, 2}).In<float>({2, 2}, {1, 2, 3, 4}).In<float>({3}, {1, 2, 3}).Fails("does not suit");
}

}  // namespace
}  // namespace kante::core
