// SPDX-License-Identifier: MIT
// Expected values: the recurrence of the specification in numpy, in double.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(LinearAttentionTest, Rules) {
  OpTest("LinearAttention", 27, "")
      .Attr("q_num_heads", 1)
      .Attr("kv_num_heads", 1)
      .Attr("update_rule", "linear")
      .Attr("scale", 0.5f)
      .In<float>({1, 2, 2}, {-0.75f, -1.0f, 1.5f, -0.75f})
      .In<float>({1, 2, 2}, {-1.25f, -1.0f, -0.5f, -1.75f})
      .In<float>({1, 2, 3}, {0.5f, -0.25f, 2.0f, 1.25f, -0.5f, 1.0f})
      .Out<float>({1, 2, 3}, {0.484375f, -0.242188f, 1.9375f, 0.0703125f, 0.0f, -0.84375f})
      .Out<float>({1, 1, 2, 3}, {-1.25f, 0.5625f, -3.0f, -2.6875f, 1.125f, -3.75f})
      .Run();
  OpTest("LinearAttention", 27, "")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 2)
      .Attr("update_rule", "gated")
      .In<float>({1, 2, 4}, {1.25f, -1.25f, -1.5f, -1.5f, -2.0f, -0.75f, 1.25f, 1.25f})
      .In<float>({1, 2, 4}, {-0.5f, 0.0f, 1.25f, 1.75f, -1.0f, 0.75f, 0.5f, 0.5f})
      .In<float>({1, 2, 6}, {1.25f, 1.25f, -0.5f, 1.0f, -2.0f, -0.75f, -1.25f, -1.0f, 1.75f, -0.25f, -1.75f, 0.0f})
      .In<float>({1, 2, 2, 3}, {-1.75f, -1.5f, -0.5f, -0.25f, -1.25f, 0.5f, 0.0f, -1.5f, 1.25f, -1.5f, -0.5f, -1.5f})
      .In<float>({1, 2, 4}, {2.0f, -1.0f, 1.5f, 2.0f, -1.25f, -2.0f, -2.0f, -1.25f})
      .Out<float>({1, 2, 6}, {-11.9005f, -9.94257f, -3.20714f, 8.57394f, 17.4129f, 8.20047f, 4.22856f, 3.76061f,
                              3.16126f, -2.43505f, -4.47192f, -2.58116f})
      .Out<float>({1, 2, 2, 3}, {-2.63382f, -2.35457f, -2.73687f, -0.949947f, -0.812234f, 1.33739f, 0.0441691f,
                                 -2.12313f, 0.631287f, -2.79912f, -2.93627f, -3.55154f})
      .Run();
  OpTest("LinearAttention", 27, "")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 1)
      .Attr("update_rule", "delta")
      .In<float>({1, 2, 4}, {-0.5f, -1.5f, 2.0f, 0.0f, 1.5f, -2.0f, -1.5f, -0.25f})
      .In<float>({1, 2, 2}, {-1.5f, -1.5f, -2.0f, -1.0f})
      .In<float>({1, 2, 3}, {1.0f, 1.25f, 0.0f, -1.25f, -0.25f, 0.5f})
      .In<float>({1, 1, 2, 3}, {-1.5f, -0.5f, 1.25f, -0.25f, 0.0f, 1.25f})
      .NoInput()
      .In<float>({1, 2, 1}, {0.75f, -1.5f})
      .Out<float>({1, 2, 6}, {-1.78986f, 0.972272f, 4.19845f, 0.464039f, -1.5026f, -4.19845f, -0.839689f, -3.44715f,
                              -7.86656f, -4.02029f, 11.3524f, 32.6512f})
      .Out<float>({1, 1, 2, 3}, {3.28125f, -9.875f, -28.1875f, 3.05469f, -4.96875f, -15.5781f})
      .Run();
  OpTest("LinearAttention", 27, "")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 2)
      .Attr("update_rule", "gated_delta")
      .In<float>({1, 2, 4}, {0.5f, 1.75f, -1.25f, 1.75f, 0.25f, 0.75f, -0.75f, -2.0f})
      .In<float>({1, 2, 4}, {-2.0f, 0.75f, 2.0f, 0.5f, -0.5f, 1.25f, 2.0f, -1.25f})
      .In<float>({1, 2, 6}, {-1.75f, 2.0f, -2.0f, 1.75f, -1.5f, -1.75f, -1.0f, -0.75f, -0.75f, -2.0f, 1.5f, 1.5f})
      .NoInput()
      .In<float>({1, 2, 2}, {0.75f, 1.75f, 1.75f, 2.0f})
      .In<float>({1, 2, 2}, {-0.5f, 0.5f, 1.0f, 0.75f})
      .Out<float>({1, 2, 6}, {0.19335f, -0.220971f, 0.220971f, -1.00542f, 0.861786f, 1.00542f, -5.95697f, 5.72047f,
                              -6.58226f, -24.0623f, 20.5111f, 23.7971f})
      .Out<float>({1, 2, 2, 3}, {-4.69263f, 6.30943f, -5.55943f, -9.66835f, 8.68348f, -10.5585f, -22.8004f, 19.2217f,
                                 22.0504f, 25.5647f, -21.7117f, -25.096f})
      .Run();
  OpTest("LinearAttention", 1, "com.microsoft")
      .Attr("q_num_heads", 1)
      .Attr("kv_num_heads", 1)
      .Attr("update_rule", "linear")
      .Attr("scale", 0.5f)
      .In<float>({1, 2, 2}, {1.25f, 0.75f, -0.5f, 0.25f})
      .In<float>({1, 2, 2}, {-1.25f, 2.0f, 1.75f, 0.5f})
      .In<float>({1, 2, 3}, {1.25f, -0.75f, -0.5f, 0.0f, -1.0f, -2.0f})
      .Out<float>({1, 2, 3}, {-0.0390625f, 0.0234375f, 0.015625f, 0.703125f, -0.046875f, 0.46875f})
      .Out<float>({1, 1, 2, 3}, {-1.5625f, -0.8125f, -2.875f, 2.5f, -2.0f, -2.0f})
      .Run();
  OpTest("LinearAttention", 1, "com.microsoft")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 2)
      .Attr("update_rule", "gated")
      .In<float>({1, 2, 4}, {-0.5f, 1.0f, -1.0f, 0.75f, 0.5f, -0.25f, 1.0f, 1.5f})
      .In<float>({1, 2, 4}, {2.0f, 1.0f, -1.75f, -0.75f, 0.0f, -1.75f, -0.25f, -1.5f})
      .In<float>({1, 2, 6}, {0.25f, -1.25f, -1.0f, -0.75f, 2.0f, -0.25f, 0.25f, 1.75f, -2.0f, -1.0f, -0.25f, 1.75f})
      .In<float>({1, 2, 2, 3}, {1.0f, 0.75f, -0.5f, 1.5f, -1.25f, -0.5f, -0.5f, -2.0f, -1.75f, 1.25f, 2.0f, -1.0f})
      .In<float>({1, 2, 4}, {-1.75f, -1.5f, -2.0f, 1.25f, -2.0f, 0.75f, 1.25f, -1.25f})
      .Out<float>({1, 2, 6}, {0.175227f, -0.2433f, -0.0481692f, 1.73187f, 5.57284f, -1.89349f, -0.109235f, 1.00017f,
                              -0.302584f, 6.33683f, -7.19875f, -3.60203f})
      .Out<float>({1, 2, 2, 3}, {0.0911854f, -0.3207f, -0.282429f, 0.8003f, -6.29921f, 1.14682f, 4.59489f, -13.0984f,
                                 0.262884f, 2.91116f, 1.94524f, -3.57128f})
      .Run();
  OpTest("LinearAttention", 1, "com.microsoft")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 1)
      .Attr("update_rule", "delta")
      .In<float>({1, 2, 4}, {-1.25f, -1.0f, 1.0f, 1.75f, 1.0f, -1.0f, 1.0f, 0.75f})
      .In<float>({1, 2, 2}, {-0.25f, -1.5f, -0.75f, 1.25f})
      .In<float>({1, 2, 3}, {0.0f, -1.75f, 1.75f, 0.0f, -0.75f, -2.0f})
      .In<float>({1, 1, 2, 3}, {0.25f, 0.25f, -1.5f, 1.5f, 0.0f, -1.75f})
      .NoInput()
      .In<float>({1, 2, 1}, {-1.25f, -1.0f})
      .Out<float>({1, 2, 6}, {-4.98635f, 2.48247f, 4.56581f, 7.90938f, -4.11144f, -6.40263f, -12.7238f, 6.27972f,
                              3.9609f, 4.65321f, -2.27147f, -3.7332f})
      .Out<float>({1, 1, 2, 3}, {-3.95142f, 1.97046f, -0.616211f, 14.0427f, -6.9104f, -6.21777f})
      .Run();
  OpTest("LinearAttention", 1, "com.microsoft")
      .Attr("q_num_heads", 2)
      .Attr("kv_num_heads", 2)
      .Attr("update_rule", "gated_delta")
      .In<float>({1, 2, 4}, {1.0f, 1.0f, 1.25f, 0.5f, 1.75f, -0.75f, 0.25f, 0.5f})
      .In<float>({1, 2, 4}, {-0.5f, -0.25f, 0.75f, 1.5f, 1.75f, -1.0f, 1.0f, 1.0f})
      .In<float>({1, 2, 6}, {1.75f, 0.5f, -1.25f, 1.0f, -1.5f, -0.5f, 0.0f, 1.0f, -1.5f, 0.75f, -1.5f, -0.5f})
      .NoInput()
      .In<float>({1, 2, 2}, {-1.5f, -2.0f, -0.75f, 2.0f})
      .In<float>({1, 2, 2}, {0.25f, 1.0f, -1.25f, -1.25f})
      .Out<float>({1, 2, 6}, {-0.232019f, -0.0662913f, 0.165728f, 1.19324f, -1.78986f, -0.596621f, -0.535718f,
                              -3.52287f, 5.43736f, 15.4223f, -22.8848f, -7.62828f})
      .Out<float>({1, 2, 2, 3}, {-0.385874f, -2.29775f, 3.55687f, 0.109788f, 1.28137f, -1.95342f, 25.386f, -37.6103f,
                                 -12.5368f, 30.9278f, -45.923f, -15.3077f})
      .Run();
}

