// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
using Perm = std::vector<int64_t>;

std::vector<float> Numbers(int64_t n, int seed) {
  std::vector<float> x(static_cast<size_t>(n));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>((static_cast<int>(i) * 37 + seed * 11) % 29 - 14) / 8;
  return x;
}

// An array [d0, d1, d2, d3] whose dimension perm[i] is logical dimension i; sizes of 1 repeat.
struct Array {
  Shape dims;  // logical
  Perm perm{0, 1, 2, 3};
  std::vector<float> values;

  Array(Shape logical, int seed, Perm order = {0, 1, 2, 3})
      : dims(logical), perm(std::move(order)), values(Numbers(logical.elements(), seed)) {}
  Shape stored() const {
    Shape s = dims;
    for (int i = 0; i < 4; ++i) s.set_dim(static_cast<int>(perm[static_cast<size_t>(i)]), dims[i]);
    return s;
  }
  float& at(std::array<int64_t, 4> i) {
    const Shape s = stored();
    int64_t places[4] = {};
    for (size_t d = 0; d < 4; ++d) places[perm[d]] = dims[static_cast<int>(d)] == 1 ? 0 : i[d];
    return values[static_cast<size_t>(((places[0] * s[1] + places[1]) * s[2] + places[2]) * s[3] + places[3])];
  }
};

// The formula, in double.
Array Expected(const Shape& result, Array q, Array k, Array v, Array* mask, double scale) {
  Array y(result, 0);
  for (int64_t b = 0; b < result[0]; ++b) {
    for (int64_t h = 0; h < result[1]; ++h) {
      for (int64_t i = 0; i < result[2]; ++i) {
        std::vector<double> mixed(static_cast<size_t>(result[3]));
        double sum = 0;
        for (int64_t j = 0; j < k.dims[2]; ++j) {
          double score = 0;
          for (int64_t d = 0; d < q.dims[3]; ++d) score += double{q.at({b, h, i, d})} * k.at({b, h, j, d});
          const double p = std::exp(score * scale + (mask ? double{mask->at({b, h, i, j})} : 0.0));
          sum += p;
          for (int64_t d = 0; d < result[3]; ++d) mixed[static_cast<size_t>(d)] += p * v.at({b, h, j, d});
        }
        for (int64_t d = 0; d < result[3]; ++d) {
          y.at({b, h, i, d}) = static_cast<float>(mixed[static_cast<size_t>(d)] / sum);
        }
      }
    }
  }
  return y;
}

TEST(FusedAttentionTest, HeadsInEveryOrder) {
  const Perm orders[] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 2, 0, 3}, {2, 0, 1, 3}};
  for (const Perm& order : orders) {
    Array q({2, 3, 5, 4}, 1, order), k({2, 3, 7, 4}, 2, order), v({2, 3, 7, 6}, 3, order);
    const Array y = Expected({2, 3, 5, 6}, q, k, v, nullptr, 0.5);
    OpTest("FusedAttention", 1, "kante")
        .Attr("scale", 0.5f)
        .Attr("q_perm", order)
        .Attr("k_perm", order)
        .Attr("v_perm", order)
        .In<float>(q.stored(), q.values)
        .In<float>(k.stored(), k.values)
        .In<float>(v.stored(), v.values)
        .Out<float>(y.dims, y.values)
        .Run();
  }
}

TEST(FusedAttentionTest, TheResultInEveryOrder) {
  const Perm orders[] = {{0, 2, 1, 3}, {2, 0, 1, 3}, {1, 2, 0, 3}};
  for (const Perm& order : orders) {
    Array q({2, 3, 5, 4}, 1), k({2, 3, 7, 4}, 2), v({2, 3, 7, 6}, 3);
    Array plain = Expected({2, 3, 5, 6}, q, k, v, nullptr, 1);
    Shape moved;
    for (int64_t d : order) moved.push_back(plain.dims[static_cast<int>(d)]);
    Array y(moved, 0);
    std::array<int64_t, 4> i{};
    for (i[0] = 0; i[0] < 2; ++i[0]) {
      for (i[1] = 0; i[1] < 3; ++i[1]) {
        for (i[2] = 0; i[2] < 5; ++i[2]) {
          for (i[3] = 0; i[3] < 6; ++i[3]) {
            std::array<int64_t, 4> to{};
            for (size_t d = 0; d < 4; ++d) to[d] = i[static_cast<size_t>(order[d])];
            y.at(to) = plain.at(i);
          }
        }
      }
    }
    OpTest("FusedAttention", 1, "kante")
        .Attr("y_perm", order)
        .In<float>(q.dims, q.values)
        .In<float>(k.dims, k.values)
        .In<float>(v.dims, v.values)
        .Out<float>(y.dims, y.values)
        .Run();
  }
}

