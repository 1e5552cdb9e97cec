// SPDX-License-Identifier: MIT
// Expected values: the formula of the specification in numpy, in double.
#include <gtest/gtest.h>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(CausalConvTest, BothDomains) {
  OpTest("CausalConvWithState", 27, "")
      .Attr("activation", "none")
      .In<float>({2, 2, 3}, {0.5f, -1.0f, -1.25f, -1.5f, 1.0f, -1.75f, 1.25f, -0.25f, -0.25f, -1.25f, -0.5f, 1.0f})
      .In<float>({2, 1, 3}, {1.75f, 1.75f, 0.5f, -1.0f, -1.75f, 0.25f})
      .Out<float>({2, 2, 3},
                  {0.25f, 0.375f, -1.5f, -0.375f, 2.875f, -0.6875f, 0.625f, 2.0625f, 1.625f, -0.3125f, 2.0625f, 2.375f})
      .Out<float>({2, 2, 2}, {-1.0f, -1.25f, 1.0f, -1.75f, -0.25f, -0.25f, -0.5f, 1.0f})
      .Run();
  OpTest("CausalConvWithState", 27, "")
      .Attr("activation", "silu")
      .In<float>({2, 2, 3}, {0.25f, 0.0f, 0.0f, -1.75f, -0.5f, -1.5f, 1.5f, 1.75f, 1.5f, 0.0f, 1.25f, 1.25f})
      .In<float>({2, 1, 3}, {-0.75f, -1.75f, 1.5f, 0.5f, -0.25f, 1.5f})
      .In<float>({2}, {2.0f, 1.5f})
      .In<float>({2, 2, 2}, {-2.0f, -2.0f, 0.0f, 0.0f, -1.25f, -0.5f, 0.25f, 1.0f})
      .Out<float>({2, 2, 3}, {7.37038f, 2.92566f, 1.55814f, -0.275721f, 0.909974f, -0.273638f, 6.04842f, 2.17289f,
                              0.0322262f, 1.09751f, 3.79621f, 2.92566f})
      .Out<float>({2, 2, 2}, {0.0f, 0.0f, -0.5f, -1.5f, 1.75f, 1.5f, 1.25f, 1.25f})
      .Run();
  OpTest("CausalConvWithState", 1, "com.microsoft")
      .Attr("activation", "swish")
      .Attr("dilation", 2)
      .In<float>({2, 2, 3}, {1.0f, -1.75f, -0.5f, -1.0f, -1.0f, 1.25f, -0.25f, -0.25f, 2.0f, -0.25f, 1.0f, 2.0f})
      .In<float>({2, 1, 3}, {2.0f, -0.75f, -0.5f, -2.0f, 1.0f, -0.5f})
      .In<float>({2}, {-2.0f, -1.5f})
      .Out<float>({2, 2, 3}, {-0.189645f, -0.275721f, -0.189645f, -0.268941f, -0.268941f, -0.131524f, -0.249308f,
                              -0.249308f, -0.159335f, -0.277493f, -0.238406f, -0.165238f})
      .Out<float>({2, 2, 4}, {0.0f, 1.0f, -1.75f, -0.5f, 0.0f, -1.0f, -1.0f, 1.25f, 0.0f, -0.25f, -0.25f, 2.0f, 0.0f,
                              -0.25f, 1.0f, 2.0f})
      .Run();
  OpTest("CausalConvWithState", 1, "com.microsoft")
      .Attr("activation", "none")
      .In<float>({2, 2, 3}, {-1.25f, -1.75f, -1.75f, 0.25f, -1.25f, 2.0f, 0.25f, 0.25f, 0.0f, 0.75f, 1.25f, -0.75f})
      .In<float>({2, 1, 3}, {0.5f, 0.25f, 0.75f, 1.0f, 1.0f, 0.5f})
      .NoInput()
      .In<float>({2, 2, 2}, {-1.75f, 1.25f, 2.0f, 0.25f, -0.25f, -1.25f, -0.25f, 0.25f})
      .Out<float>({2, 2, 3},
                  {-1.5f, -1.0f, -2.375f, 2.375f, -0.125f, 0.0f, -0.25f, -0.375f, 0.1875f, 0.375f, 1.625f, 1.625f})
      .Out<float>({2, 2, 2}, {-1.75f, -1.75f, -1.25f, 2.0f, 0.25f, 0.0f, 1.25f, -0.75f})
      .Run();
}

