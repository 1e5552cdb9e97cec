// SPDX-License-Identifier: MIT
// GroupQueryAttention's rarer inputs and attributes against their meaning, spelt out key by key in double.
#include <gtest/gtest.h>

#include <cmath>

#include "compute/element_io.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using Numbers = std::vector<float>;

Numbers Wave(int64_t count, double step) {
  Numbers x(static_cast<size_t>(count));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
  return x;
}

constexpr int64_t kHeads = 4, kKvHeads = 2, kSize = 4, kPlaces = 12;

struct Case {
  int64_t rows = 1, past_room = 0;
  int32_t total = 1;
  std::vector<int32_t> lengths;  // keys of each sequence
  std::vector<int64_t> places;   // position_ids
  std::vector<int32_t> added;    // query_seqlens
  bool norm = false, causal = true;
  float epsilon = 1e-6f;
  int64_t scores = 0;
  ElementType type = ElementType::kFloat32;

  int64_t batch() const { return static_cast<int64_t>(lengths.size()); }
  int64_t room() const { return std::max(int64_t{total}, past_room); }
  int64_t fresh(int64_t b) const {
    const auto i = static_cast<size_t>(b);
    return added.empty() ? std::min<int64_t>(rows, lengths[i]) : added[i];
  }
  int64_t past(int64_t b) const { return lengths[static_cast<size_t>(b)] - fresh(b); }
  Numbers q() const { return Wave(batch() * rows * kHeads * kSize, 0.7); }
  Numbers k() const { return Wave(batch() * rows * kKvHeads * kSize, 1.1); }
  Numbers v() const { return Wave(batch() * rows * kKvHeads * kSize, 1.9); }
  Numbers old_k() const { return Wave(batch() * kKvHeads * past_room * kSize, 0.3); }
  Numbers old_v() const { return Wave(batch() * kKvHeads * past_room * kSize, 0.5); }
  Numbers cosine() const { return Wave(kPlaces * kSize / 2, 0.2); }
  Numbers sine() const { return Wave(kPlaces * kSize / 2, 0.6); }
};

// Normalises rows [batch, rows, heads, kSize] and rotates them to their places.
Numbers Prepared(const Case& t, Numbers x, int64_t heads, const Numbers& weight) {
  const Numbers cosine = t.cosine(), sine = t.sine();
  for (int64_t row = 0; row < t.batch() * t.rows * heads; ++row) {
    float* r = x.data() + row * kSize;
    if (t.norm) {
      double squares = 0;
      for (int64_t e = 0; e < kSize; ++e) squares += double{r[e]} * double{r[e]};
      const double by = 1 / std::sqrt(squares / double{kSize} + double{t.epsilon});
      for (int64_t e = 0; e < kSize; ++e) {
        r[e] = static_cast<float>(double{r[e]} * by * double{weight[static_cast<size_t>(e)]});
      }
    }
    if (t.places.empty()) continue;
    const int64_t place = t.places[static_cast<size_t>(row / heads)];
    for (int64_t e = 0; e < kSize / 2; ++e) {
      const float cs = cosine[static_cast<size_t>(place * kSize / 2 + e)];
      const float sn = sine[static_cast<size_t>(place * kSize / 2 + e)];
      const float a = r[e], b = r[e + kSize / 2];
      r[e] = a * cs - b * sn;
      r[e + kSize / 2] = b * cs + a * sn;
    }
  }
  return x;
}

Numbers Cache(const Case& t, const Numbers& old, const Numbers& fresh) {
  Numbers cache(static_cast<size_t>(t.batch() * kKvHeads * t.room() * kSize));
  for (int64_t i = 0; i < t.batch() * kKvHeads * t.room(); ++i) {
    const int64_t r = i % t.room(), head = i / t.room(), b = head / kKvHeads, h = head % kKvHeads;
    for (int64_t e = 0; e < kSize; ++e) {
      float& to = cache[static_cast<size_t>(i * kSize + e)];
      const int64_t step = r - t.past(b);
      if (step < 0) {
        to = old[static_cast<size_t>((head * t.past_room + r) * kSize + e)];
      } else if (step < t.fresh(b)) {
        to = fresh[static_cast<size_t>(((b * t.rows + step) * kKvHeads + h) * kSize + e)];
      }
    }
  }
  return cache;
}

