// SPDX-License-Identifier: MIT
// Expected values: ONNX Runtime 1.32; packed inputs must give what their parts give.
#include <gtest/gtest.h>

#include <array>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: the reference

TEST(MultiHeadAttentionTest, BiasAndLargerValues) {
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("scale", 0.4f)
      .In<float>({1, 2, 4}, {1.75f, 1.0f, 2.0f, -1.75f, 2.0f, 0.25f, -0.5f, 0.25f})
      .In<float>({1, 3, 4}, {-2.0f, 1.75f, 0.5f, -2.0f, 1.75f, -0.25f, -1.5f, 0.5f, -1.75f, 0.25f, 1.0f, -1.75f})
      .In<float>({1, 3, 6}, {1.25f, 0.5f, -0.75f, -1.25f, -2.0f, -1.25f, -1.0f, 1.5f, 0.0f, -1.25f, 1.0f, -0.25f, 1.5f,
                             1.0f, 1.75f, 1.0f, -1.75f, 0.25f})
      .In<float>({14},
                 {-0.25f, 1.25f, -1.5f, -0.25f, 1.5f, 0.5f, -2.0f, 1.25f, -0.5f, 0.75f, 0.75f, 0.5f, -0.25f, -0.5f})
      .Out<float>({1, 2, 6}, {-0.453484f, 1.84903f, 0.672318f, 0.270209f, -2.00026f, -1.0244f, -0.886618f, 2.02984f,
                              0.767293f, -0.522287f, 0.0187419f, -0.850378f})
      .Run();
}

