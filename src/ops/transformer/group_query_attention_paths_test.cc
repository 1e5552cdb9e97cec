// SPDX-License-Identifier: MIT
// GroupQueryAttention's rarer inputs and attributes against their meaning, spelt out key by key in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "compute/move/cast.h"
#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: the reference

Numbers Scaled(Numbers x, float by) {
  for (float& v : x) v = (1.5f + v) * by;
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
  int64_t window = 0;
  bool sliding = false, bias = false;
  const char* codes = nullptr;                // k_quant_type and v_quant_type
  const char* v_codes = nullptr;              // null: as codes
  int bits = 0;                               // 0: as the type says
  ElementType cache = ElementType::kFloat32;  // of codes

  int64_t batch() const { return static_cast<int64_t>(lengths.size()); }
  int64_t room() const { return sliding ? past_room : std::max(int64_t{total}, past_room); }
  int64_t span() const { return sliding ? total : room(); }  // places of keys in all
  // Rows of a sliding cache after `tokens`: when it is full it drops all but what the next token may see.
  int64_t resident(int64_t tokens) const {
    int64_t rows = 0;
    for (int64_t i = 0; i < tokens; ++i) rows = (sliding && rows == past_room ? window - 1 : rows) + 1;
    return rows;
  }
  bool by_channel() const { return codes && std::string(codes) == "PER_CHANNEL"; }
  Numbers scales() const { return by_channel() ? Scaled(Wave(kKvHeads * kSize, 0.13), 0.02f) : Numbers{0.02f}; }
  int64_t fresh(int64_t b) const {
    const auto i = static_cast<size_t>(b);
    return added.empty() ? std::min<int64_t>(rows, lengths[i]) : added[i];
  }
  int64_t past(int64_t b) const { return lengths[static_cast<size_t>(b)] - fresh(b); }
  Numbers q() const { return Wave(batch() * rows * kHeads * kSize, 0.7); }
  Numbers k() const { return Wave(batch() * rows * kKvHeads * kSize, 1.1); }
  Numbers v() const { return Wave(batch() * rows * kKvHeads * kSize, 1.9); }
  Numbers old_k() const { return Old(0.3); }
  Numbers old_v() const { return Old(0.5); }
  Numbers Old(double step) const {
    const Numbers x = Wave(batch() * kKvHeads * past_room * kSize, step);
    return codes ? Coded(x, true) : x;
  }
  // x / scale as a code's value, element by element of rows that are [.., kv_heads, .., size] as a cache is or
  // [.., kv_heads, size].
  Numbers Coded(Numbers x, bool of_cache) const {
    const Numbers scale = scales();
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t row = i / kSize, head = (of_cache ? row / static_cast<size_t>(past_room) : row) % kKvHeads;
      float v = x[i] / scale[by_channel() ? head * kSize + i % kSize : 0];
      if (cache == ElementType::kFloat8E4M3FN) {
        const float unit = std::ldexp(1.0f, std::max(std::ilogb(v), -6) - 3);
        v = std::min(std::max(std::nearbyint(v / unit) * unit, -448.0f), 448.0f);
      } else if (cache == ElementType::kInt8) {
        v = std::min(std::max(std::nearbyint(v), -128.0f), 127.0f);
      } else {
        v = std::min(std::max(std::nearbyint(v), -8.0f), 7.0f);
      }
      x[i] = v;
    }
    return x;
  }
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

// Rows of every place, [batch, kv_heads, span, size]; `blank` where there is none.
Numbers Cache(const Case& t, const Numbers& old, const Numbers& fresh, float blank = 0) {
  Numbers cache(static_cast<size_t>(t.batch() * kKvHeads * t.span() * kSize), blank);
  for (int64_t i = 0; i < t.batch() * kKvHeads * t.span(); ++i) {
    const int64_t r = i % t.span(), head = i / t.span(), b = head / kKvHeads, h = head % kKvHeads;
    const int64_t step = r - t.past(b), row = t.resident(t.past(b)) + step;
    if (row < 0 || step >= t.fresh(b)) continue;
    for (int64_t e = 0; e < kSize; ++e) {
      cache[static_cast<size_t>(i * kSize + e)] =
          step < 0 ? old[static_cast<size_t>((head * t.past_room + row) * kSize + e)]
                   : fresh[static_cast<size_t>(((b * t.rows + step) * kKvHeads + h) * kSize + e)];
    }
  }
  return cache;
}

// What of it the cache keeps.
Numbers Kept(const Case& t, const Numbers& all, float blank = 0) {
  if (!t.sliding) return all;
  Numbers kept(static_cast<size_t>(t.batch() * kKvHeads * t.room() * kSize), blank);
  for (int64_t head = 0; head < t.batch() * kKvHeads; ++head) {
    const int64_t length = t.lengths[static_cast<size_t>(head / kKvHeads)], rows = t.resident(length);
    std::copy_n(all.begin() + (head * t.span() + length - rows) * kSize, rows * kSize,
                kept.begin() + head * t.room() * kSize);
  }
  return kept;
}

