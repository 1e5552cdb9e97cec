// SPDX-License-Identifier: MIT
// Expected values: ONNX Runtime 1.32's Attention of the dequantized inputs.
#include <gtest/gtest.h>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(QAttentionTest, Forms) {
  OpTest("QAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("unidirectional", 0)
      .In<uint8_t>({1, 2, 3}, {139, 106, 116, 137, 112, 100})
      .In<int8_t>({3, 12}, {3,   10, 9,   12,  5,   -15, 13, -4, 13,  12,  18, -20, 14, 5,  -1, 11, 18, 0,
                            -17, 9,  -11, -11, -13, -13, 16, -6, -16, -13, -5, -7,  -8, 17, 14, 2,  19, -7})
      .In<float>({12}, {-1.5f, -1.0f, -1.75f, 2.0f, -1.25f, -0.25f, -1.25f, 2.0f, -1.5f, 0.0f, 2.0f, 0.0f})
      .In<float>({1}, {0.05f})
      .In<float>({1}, {0.04f})
      .Out<float>({1, 2, 4}, {2.48729f, 1.25847f, 8.48817f, -9.91029f, 2.49096f, 1.25989f, 8.50721f, -9.91366f})
      .Out<float>({2, 1, 2, 2, 2}, {2.796f, -6.044f, 3.152f, -5.76f, -3.096f, 6.74f, -3.096f, 6.32f, 3.03f, 1.468f,
                                    2.398f, 1.224f, 8.656f, -9.94f, 7.82f, -9.792f})
      .Run();
  OpTest("QAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("unidirectional", 0)
      .In<uint8_t>({1, 2, 3}, {135, 135, 130, 129, 123, 123})
      .In<int8_t>({3, 12}, {13, -3, 17, 15, -6, -4, 8,   16, -17, -18, -11, -3, -14, 0,  1, 18,  9,   -10,
                            11, 12, 7,  7,  -8, 8,  -15, 5,  16,  18,  -9,  -7, 4,   -5, 9, -12, -14, -18})
      .In<float>({12}, {-0.25f, -1.25f, -0.75f, 1.75f, 1.25f, 1.5f, 0.5f, -1.75f, 1.0f, 0.5f, 1.75f, 0.0f})
      .In<float>({1}, {0.05f})
      .In<float>({12}, {0.01f, 0.02f, 0.03f, 0.04f, 0.05f, 0.06f, 0.07f, 0.08f, 0.09f, 0.1f, 0.11f, 0.12f})
      .In<int32_t>({1}, {1})
      .In<uint8_t>({1}, {120})
      .In<int8_t>({1}, {3})
      .Out<float>({1, 2, 4}, {0.19f, -1.525f, -1.2475f, -1.35f, 0.19f, -1.525f, -1.2475f, -1.35f})
      .Out<float>({2, 1, 2, 2, 2}, {0.8375f, 0.3f, 1.0025f, 1.104f, 1.2175f, -0.75f, 0.752f, -1.27f, 0.19f, -1.525f,
                                    0.325f, -0.61f, -1.2475f, -1.35f, 0.595f, -0.612f})
      .Run();
  OpTest("QAttention", 1, "com.microsoft")
      .Attr("num_heads", 2)
      .Attr("unidirectional", 1)
      .In<uint8_t>({1, 2, 3}, {106, 123, 118, 126, 115, 112})
      .In<int8_t>({3, 12}, {-15, 18, 10, -2,  -11, 5,  -4, 5,  -17, -13, 9,  -18, 7,  -4, -20, 10,  7,   12,
                            15,  9,  13, -16, 16,  16, 7,  12, 9,   15,  15, 0,   12, 16, -9,  -19, -14, -19})
      .In<float>({12}, {-0.25f, -2.0f, -1.0f, -1.0f, 1.0f, -1.0f, 2.0f, -1.25f, 2.0f, 0.25f, -1.0f, -2.0f})
      .In<float>({1}, {0.05f})
      .In<float>({1}, {0.04f})
      .NoInput()
      .In<uint8_t>({1}, {120})
      .In<int8_t>({1}, {3})
      .In<float>({2, 1, 2, 1, 2}, {-0.75f, 0.5f, -1.75f, -1.5f, -1.75f, 0.75f, -1.75f, -2.0f})
      .Out<float>({1, 2, 4}, {2.46326f, 0.675615f, -1.73601f, -1.98551f, 1.72989f, 0.643848f, -1.57792f, -1.94695f})
      .Out<float>({2, 1, 2, 3, 2},
                  {-0.75f, 0.5f,  1.368f, -0.99f, 0.6f,   -1.018f, -1.75f, -1.5f, 2.232f,  -1.322f, 1.652f,  -1.494f,
                   -1.75f, 0.75f, 2.668f, 0.672f, 1.852f, 0.6f,    -1.75f, -2.0f, -1.022f, -1.246f, -0.786f, -2.03f})
      .Run();
}

// One key: the answer is the projected value, (x - 120) * 0.5 times (w - 3) * 0.25, plus the bias.
TEST(QAttentionTest, SixteenBitsAndNothing) {
  for (ElementType type : {ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16}) {
    for (int64_t batch : {0, 1}) {
      const std::vector<uint8_t> x = {122, 116};
      OpTest("QAttention", 1, "com.microsoft")
          .Attr("num_heads", 1)
          .In<uint8_t>({batch, 1, 2}, batch == 1 ? x : std::vector<uint8_t>())
          .In<int8_t>({2, 3}, {0, 1, 5, 2, 3, 4})
          .In(test::As(type, {3}, {1, 2, 3}))
          .In(test::As(type, {}, {0.5f}))
          .In(test::As(type, {}, {0.25f}))
          .NoInput()
          .In<uint8_t>({}, {120})
          .In<int8_t>({}, {3})
          .Out(test::As(type, {batch, 1, 1}, batch == 1 ? test::Numbers{3} : test::Numbers()))
          .Run();
    }
  }
}

TEST(QAttentionTest, Refusals) {
  const auto with = [](const Shape& scale, int heads) {
    return OpTest("QAttention", 1, "com.microsoft")
        .Attr("num_heads", heads)
        .In<uint8_t>({1, 1, 1}, {1})
        .In<int8_t>({1, 3}, {1, 2, 3})
        .In<float>({3}, {1, 2, 3})
        .In<float>({}, {1})
        .In<float>(scale, std::vector<float>(static_cast<size_t>(scale.elements()), 1));
  };
  with({2}, 1).Fails("input 4 [2] does not suit [1,3]");
  with({}, 2).Fails("do not suit 2 heads");
  with({}, 1).Attr("past_present_share_buffer", 1).Fails("past_present_share_buffer needs past_sequence_length");
}

}  // namespace
}  // namespace kante::core
