// SPDX-License-Identifier: MIT
// SparseAttention against its meaning, spelt out key by key in double.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: Numbers, Wave and As

constexpr int64_t kHeads = 4, kKvHeads = 2, kSize = 4, kBlock = 4, kBlocks = 4, kRoom = kBlock * kBlocks;
constexpr int64_t kLayouts = 2;
constexpr bool kSeen[kLayouts][kBlocks][kBlocks] = {
    {{true}, {true, true}, {false, true, true}, {false, true, true, true}},
    {{true}, {false, true}, {true, false, true}, {true, false, false, true}},
};
const std::vector<int32_t> kRowIndices = {0, 1, 3, 5, 8, 0, 1, 2, 4, 6};
const std::vector<int32_t> kColumnIndices = {0, 0, 1, 1, 2, 1, 2, 3, 0, 1, 0, 2, 0, 3, -1, -1};

struct Case {
  int64_t rows = 1;
  int32_t total = 1;
  std::vector<int32_t> lengths = {1, 1};
  bool packed = false, rotary = false, interleaved = false;
  float scale = 0;
  ElementType type = ElementType::kFloat32;

  int64_t batch() const { return static_cast<int64_t>(lengths.size()); }
  int64_t past(int64_t b) const { return total == rows ? 0 : lengths[static_cast<size_t>(b)] - rows; }
  Numbers q() const { return Wave(batch() * rows * kHeads * kSize, 0.7); }
  Numbers k() const { return Wave(batch() * rows * kKvHeads * kSize, 1.1); }
  Numbers v() const { return Wave(batch() * rows * kKvHeads * kSize, 1.9); }
  Numbers old_k() const { return Wave(batch() * kKvHeads * kRoom * kSize, 0.3); }
  Numbers old_v() const { return Wave(batch() * kKvHeads * kRoom * kSize, 0.5); }
  Numbers cosine() const { return Wave(kRoom * kSize / 2, 0.2); }
  Numbers sine() const { return Wave(kRoom * kSize / 2, 0.6); }
};

// Rotates rows [batch, rows, heads, kSize] to their places.
Numbers Turned(const Case& t, Numbers x, int64_t heads) {
  if (!t.rotary) return x;
  const Numbers cosine = t.cosine(), sine = t.sine();
  constexpr int64_t kHalf = kSize / 2;
  for (int64_t row = 0; row < t.batch() * t.rows * heads; ++row) {
    const int64_t place = t.past(row / heads / t.rows) + row / heads % t.rows;
    for (int64_t i = 0; i < kHalf; ++i) {
      const auto at = static_cast<size_t>(row * kSize + (t.interleaved ? 2 * i : i));
      const size_t other = at + (t.interleaved ? 1 : kHalf);
      const float cs = cosine[static_cast<size_t>(place * kHalf + i)],
                  sn = sine[static_cast<size_t>(place * kHalf + i)];
      const float a = x[at], b = x[other];
      x[at] = a * cs - b * sn;
      x[other] = b * cs + a * sn;
    }
  }
  return x;
}

Numbers Cache(const Case& t, Numbers cache, const Numbers& fresh) {
  for (int64_t i = 0; i < t.batch() * t.rows * kKvHeads * kSize; ++i) {
    const int64_t e = i % kSize, h = i / kSize % kKvHeads, r = i / kSize / kKvHeads % t.rows;
    const int64_t b = i / kSize / kKvHeads / t.rows;
    cache[static_cast<size_t>(((b * kKvHeads + h) * kRoom + t.past(b) + r) * kSize + e)] =
        fresh[static_cast<size_t>(i)];
  }
  return cache;
}

Numbers Reference(const Case& t, const Numbers& k, const Numbers& v) {
  const Numbers q = Turned(t, t.q(), kHeads);
  const double scale = t.scale != 0 ? double{t.scale} : 1 / std::sqrt(double{kSize});
  Numbers y(q.size());
  for (int64_t row = 0; row < t.batch() * t.rows * kHeads; ++row) {
    const int64_t h = row % kHeads, b = row / kHeads / t.rows, place = t.past(b) + row / kHeads % t.rows;
    const int64_t base = (b * kKvHeads + h / (kHeads / kKvHeads)) * kRoom;
    double sum = 0, mixed[kSize] = {};
    for (int64_t j = 0; j <= place && j < t.lengths[static_cast<size_t>(b)]; ++j) {
      if (!kSeen[h % kLayouts][place / kBlock][j / kBlock]) continue;
      double dot = 0;
      for (int64_t e = 0; e < kSize; ++e) {
        dot += double{q[static_cast<size_t>(row * kSize + e)]} * double{k[static_cast<size_t>((base + j) * kSize + e)]};
      }
      const double p = std::exp(dot * scale);
      sum += p;
      for (int64_t e = 0; e < kSize; ++e) mixed[e] += p * double{v[static_cast<size_t>((base + j) * kSize + e)]};
    }
    for (int64_t e = 0; e < kSize && sum > 0; ++e) {
      y[static_cast<size_t>(row * kSize + e)] = static_cast<float>(mixed[e] / sum);
    }
  }
  return y;
}