struct Results {
  Numbers y, scores;
};
Results Reference(const Case& t, const Numbers& q, const Numbers& k, const Numbers& v) {
  Results out{Numbers(q.size()), Numbers(static_cast<size_t>(t.batch() * kHeads * t.rows * t.total))};
  for (int64_t row = 0; row < t.batch() * t.rows * kHeads; ++row) {
    const int64_t h = row % kHeads, i = row / kHeads % t.rows, b = row / kHeads / t.rows;
    const int64_t base = (b * kKvHeads + h / (kHeads / kKvHeads)) * t.room(),
                  length = t.lengths[static_cast<size_t>(b)];
    const int64_t seen = t.causal ? std::min(length, t.past(b) + i + 1) : length;
    double sum = 0, mixed[kSize] = {};
    for (int64_t j = 0; j < seen; ++j) {
      double dot = 0;
      for (int64_t e = 0; e < kSize; ++e) {
        dot += double{q[static_cast<size_t>(row * kSize + e)]} * double{k[static_cast<size_t>((base + j) * kSize + e)]};
      }
      dot /= std::sqrt(double{kSize});
      out.scores[static_cast<size_t>(((b * kHeads + h) * t.rows + i) * t.total + j)] = static_cast<float>(dot);
      sum += std::exp(dot);
      for (int64_t e = 0; e < kSize; ++e) {
        mixed[e] += std::exp(dot) * double{v[static_cast<size_t>((base + j) * kSize + e)]};
      }
    }
    for (int64_t e = 0; e < kSize; ++e)
      out.y[static_cast<size_t>(row * kSize + e)] = static_cast<float>(mixed[e] / sum);
  }
  return out;
}

Tensor As(ElementType type, const Shape& shape, const Numbers& x) {
  Tensor t = std::move(Tensor::Allocate(type, shape)).value();
  GetStoreRow<float>(type)(t.raw(), x.data(), shape.elements());
  return t;
}

OpTest TestOf(const Case& t, const Numbers& q_weight, const Numbers& k_weight) {
  OpTest test("GroupQueryAttention", 1, "com.microsoft");
  test.Attr("num_heads", int{kHeads}).Attr("kv_num_heads", int{kKvHeads});
  if (!t.places.empty()) test.Attr("do_rotary", 1);
  if (!t.causal) test.Attr("causal", 0);
  if (t.scores != 0) test.Attr("qk_output", static_cast<int>(t.scores));
  if (t.norm && t.epsilon != 1e-6f) test.Attr("qk_norm_epsilon", t.epsilon);
  test.In(As(t.type, {t.batch(), t.rows, kHeads * kSize}, t.q()));
  test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.k()));
  test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.v()));
  if (t.past_room > 0) {
    test.In(As(t.type, {t.batch(), kKvHeads, t.past_room, kSize}, t.old_k()));
    test.In(As(t.type, {t.batch(), kKvHeads, t.past_room, kSize}, t.old_v()));
  } else {
    test.NoInput().NoInput();
  }
  std::vector<int32_t> last;
  for (int32_t length : t.lengths) last.push_back(length - 1);
  test.In<int32_t>({t.batch()}, last).In<int32_t>({1}, {t.total});
  if (t.places.empty()) {
    test.NoInput().NoInput().NoInput();
  } else {
    test.In(As(t.type, {kPlaces, kSize / 2}, t.cosine())).In(As(t.type, {kPlaces, kSize / 2}, t.sine()));
    test.In<int64_t>({t.batch(), t.rows}, t.places);
  }
  test.NoInput().NoInput().NoInput().NoInput();
  if (t.norm) {
    test.In(As(t.type, {kSize}, q_weight)).In(As(t.type, {kSize}, k_weight));
  } else {
    test.NoInput().NoInput();
  }
  if (!t.added.empty()) test.In<int32_t>({t.batch()}, t.added);
  return test;
}

