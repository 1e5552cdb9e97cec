// SPDX-License-Identifier: MIT
// Expected values: ONNX Runtime 1.32, and what it does on GPUs only spelt out.
#include <gtest/gtest.h>

#include <array>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: the reference

TEST(MsAttentionTest, Masks) {
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({2}, {1, 2})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 5.3125f, 1.4375f, 4.3125f, 4.875f, 5.3125f, 1.4375f, 2.99684f, -1.06062f,
                              -0.927105f, -0.736438f, -1.47719f, 1.60249f, -0.991444f, -0.748408f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({4}, {2, 2, 0, 1})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 6.62498f, 1.3125f, 4.3125f, 4.875f, 5.95516f, 1.37629f, 3.0f, -1.0625f,
                              4.375f, 0.25f, 3.0f, -1.0625f, 4.375f, 0.25f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("mask_filter_value", -3.0f)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({2, 2}, {1, 0, 0, 1})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 6.6247f, 1.31253f, 4.3125f, 4.875f, 5.37233f, 1.4318f, 2.99984f,
                              -1.06241f, 0.163091f, -0.533611f, 1.82471f, -0.362921f, -0.833217f, -0.718971f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({2, 2, 2}, {1, 0, 1, 1, 0, 1, 1, 1})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 5.3125f, 1.4375f, 4.3125f, 4.875f, 5.95516f, 1.37629f, 3.0f, -1.0625f,
                              4.375f, 0.25f, -1.47719f, 1.60249f, -0.991444f, -0.748408f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({2, 1, 3, 3}, {1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 5.3125f, 1.4375f, 4.3125f, 4.875f, 5.95516f, 1.37629f, 3.0f, -1.0625f,
                              4.375f, 0.25f, -1.47719f, 1.60249f, -0.991444f, -0.748408f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 3}, {2.0f, -1.5f, -0.25f, 1.75f, -0.75f, -2.0f, 0.25f, 1.0f, 1.0f, 1.25f, 0.5f, -1.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .In<int32_t>({2, 1}, {1, 1})
      .Out<float>({2, 2, 4}, {4.3125f, 4.875f, 6.62498f, 1.3125f, 4.3125f, 4.875f, 5.95516f, 1.37629f, 2.99684f,
                              -1.06062f, -0.927105f, -0.736438f, -1.47719f, 1.60249f, -0.991444f, -0.748408f})
      .Run();
}

TEST(MsAttentionTest, PastAndPresent) {
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("unidirectional", 1)
      .In<float>({1, 2, 3}, {1.5f, -0.25f, 2.0f, 1.5f, -0.5f, -0.5f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .NoInput()
      .In<float>({2, 1, 2, 1, 2}, {1.0f, 1.75f, -1.75f, -1.75f, -1.0f, -0.25f, -1.5f, 0.0f})
      .Out<float>({1, 2, 4}, {-1.0f, -0.25f, 0.874966f, -0.0624991f, -1.80913f, 7.1842f, 4.11577f, 0.747704f})
      .Out<float>({2, 1, 2, 3, 2},
                  {1.0f,  1.75f,  9.3125f,  -4.1875f, 4.625f, -2.0f, -1.75f, -1.75f, 0.5625f, 0.625f,   3.875f, 3.25f,
                   -1.0f, -0.25f, -1.8125f, 7.1875f,  3.0f,   2.5f,  -1.5f,  0.0f,   0.875f,  -0.0625f, 4.125f, 0.75f})
      .Run();
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("scale", 0.4f)
      .In<float>({1, 2, 3}, {0.25f, 2.0f, 1.0f, -1.0f, 1.25f, 1.25f})
      .In<float>({3, 12},
                 {1.5f,   -0.25f, 1.5f,   1.25f,  2.0f,   -2.0f,  1.5f,  0.5f,  0.0f,   1.25f,  2.0f,   0.0f,
                  -1.75f, 1.0f,   -1.25f, -1.25f, -1.25f, -1.25f, 1.75f, -0.5f, -1.75f, -1.25f, -0.5f,  -0.75f,
                  -0.75f, 2.0f,   1.5f,   0.25f,  2.0f,   -0.75f, -1.5f, -1.0f, -1.75f, 2.0f,   -1.25f, -0.25f})
      .In<float>({12}, {-1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f, 1.75f, 1.75f, 1.25f, 1.0f, 0.25f, 0.25f})
      .Out<float>({1, 2, 4}, {-3.12504f, 0.687506f, -3.85996f, -1.01591f, -3.12503f, 0.687504f, -3.90581f, -1.0065f})
      .Out<float>({2, 1, 2, 2, 2}, {2.0f, -3.75f, 0.9375f, -0.5f, 4.125f, -0.125f, 0.5625f, -0.625f, -4.0f, 0.8125f,
                                    -3.125f, 0.6875f, -1.5f, -1.5f, -3.9375f, -1.0f})
      .Run();
}

TEST(MsAttentionTest, HiddenSizesAndBias) {
  OpTest("Attention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("qkv_hidden_sizes", AttributeValue(std::vector<int64_t>{4, 4, 6}))
      .In<float>({1, 2, 3}, {0.75f, 0.75f, -0.75f, 1.0f, -1.5f, 0.5f})
      .In<float>({3, 14}, {1.75f,  2.0f,   -0.75f, -0.75f, 0.5f,   -0.5f,  1.0f,   -1.25f, -1.5f, -2.0f,  -0.25f,
                           -1.25f, -0.75f, 1.75f,  1.25f,  1.5f,   0.5f,   -1.75f, 1.0f,   0.5f,  1.75f,  0.0f,
                           -1.5f,  0.5f,   -0.25f, 0.75f,  -0.5f,  -0.75f, -1.5f,  2.0f,   1.0f,  -0.25f, -1.25f,
                           0.5f,   -0.25f, 0.5f,   -1.75f, -1.25f, 1.0f,   -1.75f, 0.75f,  -0.5f})
      .In<float>({14}, {-2.0f, 1.0f, 0.75f, 1.25f, 1.75f, 1.0f, 1.5f, -1.75f, 1.75f, 1.75f, 0.75f, 1.25f, 1.0f, 1.5f})
      .NoInput()
      .NoInput()
      .In<float>({1, 2, 2, 2}, {1.75f, 0.0f, 1.25f, 1.75f, -0.75f, -2.0f, -1.5f, -2.0f})
      .Out<float>({1, 2, 6}, {0.814028f, 1.55651f, -0.371709f, 0.903863f, 0.0747628f, 3.08481f, 1.62441f, -1.62268f,
                              1.37372f, -0.76364f, 0.821406f, 3.68212f})
      .Run();
}

// Weights that copy the input: q, k and v are parts of it.
Numbers Copies(int64_t width) {
  Numbers w(static_cast<size_t>(width * width));
  for (int64_t i = 0; i < width; ++i) w[static_cast<size_t>(i * width + i)] = 1;
  return w;
}

struct Step {
  int64_t batch = 2, rows = 2, past = 0, room = 0;  // room 0: past and present are as long as they must be
  int64_t rotated = -1;                             // -1: not, 0: all of a head
  ElementType type = ElementType::kFloat32;
};

void CheckStep(const Step& t, double tolerance = 1e-5) {
  constexpr int64_t kHeads = 2, kSize = 4, kWidth = 3 * kHeads * kSize;
  const int64_t keys = t.past + t.rows, old = t.room > 0 ? t.room : t.past, room = t.room > 0 ? t.room : keys;
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  Numbers x = Wave(t.batch * t.rows * kWidth, 0.7);
  const Numbers past = Wave(2 * t.batch * kHeads * old * kSize, 0.3);
  const Tensor input = As(t.type, {t.batch, t.rows, kWidth}, x);
  const int64_t dim = t.rotated == 0 ? kSize : t.rotated;
  for (int64_t i = 0; t.rotated >= 0 && i < t.batch * t.rows * 2 * kHeads; ++i) {
    const int64_t row = i / (2 * kHeads), head = row * kWidth + i % (2 * kHeads) * kSize;
    for (int64_t k = 0; k < dim / 2; ++k) {
      const double angle = static_cast<double>(t.past + row % t.rows) *
                           std::pow(10000.0, -2.0 * static_cast<double>(k) / static_cast<double>(dim));
      float &a = x[at(head + k)], &b = x[at(head + dim / 2 + k)];
      const double was = a;
      a = static_cast<float>(was * std::cos(angle) - b * std::sin(angle));
      b = static_cast<float>(was * std::sin(angle) + b * std::cos(angle));
    }
  }
  Numbers q(at(t.batch * t.rows * kHeads * kSize));
  for (size_t i = 0; i < q.size(); ++i) q[i] = x[i / (kHeads * kSize) * kWidth + i % (kHeads * kSize)];
  std::array<Numbers, 2> cache;
  Numbers present(at(2 * t.batch * kHeads * room * kSize));
  for (int64_t part = 0; part < 2; ++part) {
    for (int64_t i = 0; i < t.batch * kHeads * keys * kSize; ++i) {
      const int64_t e = i % kSize, r = i / kSize % keys, h = i / kSize / keys;
      const int64_t line = h / kHeads * t.rows + r - t.past, column = ((part + 1) * kHeads + h % kHeads) * kSize + e;
      const float v =
          r < t.past ? past[at(((part * t.batch * kHeads + h) * old + r) * kSize + e)] : x[at(line * kWidth + column)];
      cache[at(part)].push_back(v);
      present[at(((part * t.batch * kHeads + h) * room + r) * kSize + e)] = v;
    }
  }
  const Numbers y = Attend({t.batch, kHeads, t.rows, keys, kSize}, q, cache[0], cache[1],
                           [&](int64_t, int64_t, int64_t i, int64_t j) {
                             return j <= t.past + i ? 0.0 : -std::numeric_limits<double>::infinity();
                           });
  OpTest test("Attention", 1, "com.microsoft");
  test.Attr("num_heads", int{kHeads}).Attr("unidirectional", 1);
  if (t.rotated >= 0) test.Attr("do_rotary", 1);
  if (t.rotated > 0) test.Attr("rotary_embedding_dim", static_cast<int>(t.rotated));
  test.In(input).In(As(t.type, {kWidth, kWidth}, Copies(kWidth))).NoInput().NoInput();
  test.In(As(t.type, {2, t.batch, kHeads, old, kSize}, past));
  if (t.room > 0) {
    test.Attr("past_present_share_buffer", 1).NoInput().In<int32_t>({1}, {static_cast<int32_t>(t.past)});
  }
  test.Out(As(t.type, {t.batch, t.rows, kHeads * kSize}, y));
  test.Out(As(t.type, {2, t.batch, kHeads, room, kSize}, present)).Tolerance(tolerance, tolerance).Run();
}

TEST(MsAttentionTest, Rotary) {
  CheckStep({.rotated = 0});
  CheckStep({.past = 3, .rotated = 0});
  CheckStep({.rows = 1, .past = 5, .rotated = 2});
}

TEST(MsAttentionTest, SharedBuffer) {
  CheckStep({.rows = 1, .past = 3, .room = 6});
  CheckStep({.rows = 2, .past = 0, .room = 2, .rotated = 0});
  CheckStep({.rows = 2, .past = 4, .room = 6});
}

TEST(MsAttentionTest, EmptyAndSixteenBits) {
  CheckStep({.batch = 0, .past = 2});
  CheckStep({.batch = 0, .past = 2, .room = 5, .rotated = 0});
  CheckStep({.rows = 0, .past = 2});
  CheckStep({.past = 0});
  CheckStep({.past = 3, .rotated = 0, .type = ElementType::kFloat16}, 3e-3);
  CheckStep({.past = 3, .room = 7, .type = ElementType::kBfloat16}, 3e-2);
}

TEST(MsAttentionTest, Refusals) {
  const auto with = [](int heads) {
    return OpTest("Attention", 1, "com.microsoft")
        .Attr("num_heads", heads)
        .In<float>({1, 1, 1}, {1})
        .In<float>({1, 3}, {1, 2, 3});
  };
  with(1).Attr("do_rotary", 1).Fails("heads of 1 do not suit");
  with(1).Attr("do_rotary", 1).Attr("rotary_embedding_dim", 3).Fails("rotary_embedding_dim 3 must be even");
  with(1).Attr("do_rotary", 1).Attr("rotary_embedding_dim", 2).Fails("rotary_embedding_dim 2");
  with(1).Attr("past_present_share_buffer", 1).Fails("past_sequence_length go together");
  const auto shared = [&](int32_t past) {
    return with(1)
        .Attr("past_present_share_buffer", 1)
        .NoInput()
        .NoInput()
        .In<float>({2, 1, 1, 2, 1}, {1, 2, 3, 4})
        .NoInput()
        .In<int32_t>({1}, {past});
  };
  shared(-1).Fails("past_sequence_length -1 is negative");
  shared(2).Fails("past_sequence_length 2 and 1 new keys do not fit into 2");
  with(2).Fails("do not suit 2 heads");
  with(1).NoInput().In<int32_t>({4}, {1, 1, 1, 1}).Fails("mask [4]");
  with(1).NoInput().NoInput().In<float>({2, 1, 1, 1, 2}, {1, 2, 3, 4}).Fails("past [2,1,1,1,2]");
}

}  // namespace
}  // namespace kante::core