OpTest TestOf(const Case& t, const std::vector<int32_t>& row_indices = kRowIndices) {
  OpTest test("SparseAttention", 1, "com.microsoft");
  test.Attr("num_heads", int{kHeads}).Attr("kv_num_heads", int{kKvHeads}).Attr("sparse_block_size", int{kBlock});
  if (t.scale != 0) test.Attr("scale", t.scale);
  if (t.rotary) test.Attr("do_rotary", 1).Attr("rotary_interleaved", int{t.interleaved});
  if (t.packed) {
    Numbers all;
    const Numbers q = t.q(), k = t.k(), v = t.v();
    const auto append = [&](const Numbers& x, int64_t row, int64_t width) {
      all.insert(all.end(), x.begin() + row * width, x.begin() + (row + 1) * width);
    };
    for (int64_t row = 0; row < t.batch() * t.rows; ++row) {
      append(q, row, kHeads * kSize);
      append(k, row, kKvHeads * kSize);
      append(v, row, kKvHeads * kSize);
    }
    test.In(As(t.type, {t.batch(), t.rows, (kHeads + 2 * kKvHeads) * kSize}, all)).NoInput().NoInput();
  } else {
    test.In(As(t.type, {t.batch(), t.rows, kHeads * kSize}, t.q()));
    test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.k()));
    test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.v()));
  }
  const Shape cache{t.batch(), kKvHeads, kRoom, kSize};
  test.In(As(t.type, cache, t.old_k())).In(As(t.type, cache, t.old_v()));
  test.In<int32_t>({kLayouts, kBlocks + 1}, row_indices).In<int32_t>({kLayouts, 8}, kColumnIndices);
  test.In<int32_t>({}, {t.total}).In<int32_t>({t.batch()}, t.lengths);
  if (t.rotary) {
    test.In(As(t.type, {kRoom, kSize / 2}, t.cosine())).In(As(t.type, {kRoom, kSize / 2}, t.sine()));
  }
  return test;
}

void Check(const Case& t, double tolerance = 1e-5) {
  const Numbers k = Cache(t, t.old_k(), Turned(t, t.k(), kKvHeads)), v = Cache(t, t.old_v(), t.v());
  const Shape cache{t.batch(), kKvHeads, kRoom, kSize};
  TestOf(t)
      .Out(As(t.type, {t.batch(), t.rows, kHeads * kSize}, Reference(t, k, v)))
      .Out(As(t.type, cache, k))
      .Out(As(t.type, cache, v))
      .Tolerance(tolerance, tolerance)
      .Run();
}

TEST(SparseAttention, Prompt) {
  Check({.rows = 16, .total = 16, .lengths = {16, 16}});
  Check({.rows = 9, .total = 9, .lengths = {9}, .packed = true});
  Check({.rows = 10, .total = 10, .lengths = {10, 6}, .scale = 0.3f});  // the second is padded
}

TEST(SparseAttention, Steps) {
  Check({.rows = 1, .total = 14, .lengths = {14, 6}});
  Check({.rows = 3, .total = 15, .lengths = {15, 10}, .packed = true});
}

TEST(SparseAttention, RotaryEmbedding) {
  Check({.rows = 7, .total = 7, .lengths = {7, 7}, .rotary = true});
  Check({.rows = 2, .total = 13, .lengths = {13, 9}, .packed = true, .rotary = true, .interleaved = true});
}

TEST(SparseAttention, SixteenBits) {
  Check({.rows = 6, .total = 6, .lengths = {6, 6}, .type = ElementType::kFloat16}, 2e-3);
  Check({.rows = 1, .total = 9, .lengths = {9, 7}, .type = ElementType::kBfloat16}, 2e-2);
}

TEST(SparseAttention, Refusals) {
  TestOf({.rows = 2, .total = 17, .lengths = {17}}).Fails("total_sequence_length 17 does not suit");
  TestOf({.rows = 2, .total = 9, .lengths = {10}}).Fails("key_total_sequence_lengths holds 10");
  TestOf({.rows = 2, .total = 9, .lengths = {1}}).Fails("key_total_sequence_lengths holds 1");
  TestOf({.rows = 1, .total = 2, .lengths = {2}}, {0, 1, 3, 2, 8, 0, 1, 2, 4, 6})
      .Fails("block_row_indices of layout 0");
  TestOf({.rows = 1, .total = 2, .lengths = {2}}, {0, 1, 3, 5, 8, 0, 1, 2, 4, 9})
      .Fails("block_row_indices of layout 1");
  TestOf({.rows = 1, .total = 2, .lengths = {2}}, {-1, 1, 3, 5, 8, 0, 1, 2, 4, 6}).Fails("hold -1");
  TestOf({.rows = 1, .total = 2, .lengths = {2}}).Attr("do_rotary", 1).Fails("do_rotary needs cos_cache and sin_cache");
}

}  // namespace
}  // namespace kante::core