TEST(LinearAttentionTest, Gate) {
  OpTest("LinearAttentionGate", 1, "com.microsoft")
      .In<float>({1, 2, 3}, {1.75f, 1.0f, 0.0f, -1.0f, 1.5f, -0.25f})
      .In<float>({3}, {-2.0f, 1.5f, -0.25f})
      .In<float>({3}, {-0.25f, -0.5f, -1.0f})
      .In<float>({1, 2, 3}, {0.5f, -0.75f, 0.0f, -1.75f, 1.5f, -1.25f})
      .Out<float>({1, 2, 3}, {-0.143985f, -1.28944f, -0.575939f, -0.0121468f, -1.52429f, -0.474077f})
      .Out<float>({1, 2, 3}, {0.622459f, 0.320821f, 0.5f, 0.148047f, 0.817575f, 0.2227f})
      .Run();
}

// The gated delta rule in double.
TEST(LinearAttentionTest, EmptyAndSixteenBits) {
  using test::As;
  constexpr int64_t kSize = 3;
  const auto check = [](int64_t batch, int64_t rows, ElementType type, double tolerance) {
    const auto at = [](int64_t i) { return static_cast<size_t>(i); };
    const test::Numbers q = test::Wave(batch * rows * kSize, 0.7), k = test::Wave(batch * rows * kSize, 1.1);
    const test::Numbers v = test::Wave(batch * rows, 1.9), beta = test::Wave(batch * rows, 0.3);
    test::Numbers decay = test::Wave(batch * rows, 0.5), state = test::Wave(batch * kSize, 0.9), y;
    const test::Numbers past = state;
    for (float& g : decay) g = -std::abs(g);
    for (int64_t row = 0; row < batch * rows; ++row) {
      const float* own_k = k.data() + row * kSize;
      float* s = state.data() + row / rows * kSize;
      double seen = 0, out = 0;
      for (int64_t e = 0; e < kSize; ++e) {
        s[e] = static_cast<float>(double{s[e]} * std::exp(double{decay[at(row)]}));
        seen += double{s[e]} * double{own_k[e]};
      }
      for (int64_t e = 0; e < kSize; ++e) {
        s[e] =
            static_cast<float>(double{s[e]} + double{beta[at(row)]} * double{own_k[e]} * (double{v[at(row)]} - seen));
        out += double{s[e]} * double{q[at(row * kSize + e)]} / std::sqrt(double{kSize});
      }
      y.push_back(static_cast<float>(out));
    }
    OpTest t("LinearAttention", 1, "com.microsoft");
    t.Attr("q_num_heads", 1).Attr("kv_num_heads", 1);
    for (const test::Numbers* x : {&q, &k}) t.In(As(type, {batch, rows, kSize}, *x));
    t.In(As(type, {batch, rows, 1}, v)).In(As(type, {batch, 1, kSize, 1}, past));
    t.In(As(type, {batch, rows, 1}, decay)).In(As(type, {batch, rows, 1}, beta));
    t.Out(As(type, {batch, rows, 1}, y)).Out(As(type, {batch, 1, kSize, 1}, state));
    t.Tolerance(tolerance, tolerance).Run();
  };
  check(2, 3, ElementType::kFloat32, 1e-5);
  check(2, 3, ElementType::kFloat16, 4e-3);
  check(1, 2, ElementType::kBfloat16, 3e-2);
  check(0, 3, ElementType::kFloat32, 1e-5);
  check(2, 0, ElementType::kFloat32, 1e-5);  // the state stays
}

TEST(LinearAttentionTest, Refusals) {
  const auto with = [](const char* rule) {
    return OpTest("LinearAttention", 27)
        .Attr("q_num_heads", 1)
        .Attr("kv_num_heads", 1)
        .Attr("update_rule", rule)
        .In<float>({1, 1, 1}, {1})
        .In<float>({1, 1, 1}, {1})
        .In<float>({1, 1, 1}, {1});
  };
  with("other").Fails("update_rule other");
  with("gated").Fails("needs decay");
  with("linear").In<float>({1, 1, 1, 2}, {1, 1}).Fails("input 3 [1,1,1,2] does not suit [1,1,1,1]");
}

}  // namespace
}  // namespace kante::core