TEST(FusedAttentionTest, BroadcastsAsMatMulDoes) {
  const Shape queries[] = {{2, 1, 5, 4}, {1, 3, 5, 4}, {2, 3, 1, 4}};
  const Shape keys[] = {{2, 3, 7, 4}, {2, 1, 7, 4}, {1, 3, 7, 4}};
  for (const Shape& sq : queries) {
    for (const Shape& sk : keys) {
      Array q(sq, 1), k(sk, 2), v({2, 3, 7, 6}, 3);
      const Array y = Expected({2, 3, sq[2], 6}, q, k, v, nullptr, 1);
      OpTest("FusedAttention", 1, "kante")
          .In<float>(q.dims, q.values)
          .In<float>(k.dims, k.values)
          .In<float>(v.dims, v.values)
          .Out<float>(y.dims, y.values)
          .Run();
    }
  }
}

TEST(FusedAttentionTest, GroupsOfHeadsShareKeys) {
  for (int64_t rows : {1, 5}) {
    Array q({2, 6, rows, 4}, 1), k({2, 2, 7, 4}, 2, {0, 2, 1, 3}), v({2, 2, 7, 6}, 3), mask({1, 6, 1, 7}, 4);
    Array all_k({2, 6, 7, 4}, 0), all_v({2, 6, 7, 6}, 0);
    for (int64_t b = 0; b < 2; ++b) {
      for (int64_t h = 0; h < 6; ++h) {
        for (int64_t j = 0; j < 7; ++j) {
          for (int64_t d = 0; d < 6; ++d) all_v.at({b, h, j, d}) = v.at({b, h / 3, j, d});
          for (int64_t d = 0; d < 4; ++d) all_k.at({b, h, j, d}) = k.at({b, h / 3, j, d});
        }
      }
    }
    const Array y = Expected({2, 6, rows, 6}, q, all_k, all_v, &mask, 1);
    OpTest("FusedAttention", 1, "kante")
        .Attr("groups", 3)
        .Attr("k_perm", k.perm)
        .In<float>(q.dims, q.values)
        .In<float>(k.stored(), k.values)
        .In<float>(v.dims, v.values)
        .In<float>(mask.dims, mask.values)
        .Out<float>(y.dims, y.values)
        .Run();
  }
}

TEST(FusedAttentionTest, Masks) {
  for (const Shape& shape : {Shape{2, 3, 5, 7}, Shape{1, 1, 5, 7}, Shape{2, 1, 1, 7}, Shape{1, 3, 5, 1}}) {
    Array q({2, 3, 5, 4}, 1), k({2, 3, 7, 4}, 2), v({2, 3, 7, 6}, 3), mask(shape, 4);
    if (shape[3] > 1) mask.values[3] = -kInf;
    const Array y = Expected({2, 3, 5, 6}, q, k, v, &mask, 1);
    OpTest("FusedAttention", 1, "kante")
        .In<float>(q.dims, q.values)
        .In<float>(k.dims, k.values)
        .In<float>(v.dims, v.values)
        .In<float>(mask.dims, mask.values)
        .Out<float>(y.dims, y.values)
        .Run();
  }
}

TEST(FusedAttentionTest, FewerDimensionsAndABooleanMask) {
  Array q({1, 3, 2, 4}, 1), k({1, 3, 3, 4}, 2), v({1, 1, 3, 2}, 3), mask({1, 1, 2, 3}, 0);
  mask.values = {0, -kInf, 0, -kInf, 0, 0};
  const Array y = Expected({1, 3, 2, 2}, q, k, v, &mask, 2);
  OpTest("FusedAttention", 1, "kante")
      .Attr("scale", 2.0f)
      .In<float>({3, 2, 4}, q.values)
      .In<float>({3, 3, 4}, k.values)
      .In<float>({3, 2}, v.values)
      .In<bool>({2, 3}, {true, false, true, false, true, true})
      .Out<float>({3, 2, 2}, y.values)
      .Run();
}