struct Results {
  Numbers y, scores;
};
Results Reference(const Case& t, const Numbers& q, const Numbers& k, const Numbers& v) {
  Results out{Numbers(q.size()), Numbers(static_cast<size_t>(t.batch() * kHeads * t.rows * t.total))};
  for (int64_t row = 0; row < t.batch() * t.rows * kHeads; ++row) {
    const int64_t h = row % kHeads, i = row / kHeads % t.rows, b = row / kHeads / t.rows;
    const int64_t base = (b * kKvHeads + h / (kHeads / kKvHeads)) * t.span(),
                  length = t.lengths[static_cast<size_t>(b)];
    const int64_t seen = t.causal ? std::min(length, t.past(b) + i + 1) : length;
    const int64_t first = t.window > 0 ? std::max<int64_t>(0, t.past(b) + i + 1 - t.window) : 0;
    const Numbers bias = Wave(t.rows * t.total, 0.41);
    double sum = 0, mixed[kSize] = {};
    for (int64_t j = first; j < seen; ++j) {
      double dot = 0;
      for (int64_t e = 0; e < kSize; ++e) {
        dot += double{q[static_cast<size_t>(row * kSize + e)]} * double{k[static_cast<size_t>((base + j) * kSize + e)]};
      }
      dot /= std::sqrt(double{kSize});
      if (t.bias) dot += double{bias[static_cast<size_t>(i * t.total + j)]};
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

// Codes in the storage format; two of 4 bits share a byte.
Tensor Stored(const Case& t, int64_t rows, const Numbers& x) {
  const Shape shape{t.batch(), kKvHeads, rows, t.cache == ElementType::kUint8 ? kSize / 2 : kSize};
  Tensor to = std::move(Tensor::Allocate(t.codes ? t.cache : t.type, shape)).value();
  if (t.cache == ElementType::kUint8) {
    for (int64_t i = 0; i < shape.elements(); ++i) {
      const float low = x[static_cast<size_t>(2 * i)] + 8, high = x[static_cast<size_t>(2 * i + 1)] + 8;
      to.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(low + 16 * high);
    }
  } else {
    CastRange(to.type(), to.raw(), ElementType::kFloat32, reinterpret_cast<const std::byte*>(x.data()),
              shape.elements(), {});
  }
  return to;
}

OpTest TestOf(const Case& t, const Numbers& q_weight, const Numbers& k_weight) {
  OpTest test("GroupQueryAttention", 1, "com.microsoft");
  test.Attr("num_heads", int{kHeads}).Attr("kv_num_heads", int{kKvHeads});
  if (!t.places.empty()) test.Attr("do_rotary", 1);
  if (!t.causal) test.Attr("causal", 0);
  if (t.scores != 0) test.Attr("qk_output", static_cast<int>(t.scores));
  if (t.window > 0) test.Attr("local_window_size", static_cast<int>(t.window));
  if (t.sliding) test.Attr("sliding_window_cache", 1);
  if (t.norm && t.epsilon != 1e-6f) test.Attr("qk_norm_epsilon", t.epsilon);
  test.In(As(t.type, {t.batch(), t.rows, kHeads * kSize}, t.q()));
  test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.k()));
  test.In(As(t.type, {t.batch(), t.rows, kKvHeads * kSize}, t.v()));
  if (t.past_room > 0) {
    test.In(Stored(t, t.past_room, t.old_k())).In(Stored(t, t.past_room, t.old_v()));
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
  if (t.bias) {
    test.In(As(t.type, {1, 1, t.rows, t.total}, Wave(t.rows * t.total, 0.41)));
  } else {
    test.NoInput();
  }
  test.NoInput();
  if (t.codes) {
    const Shape shape = t.by_channel() ? Shape{1, kKvHeads, 1, kSize} : Shape{1};
    test.In<float>(shape, t.scales()).In<float>(shape, t.scales());
    test.Attr("k_quant_type", t.codes).Attr("v_quant_type", t.v_codes ? t.v_codes : t.codes);
    test.Attr("kv_cache_bit_width", t.bits != 0 ? t.bits : t.cache == ElementType::kUint8 ? 4 : 8);
  } else {
    test.NoInput().NoInput();
  }
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
  Numbers fresh_k = Prepared(t, t.k(), kKvHeads, k_weight), fresh_v = t.v();
  // A byte of zeros stands for two codes of -8.
  const float blank = t.cache == ElementType::kUint8 ? -8 : 0;
  if (t.codes) {
    fresh_k = t.Coded(std::move(fresh_k), false);
    fresh_v = t.Coded(std::move(fresh_v), false);
  }
  const Numbers k = Cache(t, t.old_k(), fresh_k, blank), v = Cache(t, t.old_v(), fresh_v, blank);
  Numbers real_k = k, real_v = v;
  if (t.codes) {
    const Numbers scale = t.scales();
    for (size_t i = 0; i < k.size(); ++i) {
      const size_t head = i / kSize / static_cast<size_t>(t.span()) % kKvHeads;
      const float by = scale[t.by_channel() ? head * kSize + i % kSize : 0];
      real_k[i] *= by;
      real_v[i] *= by;
    }
  }
  const Results want = Reference(t, Prepared(t, t.q(), kHeads, q_weight), real_k, real_v);
  OpTest test = TestOf(t, q_weight, k_weight);
  test.Out(As(t.type, {t.batch(), t.rows, kHeads * kSize}, want.y));
  test.Out(Stored(t, t.room(), Kept(t, k, blank))).Out(Stored(t, t.room(), Kept(t, v, blank)));
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

TEST(GroupQueryAttentionPaths, CodedCaches) {
  for (const char* codes : {"PER_TENSOR", "PER_CHANNEL"}) {
    for (ElementType cache : {ElementType::kInt8, ElementType::kUint8, ElementType::kFloat8E4M3FN}) {
      Check({.rows = 1, .past_room = 5, .total = 6, .lengths = {6, 4}, .codes = codes, .cache = cache});
      Check({.rows = 3,
             .past_room = 8,
             .total = 6,
             .lengths = {6},
             .places = {3, 4, 5},
             .norm = true,
             .codes = codes,
             .cache = cache});
    }
    Check({.rows = 3, .total = 3, .lengths = {3}, .codes = codes, .cache = ElementType::kInt8});
    Check({.rows = 3, .total = 3, .lengths = {3}, .codes = codes, .cache = ElementType::kUint8});
  }
}

TEST(GroupQueryAttentionPaths, SlidingCaches) {
  const auto check = [](int64_t room, int64_t window, int64_t rows, std::vector<int32_t> lengths) {
    Case t{.rows = rows, .past_room = room, .total = *std::max_element(lengths.begin(), lengths.end())};
    t.lengths = std::move(lengths);
    t.window = window;
    t.sliding = true;
    Check(t);
    t.bias = true;
    Check(t);
    t.codes = "PER_CHANNEL";
    t.cache = ElementType::kUint8;
    Check(t);
  };
  check(4, 4, 1, {3});
  check(4, 4, 1, {6});
  check(6, 4, 1, {7});
  check(6, 4, 1, {8, 5});
  check(6, 4, 5, {9});
  check(4, 3, 7, {7});   // a prompt that is longer than the cache
  check(4, 3, 9, {12});  // and a step
  check(6, 1, 2, {9, 2});
  Check({.rows = 3, .past_room = 6, .total = 10, .lengths = {9, 5}, .added = {3, 3}, .window = 4, .sliding = true});
}

TEST(GroupQueryAttentionPaths, Empty) {
  Check({.rows = 2, .past_room = 3, .total = 5, .lengths = {}});
  Check({.rows = 2, .past_room = 3, .total = 5, .lengths = {}, .codes = "PER_TENSOR", .cache = ElementType::kUint8});
  Check({.rows = 2, .past_room = 4, .total = 5, .lengths = {}, .window = 3, .sliding = true});
  Check({.rows = 0, .past_room = 3, .total = 3, .lengths = {3, 2}});
  Check(
      {.rows = 0, .past_room = 3, .total = 3, .lengths = {3, 2}, .codes = "PER_CHANNEL", .cache = ElementType::kInt8});
}

TEST(GroupQueryAttentionPaths, Refusals) {
  const Numbers w = Wave(kSize, 1);
  Case coded{.past_room = 6, .total = 6, .lengths = {6}, .codes = "PER_TENSOR", .cache = ElementType::kInt8};
  coded.bits = 2;
  TestOf(coded, w, w).Fails("kv_cache_bit_width 2 is not 4 or 8");
  coded.bits = 4;
  TestOf(coded, w, w).Fails("input 3");
  coded.bits = 8;
  coded.v_codes = "NONE";
  TestOf(coded, w, w).Fails("v_quant_type NONE has no use for v_scale");
  coded.v_codes = "PER_CHANNEL";
  TestOf(coded, w, w).Fails("input 13 [1] must hold 8 scales");
  coded.v_codes = "PER_ROW";
  TestOf(coded, w, w).Fails("v_quant_type PER_ROW is not known");
  Case sliding{.past_room = 6, .total = 6, .lengths = {6}, .sliding = true};
  TestOf(sliding, w, w).Fails("sliding_window_cache needs a positive local_window_size");
  sliding.window = 7;
  TestOf(sliding, w, w).Fails("a cache of 6 rows is smaller than local_window_size 7");
  sliding.window = 3;
  sliding.scores = 1;
  TestOf(sliding, w, w)
      .NoOutput()
      .NoOutput()
      .NoOutput()
      .Out<float>({1, 4, 1, 6}, Wave(24, 1))
      .Fails("output_qk is not");
  TestOf({.rows = 1, .past_room = 2, .total = 6, .lengths = {6}}, w, w).Fails("5 past keys in a cache of 2");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {7}}, w, w).Fails("seqlens_k holds 6");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {6}, .added = {2}}, w, w).Fails("query_seqlens holds 2");
  TestOf({.rows = 1, .past_room = 6, .total = 6, .lengths = {6}, .places = {12}}, w, w).Fails("position 12 is outside");
}

}  // namespace
}  // namespace kante::core