TEST(MultiHeadAttentionTest, PackedForms) {
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({1, 3, 4}, {-1.75f, 0.25f, -1.0f, -0.5f, -1.5f, 1.0f, 1.75f, -0.5f, -0.25f, -0.25f, -1.75f, 1.0f})
      .In<float>({1, 3, 4}, {1.5f, 0.0f, -1.75f, -0.75f, -1.5f, 1.5f, 1.25f, -0.5f, -0.5f, 1.5f, -1.75f, 1.25f})
      .In<float>({1, 3, 4}, {2.0f, -0.25f, 1.0f, 1.0f, 1.75f, -2.0f, 0.75f, -0.5f, 1.5f, 1.5f, -1.0f, 0.25f})
      .Out<float>({1, 3, 4}, {1.69816f, -1.19913f, 0.367626f, 0.666583f, 1.68902f, -1.09088f, 0.734276f, -0.452029f,
                              1.7432f, -0.358849f, -0.601158f, 0.391596f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({1, 3, 2, 3, 2},
                 {-1.75f, 0.25f,  1.5f,  0.0f, 2.0f,  -0.25f, -1.0f,  -0.5f, -1.75f, -0.75f, 1.0f,  1.0f,
                  -1.5f,  1.0f,   -1.5f, 1.5f, 1.75f, -2.0f,  1.75f,  -0.5f, 1.25f,  -0.5f,  0.75f, -0.5f,
                  -0.25f, -0.25f, -0.5f, 1.5f, 1.5f,  1.5f,   -1.75f, 1.0f,  -1.75f, 1.25f,  -1.0f, 0.25f})
      .Out<float>({1, 3, 4}, {1.69816f, -1.19913f, 0.367626f, 0.666583f, 1.68902f, -1.09088f, 0.734276f, -0.452029f,
                              1.7432f, -0.358849f, -0.601158f, 0.391596f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({1, 3, 4}, {-1.75f, 0.25f, -1.0f, -0.5f, -1.5f, 1.0f, 1.75f, -0.5f, -0.25f, -0.25f, -1.75f, 1.0f})
      .In<float>({1, 3, 2, 2, 2},
                 {1.5f,  0.0f,  2.0f,  -0.25f, -1.75f, -0.75f, 1.0f, 1.0f, -1.5f,  1.5f,  1.75f, -2.0f,
                  1.25f, -0.5f, 0.75f, -0.5f,  -0.5f,  1.5f,   1.5f, 1.5f, -1.75f, 1.25f, -1.0f, 0.25f})
      .Out<float>({1, 3, 4}, {1.69816f, -1.19913f, 0.367626f, 0.666583f, 1.68902f, -1.09088f, 0.734276f, -0.452029f,
                              1.7432f, -0.358849f, -0.601158f, 0.391596f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({1, 3, 4}, {-1.75f, 0.25f, -1.0f, -0.5f, -1.5f, 1.0f, 1.75f, -0.5f, -0.25f, -0.25f, -1.75f, 1.0f})
      .In<float>({1, 2, 3, 2}, {1.5f, 0.0f, -1.5f, 1.5f, -0.5f, 1.5f, -1.75f, -0.75f, 1.25f, -0.5f, -1.75f, 1.25f})
      .In<float>({1, 2, 3, 2}, {2.0f, -0.25f, 1.75f, -2.0f, 1.5f, 1.5f, 1.0f, 1.0f, 0.75f, -0.5f, -1.0f, 0.25f})
      .Out<float>({1, 3, 4}, {1.69816f, -1.19913f, 0.367626f, 0.666583f, 1.68902f, -1.09088f, 0.734276f, -0.452029f,
                              1.7432f, -0.358849f, -0.601158f, 0.391596f})
      .Run();
}

TEST(MultiHeadAttentionTest, Masks) {
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 4}, {0.0f, 0.25f, 1.5f, 0.75f, 1.0f, 0.75f, -1.0f, 0.25f, -0.5f, -0.25f, -1.75f, -1.25f, -0.75f,
                             -1.0f, 0.5f, -1.0f})
      .In<float>({2, 3, 4}, {-1.0f, -0.25f, 0.25f, 2.0f,  0.0f, -0.75f, -0.75f, -0.25f, 1.75f,  -0.5f, -1.0f,  0.25f,
                             1.25f, 2.0f,   -1.0f, 1.75f, 1.5f, -0.5f,  -0.75f, -1.0f,  -0.75f, 1.75f, -0.75f, 0.0f})
      .In<float>({2, 3, 4}, {1.75f, 0.75f,  -1.5f, -1.75f, -1.25f, 1.5f, -1.25f, -0.75f, 0.25f, 0.0f,  -1.75f, -1.25f,
                             2.0f,  -0.25f, -1.0f, 1.5f,   -0.25f, 1.5f, -1.5f,  0.0f,   1.25f, 1.25f, 0.75f,  -0.25f})
      .NoInput()
      .In<int32_t>({2}, {1, 3})
      .Out<float>({2, 2, 4}, {1.75f, 0.75f, -1.5f, -1.75f, 1.75f, 0.75f, -1.5f, -1.75f, 0.944935f, 0.998239f,
                              -0.854501f, 0.0499111f, 0.524775f, 1.2273f, -0.77656f, 0.0450483f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 4}, {0.0f, 0.25f, 1.5f, 0.75f, 1.0f, 0.75f, -1.0f, 0.25f, -0.5f, -0.25f, -1.75f, -1.25f, -0.75f,
                             -1.0f, 0.5f, -1.0f})
      .In<float>({2, 3, 4}, {-1.0f, -0.25f, 0.25f, 2.0f,  0.0f, -0.75f, -0.75f, -0.25f, 1.75f,  -0.5f, -1.0f,  0.25f,
                             1.25f, 2.0f,   -1.0f, 1.75f, 1.5f, -0.5f,  -0.75f, -1.0f,  -0.75f, 1.75f, -0.75f, 0.0f})
      .In<float>({2, 3, 4}, {1.75f, 0.75f,  -1.5f, -1.75f, -1.25f, 1.5f, -1.25f, -0.75f, 0.25f, 0.0f,  -1.75f, -1.25f,
                             2.0f,  -0.25f, -1.0f, 1.5f,   -0.25f, 1.5f, -1.5f,  0.0f,   1.25f, 1.25f, 0.75f,  -0.25f})
      .NoInput()
      .In<int32_t>({8}, {2, 3, 0, 2, 4, 0, 3, 6})
      .Out<float>({2, 2, 4}, {0.316248f, 1.10844f, -1.47625f, -1.65499f, -0.0761649f, 1.20654f, -1.35582f, -1.17327f,
                              0.944935f, 0.998239f, -0.854501f, 0.0499111f, 0.524775f, 1.2273f, -0.77656f, 0.0450483f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("mask_filter_value", -2.0f)
      .In<float>({2, 2, 4}, {0.0f, 0.25f, 1.5f, 0.75f, 1.0f, 0.75f, -1.0f, 0.25f, -0.5f, -0.25f, -1.75f, -1.25f, -0.75f,
                             -1.0f, 0.5f, -1.0f})
      .In<float>({2, 3, 4}, {-1.0f, -0.25f, 0.25f, 2.0f,  0.0f, -0.75f, -0.75f, -0.25f, 1.75f,  -0.5f, -1.0f,  0.25f,
                             1.25f, 2.0f,   -1.0f, 1.75f, 1.5f, -0.5f,  -0.75f, -1.0f,  -0.75f, 1.75f, -0.75f, 0.0f})
      .In<float>({2, 3, 4}, {1.75f, 0.75f,  -1.5f, -1.75f, -1.25f, 1.5f, -1.25f, -0.75f, 0.25f, 0.0f,  -1.75f, -1.25f,
                             2.0f,  -0.25f, -1.0f, 1.5f,   -0.25f, 1.5f, -1.5f,  0.0f,   1.25f, 1.25f, 0.75f,  -0.25f})
      .NoInput()
      .In<int32_t>({2, 3}, {1, 0, 1, 0, 0, 1})
      .Out<float>({2, 2, 4}, {0.881614f, 0.449777f, -1.52028f, -1.6904f, 0.411487f, 0.145345f, -1.63442f, -1.38774f,
                              1.17336f, 1.18675f, 0.160528f, -0.139817f, 1.03019f, 1.24312f, 0.230723f, -0.149636f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 4}, {0.0f, 0.25f, 1.5f, 0.75f, 1.0f, 0.75f, -1.0f, 0.25f, -0.5f, -0.25f, -1.75f, -1.25f, -0.75f,
                             -1.0f, 0.5f, -1.0f})
      .In<float>({2, 3, 4}, {-1.0f, -0.25f, 0.25f, 2.0f,  0.0f, -0.75f, -0.75f, -0.25f, 1.75f,  -0.5f, -1.0f,  0.25f,
                             1.25f, 2.0f,   -1.0f, 1.75f, 1.5f, -0.5f,  -0.75f, -1.0f,  -0.75f, 1.75f, -0.75f, 0.0f})
      .In<float>({2, 3, 4}, {1.75f, 0.75f,  -1.5f, -1.75f, -1.25f, 1.5f, -1.25f, -0.75f, 0.25f, 0.0f,  -1.75f, -1.25f,
                             2.0f,  -0.25f, -1.0f, 1.5f,   -0.25f, 1.5f, -1.5f,  0.0f,   1.25f, 1.25f, 0.75f,  -0.25f})
      .NoInput()
      .In<int32_t>({2, 2, 3}, {1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1})
      .Out<float>({2, 2, 4}, {1.01657f, 0.383285f, -1.52375f, -1.70249f, 0.25f, 0.0f, -1.75f, -1.25f, 0.944935f,
                              0.998239f, -0.854501f, 0.0499111f, 0.35278f, 1.39954f, -0.756963f, -0.0825596f})
      .Run();
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .In<float>({2, 2, 4}, {0.0f, 0.25f, 1.5f, 0.75f, 1.0f, 0.75f, -1.0f, 0.25f, -0.5f, -0.25f, -1.75f, -1.25f, -0.75f,
                             -1.0f, 0.5f, -1.0f})
      .In<float>({2, 3, 4}, {-1.0f, -0.25f, 0.25f, 2.0f,  0.0f, -0.75f, -0.75f, -0.25f, 1.75f,  -0.5f, -1.0f,  0.25f,
                             1.25f, 2.0f,   -1.0f, 1.75f, 1.5f, -0.5f,  -0.75f, -1.0f,  -0.75f, 1.75f, -0.75f, 0.0f})
      .In<float>({2, 3, 4}, {1.75f, 0.75f,  -1.5f, -1.75f, -1.25f, 1.5f, -1.25f, -0.75f, 0.25f, 0.0f,  -1.75f, -1.25f,
                             2.0f,  -0.25f, -1.0f, 1.5f,   -0.25f, 1.5f, -1.5f,  0.0f,   1.25f, 1.25f, 0.75f,  -0.25f})
      .NoInput()
      .NoInput()
      .In<float>({1, 2, 2, 3}, {1.5f, -0.5f, 0.75f, 0.25f, -0.75f, -1.25f, 0.25f, -0.75f, 0.0f, 1.0f, 1.25f, 1.25f})
      .Out<float>({2, 2, 4}, {1.08395f, 0.593864f, -1.50963f, -1.67904f, 0.468322f, 0.547396f, -1.5264f, -1.1755f,
                              1.46007f, 0.588289f, -0.53161f, 0.122743f, 0.680853f, 0.96881f, -0.772503f, 0.0186263f})
      .Run();
}

TEST(MultiHeadAttentionTest, PastPresentAndScores) {
  OpTest("MultiHeadAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("unidirectional", 1)
      .In<float>({1, 2, 4}, {0.0f, -2.0f, -1.25f, 1.0f, 0.5f, 1.25f, 0.0f, -0.25f})
      .In<float>({1, 2, 4}, {-1.0f, -1.75f, -1.5f, 0.75f, 0.25f, -1.0f, -0.5f, 0.5f})
      .In<float>({1, 2, 4}, {-0.5f, -0.5f, -1.0f, 0.5f, 1.75f, -1.0f, -1.0f, 0.0f})
      .NoInput()
      .NoInput()
      .NoInput()
      .In<float>({1, 2, 1, 2}, {-1.25f, 0.0f, 1.75f, 0.5f})
      .In<float>({1, 2, 1, 2}, {-1.5f, -1.25f, -1.75f, 2.0f})
      .Out<float>({1, 2, 4}, {-0.577639f, -0.558229f, -1.03393f, 0.567865f, -0.200266f, -1.0691f, -1.25366f, 0.838207f})
      .Out<float>({1, 2, 3, 2}, {-1.25f, 0.0f, -1.0f, -1.75f, 0.25f, -1.0f, 1.75f, 0.5f, -1.5f, 0.75f, -0.5f, 0.5f})
      .Out<float>({1, 2, 3, 2}, {-1.5f, -1.25f, -0.5f, -0.5f, 1.75f, -1.0f, -1.75f, 2.0f, -1.0f, 0.5f, -1.0f, 0.0f})
      .Out<float>({1, 2, 2, 3}, {0.0f, 2.47487f, -3.40282e+38f, -0.441942f, -1.90035f, -0.795495f, -1.19324f, 1.85616f,
                                 -3.40282e+38f, -0.0883883f, -0.132583f, -0.0883883f})
      .Run();
}

// Two searches of two beams: the past of every beam is spread over the cache of its search.
TEST(MultiHeadAttentionTest, Beams) {
  constexpr int64_t kBatch = 4, kHeads = 2, kSize = 3, kRoom = 5, kPast = 3;
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  const Numbers q = Wave(kBatch * kHeads * kSize, 0.7), k = Wave(kBatch * kHeads * kSize, 1.1),
                v = Wave(kBatch * kHeads * kSize, 1.9);
  const std::array<Numbers, 2> old = {Wave(kBatch * kHeads * kRoom * kSize, 0.3),
                                      Wave(kBatch * kHeads * kRoom * kSize, 0.5)};
  const std::vector<int32_t> beams = {0, 1, 1, 9, 9, 1, 0, 1, 9, 9, 0, 0, 1, 9, 9, 1, 1, 1, 9, 9};
  std::array<Numbers, 2> seen, present;
  for (int64_t part = 0; part < 2; ++part) {
    const Numbers& fresh = part == 0 ? k : v;
    for (int64_t i = 0; i < kBatch * kHeads * kRoom * kSize; ++i) {
      const int64_t e = i % kSize, r = i / kSize % kRoom, h = i / kSize / kRoom, b = h / kHeads;
      const float own = r < kPast ? old[at(part)][at(i)] : r == kPast ? fresh[at(h * kSize + e)] : 0;
      present[at(part)].push_back(own);
      if (r > kPast) continue;
      const int64_t from = b / 2 * 2 + beams[at(b * kRoom + r)];
      seen[at(part)].push_back(r < kPast ? old[at(part)][at((((from * kHeads + h % kHeads) * kRoom) + r) * kSize + e)]
                                         : own);
    }
  }
  const Numbers y = Attend({kBatch, kHeads, 1, kPast + 1, kSize}, q, seen[0], seen[1],
                           [](int64_t, int64_t, int64_t, int64_t) { return 0.0; });
  const auto test = [&](const std::vector<int32_t>& paths) {
    OpTest t("MultiHeadAttention", 1, "com.microsoft");
    t.Attr("num_heads", int{kHeads});
    for (const Numbers* x : {&q, &k, &v}) t.In<float>({kBatch, 1, kHeads * kSize}, *x);
    t.NoInput().NoInput().NoInput();
    for (const Numbers& x : old) t.In<float>({kBatch, kHeads, kRoom, kSize}, x);
    return t.In<int32_t>({1}, {int32_t{kPast}}).In<int32_t>({2, 2, kRoom}, paths);
  };
  test(beams)
      .Out<float>({kBatch, 1, kHeads * kSize}, y)
      .Out<float>({kBatch, kHeads, kRoom, kSize}, present[0])
      .Out<float>({kBatch, kHeads, kRoom, kSize}, present[1])
      .Run();
  test(std::vector<int32_t>(20, 2)).Fails("cache_indirection holds beam 2 of 2");
  test(std::vector<int32_t>(20, -1)).Fails("cache_indirection holds beam -1 of 2");
  OpTest t("MultiHeadAttention", 1, "com.microsoft");
  t.Attr("num_heads", int{kHeads});
  for (const Numbers* x : {&q, &k, &v}) t.In<float>({kBatch, 1, kHeads * kSize}, *x);
  for (int i = 0; i < 6; ++i) t.NoInput();
  t.In<int32_t>({2, 2, kRoom}, beams).Fails("cache_indirection needs past_sequence_length");
}

TEST(MultiHeadAttentionTest, EmptyAndSixteenBits) {
  const auto check = [](int64_t batch, int64_t rows, int64_t past, ElementType type, double tolerance) {
    constexpr int64_t kHeads = 2, kSize = 3;
    const int64_t keys = past + rows;
    const Numbers q = Wave(batch * rows * kHeads * kSize, 0.7), old = Wave(batch * kHeads * past * kSize, 0.3);
    Numbers all;
    for (int64_t i = 0; i < batch * kHeads * keys * kSize; ++i) {
      const int64_t e = i % kSize, r = i / kSize % keys, h = i / kSize / keys;
      const int64_t line = ((h / kHeads * rows + r - past) * kHeads + h % kHeads) * kSize + e;
      all.push_back(r < past ? old[static_cast<size_t>((h * past + r) * kSize + e)] : q[static_cast<size_t>(line)]);
    }
    const Numbers y =
        Attend({batch, kHeads, rows, keys, kSize}, q, all, all, [](int64_t, int64_t, int64_t, int64_t) { return 0.0; });
    OpTest t("MultiHeadAttention", 1, "com.microsoft");
    t.Attr("num_heads", int{kHeads});
    for (int i = 0; i < 3; ++i) t.In(As(type, {batch, rows, kHeads * kSize}, q));
    t.NoInput().NoInput().NoInput();
    for (int i = 0; i < 2; ++i) t.In(As(type, {batch, kHeads, past, kSize}, old));
    t.Out(As(type, {batch, rows, kHeads * kSize}, y));
    for (int i = 0; i < 2; ++i) t.Out(As(type, {batch, kHeads, keys, kSize}, all));
    t.Tolerance(tolerance, tolerance).Run();
  };
  check(0, 2, 3, ElementType::kFloat32, 1e-5);
  check(2, 0, 3, ElementType::kFloat32, 1e-5);
  check(2, 2, 0, ElementType::kFloat32, 1e-5);
  check(2, 2, 3, ElementType::kFloat16, 3e-3);
  check(1, 3, 2, ElementType::kBfloat16, 3e-2);
}

TEST(MultiHeadAttentionTest, Refusals) {
  const auto with = [](const Shape& k) {
    return OpTest("MultiHeadAttention", 1, "com.microsoft")
        .Attr("num_heads", 2)
        .In<float>({1, 1, 4}, {1, 2, 3, 4})
        .In<float>(k, std::vector<float>(static_cast<size_t>(k.elements()), 1));
  };
  with({1, 1, 2}).In<float>({1, 1, 2}, {1, 2}).Fails("input 1 [1,1,2] does not suit 2 heads");
  with({1, 1, 4}).Fails("input 1 [1,1,4]");
  with({1, 1, 4}).In<float>({1, 2, 4}, std::vector<float>(8, 1)).Fails("input 2 [1,2,4]");
  with({1, 1, 4})
      .In<float>({1, 1, 4}, {1, 2, 3, 4})
      .NoInput()
      .In<int32_t>({7}, {1, 1, 1, 1, 1, 1, 1})
      .Fails("mask [7]");
  const auto shared = [&](int32_t past) {
    return with({1, 1, 4})
        .In<float>({1, 1, 4}, {1, 2, 3, 4})
        .NoInput()
        .NoInput()
        .NoInput()
        .In<float>({1, 2, 2, 2}, std::vector<float>(8, 1))
        .In<float>({1, 2, 2, 2}, std::vector<float>(8, 1))
        .In<int32_t>({1}, {past});
  };
  shared(-1).Fails("past_sequence_length -1");
  shared(2).Fails("past_sequence_length 2 and 1 new keys do not fit into 2");
}

}  // namespace
}  // namespace kante::core