// Softmax of a row of -inf is NaN, as it is of one that holds a NaN.
TEST(FusedAttentionTest, RowsWithoutKeys) {
  for (bool zero : {false, true}) {
    const float hidden = zero ? 0 : kNan;
    OpTest("FusedAttention", 1, "kante")
        .Attr("nan_to_zero", zero ? 1 : 0)
        .In<float>({3, 1}, {0, 0, kNan})
        .In<float>({2, 1}, {1, 1})
        .In<float>({2, 1}, {4, 8})
        .In<float>({3, 2}, {0, -kInf, -kInf, -kInf, 0, 0})
        .Out<float>({3, 1}, {4, hidden, hidden})
        .Run();
  }
  OpTest("FusedAttention", 1, "kante")
      .In<float>({1, 1}, {1})
      .In<float>({0, 1}, {})
      .In<float>({0, 2}, {})
      .Out<float>({1, 2}, {0, 0})
      .Run();
}

TEST(FusedAttentionTest, Nothing) {
  for (const Shape& shape : {Shape{0, 2, 3, 4}, Shape{2, 0, 3, 4}, Shape{2, 2, 0, 4}}) {
    OpTest("FusedAttention", 1, "kante")
        .In<float>(shape, {})
        .In<float>(shape, {})
        .In<float>(shape, {})
        .Out<float>(shape, {})
        .Run();
  }
  OpTest("FusedAttention", 1, "kante")
      .In<float>({2, 0}, {})
      .In<float>({3, 0}, {})
      .In<float>({3, 1}, {1, 2, 6})
      .Out<float>({2, 1}, {3, 3})
      .Run();
}

TEST(FusedAttentionTest, Halves) {
  OpTest("FusedAttention", 1, "kante")
      .In<Float16>({1, 1}, {{0x3c00}})
      .In<Float16>({2, 1}, {{0x3c00}, {0x3c00}})
      .In<Float16>({2, 1}, {{0x3c00}, {0x4000}})
      .In<Float16>({2}, {{0x4000}, {0x4000}})
      .Out<Float16>({1, 1}, {{0x3e00}})
      .Run();
}

TEST(FusedAttentionTest, Refuses) {
  const auto test = [](const Shape& q, const Shape& k, const Shape& v) {
    return OpTest("FusedAttention", 1, "kante")
        .In<float>(q, Numbers(q.elements(), 1))
        .In<float>(k, Numbers(k.elements(), 2))
        .In<float>(v, Numbers(v.elements(), 3));
  };
  test({2, 3, 5, 4}, {2, 3, 7, 3}, {2, 3, 7, 4}).Fails("do not suit");
  test({2, 3, 5, 4}, {2, 3, 7, 4}, {2, 3, 6, 4}).Fails("do not suit");
  test({2, 3, 5, 4}, {2, 2, 7, 4}, {2, 3, 7, 4}).Fails("do not suit");
  test({2, 6, 5, 4}, {2, 2, 7, 4}, {2, 2, 7, 4}).Fails("do not suit");
  test({2, 6, 5, 4}, {2, 2, 7, 4}, {2, 2, 7, 4}).Attr("groups", 2).Fails("do not suit");
  test({2, 6, 5, 4}, {2, 2, 7, 4}, {2, 2, 7, 4}).Attr("groups", 0).Fails("groups 0 must be positive");
  test({4}, {7, 4}, {7, 4}).Fails("do not suit");
  test({1, 1, 1, 5, 4}, {7, 4}, {7, 4}).Fails("is not [batch, heads, rows, size]");
  test({5, 4}, {7, 4}, {7, 4}).Attr("q_perm", Perm{0, 2, 1, 3}).Fails("is not [batch, heads, rows, size]");
  test({5, 4}, {7, 4}, {7, 4}).Attr("y_perm", Perm{0, 1, 3, 2}).Fails("y_perm must order four dimensions");
  test({5, 4}, {7, 4}, {7, 4}).In<float>({5, 6}, Numbers(30, 1)).Fails("and mask [5,6] do not suit");
}

}  // namespace
}  // namespace kante::core