// The last case above with the channels last, in one dimension or in two; ONNX Runtime agrees.
TEST(CausalConvTest, ChannelsLast) {
  for (bool split : {false, true}) {
    const auto shape = [&](int64_t places) { return split ? Shape{2, places, 1, 2} : Shape{2, places, 2}; };
    OpTest("CausalConvWithState", 1, "com.microsoft")
        .Attr("channels_last", 1)
        .In<float>(shape(3), {-1.25f, 0.25f, -1.75f, -1.25f, -1.75f, 2.0f, 0.25f, 0.75f, 0.25f, 1.25f, 0.0f, -0.75f})
        .In<float>({2, 1, 3}, {0.5f, 0.25f, 0.75f, 1.0f, 1.0f, 0.5f})
        .NoInput()
        .In<float>(shape(2), {-1.75f, 2.0f, 1.25f, 0.25f, -0.25f, -0.25f, -1.25f, 0.25f})
        .Out<float>(shape(3),
                    {-1.5f, 2.375f, -1.0f, -0.125f, -2.375f, 0.0f, -0.25f, 0.375f, -0.375f, 1.625f, 0.1875f, 1.625f})
        .Out<float>(shape(2), {-1.75f, -1.25f, -1.75f, 2.0f, 0.25f, 1.25f, 0.0f, -0.75f})
        .Run();
  }
}

TEST(CausalConvTest, EmptyAndSixteenBits) {
  for (int last : {0, 1}) {
    OpTest("CausalConvWithState", 1, "com.microsoft")
        .Attr("channels_last", last)
        .In<float>({0, 2, 2}, {})
        .In<float>({2, 1, 3}, {0.5f, 0.25f, 0.75f, 1.0f, 1.0f, 0.5f})
        .Out<float>({0, 2, 2}, {})
        .Out<float>({0, 2, 2}, {})
        .Run();
    // No new places: the state stays.
    OpTest("CausalConvWithState", 1, "com.microsoft")
        .Attr("channels_last", last)
        .In<float>(last ? Shape{1, 0, 2} : Shape{1, 2, 0}, {})
        .In<float>({2, 1, 3}, {0.5f, 0.25f, 0.75f, 1.0f, 1.0f, 0.5f})
        .NoInput()
        .In<float>({1, 2, 2}, {1, 2, 3, 4})
        .Out<float>(last ? Shape{1, 0, 2} : Shape{1, 2, 0}, {})
        .Out<float>({1, 2, 2}, {1, 2, 3, 4})
        .Run();
    for (ElementType type : {ElementType::kFloat16, ElementType::kBfloat16}) {
      OpTest("CausalConvWithState", 1, "com.microsoft")
          .Attr("channels_last", last)
          .In(test::As(type, {1, 1, 1}, {3}))
          .In(test::As(type, {1, 1, 2}, {0.5f, 2}))
          .NoInput()
          .In(test::As(type, {1, 1, 1}, {4}))
          .Out(test::As(type, {1, 1, 1}, {8}))
          .Out(test::As(type, {1, 1, 1}, {3}))
          .Run();
    }
  }
}

TEST(CausalConvTest, Refusals) {
  const auto with = [] {
    return OpTest("CausalConvWithState", 1, "com.microsoft").In<float>({1, 1, 1}, {1}).In<float>({1, 1, 2}, {1, 1});
  };
  with().Attr("activation", "relu").Fails("activation relu");
  with().Attr("dilation", 0).Fails("dilation 0");
  with().Attr("ndim", 2).Fails("ndim");
  with().Attr("state_window", 2).Fails("state_window is for speculative decoding on GPUs");
  with().Attr("state_channels_last", 1).Fails("state_channels_last must follow channels_last");
  OpTest("CausalConvWithState", 27)
      .Attr("channels_last", 1)
      .In<float>({1, 1, 1}, {1})
      .In<float>({1, 1, 2}, {1, 1})
      .Fails("unknown attribute 'channels_last'");
  with().NoInput().In<float>({1, 1, 2}, {1, 1}).Fails("past_state [1,1,2] must be [1,1,1]");
}

}  // namespace
}  // namespace kante::core