void Check(const Case& t, double tolerance = 1e-5) {
  const Numbers q_weight = Wave(kSize, 0.9), k_weight = Wave(kSize, 1.4);
  const Numbers k = Cache(t, t.old_k(), Prepared(t, t.k(), kKvHeads, k_weight)), v = Cache(t, t.old_v(), t.v());
  const Results want = Reference(t, Prepared(t, t.q(), kHeads, q_weight), k, v);
  OpTest test = TestOf(t, q_weight, k_weight);
  test.Out(As(t.type, {t.batch(), t.rows, kHeads * kSize}, want.y));
  test.Out(As(t.type, {t.batch(), kKvHeads, t.room(), kSize}, k));
  test.Out(As(t.type, {t.batch(), kKvHeads, t.room(), kSize}, v));
  if (t.scores != 0) test.Out(As(t.type, {t.batch(), kHeads, t.rows, t.total}, want.scores));
  test.Tolerance(tolerance, tolerance).Run();
}

TEST(GroupQueryAttentionPaths, NormalisedHeads) {
  Check({.rows = 5, .total = 5, .lengths = {5, 5}, .norm = true});
  Check({.rows = 1, .past_room = 6, .total = 6, .lengths = {6, 4}, .norm = true, .epsilon = 0.1f});
  Check({.rows = 2, .past_room = 4, .total = 6, .lengths = {6}, .places = {7, 3}, .norm = true});
}

TEST(GroupQueryAttentionPaths, PositionsOfTheCaller) {
  Check({.rows = 1, .past_room = 5, .total = 6, .lengths = {6, 4}, .places = {9, 2}});
  Check({.rows = 4, .total = 4, .lengths = {4}, .places = {3, 4, 5, 6}});
}

TEST(GroupQueryAttentionPaths, EveryKeyIsSeen) {
  Check({.rows = 4, .total = 4, .lengths = {4, 4}, .causal = false});
  Check({.rows = 2, .past_room = 3, .total = 5, .lengths = {5}, .causal = false});
}

TEST(GroupQueryAttentionPaths, FewerQueriesThanRows) {
  Check({.rows = 3, .past_room = 8, .total = 8, .lengths = {8, 6}, .added = {3, 3}});
}

TEST(GroupQueryAttentionPaths, MaskedScores) {
  Check({.rows = 3, .past_room = 3, .total = 6, .lengths = {6}, .scores = 1});
}

TEST(GroupQueryAttentionPaths, SixteenBits) {
  Check({.rows = 3, .past_room = 3, .total = 6, .lengths = {6, 6}, .type = ElementType::kFloat16}, 2e-3);
  Check({.rows = 1, .past_room = 5, .total = 6, .lengths = {6, 6}, .type = ElementType::kBfloat16}, 2e-2);
  Check({.rows = 3, .total = 3, .lengths = {3}, .norm = true, .type = ElementType::kFloat16}, 3e-3);
}

TEST(GroupQueryAttentionPaths, Refusals) {
  const Numbers w = Wave(kSize, 1);
  TestOf({.rows = 1, .past_room = 2, .total = 6, .lengths = {6}}, w, w).Fails("5 past keys in a cache of 2");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {7}}, w, w).Fails("seqlens_k holds 6");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {6}, .added = {2}}, w, w).Fails("query_seqlens holds 2");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {6}, .places = {12}}, w, w).Fails("position 12 is outside");
}

}  // namespace
}  // namespace kante::core
