// SPDX-License-Identifier: MIT
// Expected values are computed by hand from y = saturate(round(x / scale) + zero) and y = (x - zero) * scale.
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(QuantizeLinear, RoundsTiesToEvenAndSaturates) {
  OpTest("QuantizeLinear", 10)
      .In<float>({9}, {0, 1, 3, 5, -5, 510, 2000, -kInf, kInf})
      .In<float>({}, {2})
      .In<uint8_t>({}, {10})
      .Out<uint8_t>({9}, {10, 10, 12, 12, 8, 255, 255, 0, 255})
      .Run();
  OpTest("QuantizeLinear", 25)
      .In<float>({4}, {-1000, 2.5f, 3.5f, 1000})
      .In<float>({1}, {1})
      .In<int8_t>({1}, {-1})
      .Out<int8_t>({4}, {-128, 1, 3, 127})
      .Run();
  OpTest("QuantizeLinear", 21)
      .Attr("output_dtype", 4)
      .In<float>({3}, {-1, 40000, 70000})
      .In<float>({}, {1})
      .Out<uint16_t>({3}, {0, 40000, 65535})
      .Run();
}

// The bytes that -1e6 and 1e6 become in `type` (output_dtype).
void Saturated(int type, ElementType element, bool saturate, const std::vector<uint8_t>& bytes) {
  SCOPED_TRACE(NameOf(element));
  Tensor y = *Tensor::Allocate(element, {2});
  for (size_t i = 0; i < bytes.size(); ++i) y.mutable_data<uint8_t>()[i] = bytes[i];
  OpTest("QuantizeLinear", 25)
      .Attr("output_dtype", type)
      .Attr("saturate", saturate ? 1 : 0)
      .In<float>({2}, {-1e6f, 1e6f})
      .In<float>({}, {1})
      .Out(y)
      .Run();
}

TEST(QuantizeLinear, NaNIsTheSmallestCode) {
  const std::vector<float> x = {std::numeric_limits<float>::quiet_NaN(), 1};
  OpTest("QuantizeLinear", 10)
      .In<float>({2}, x)
      .In<float>({}, {1})
      .In<int8_t>({}, {3})
      .Out<int8_t>({2}, {-128, 4})
      .Run();
  OpTest("QuantizeLinear", 10)
      .In<float>({2}, x)
      .In<float>({}, {1})
      .In<uint8_t>({}, {3})
      .Out<uint8_t>({2}, {0, 4})
      .Run();
}

TEST(QuantizeLinear, SmallTypesSaturate) {
  Saturated(17, ElementType::kFloat8E4M3FN, true, {0xfe, 0x7e});
  Saturated(17, ElementType::kFloat8E4M3FN, false, {0xff, 0x7f});
  Saturated(18, ElementType::kFloat8E4M3FNUZ, true, {0xff, 0x7f});
  Saturated(18, ElementType::kFloat8E4M3FNUZ, false, {0x80, 0x80});
  Saturated(19, ElementType::kFloat8E5M2, true, {0xfb, 0x7b});
  Saturated(19, ElementType::kFloat8E5M2, false, {0xfc, 0x7c});
  Saturated(20, ElementType::kFloat8E5M2FNUZ, true, {0xff, 0x7f});
  Saturated(20, ElementType::kFloat8E5M2FNUZ, false, {0x80, 0x80});
  Saturated(21, ElementType::kUint4, true, {0xf0});
  Saturated(22, ElementType::kInt4, true, {0x78});
  Saturated(23, ElementType::kFloat4E2M1, true, {0x7f});
  Saturated(25, ElementType::kUint2, true, {0x0c});
  Saturated(26, ElementType::kInt2, true, {0x06});
}

TEST(QuantizeLinear, AxisAndBlocks) {
  OpTest("QuantizeLinear", 13)
      .Attr("axis", 0)
      .In<float>({2, 3}, {2, 4, 6, 2, 4, 6})
      .In<float>({2}, {2, 1})
      .In<uint8_t>({2}, {0, 100})
      .Out<uint8_t>({2, 3}, {1, 2, 3, 102, 104, 106})
      .Run();
  OpTest("QuantizeLinear", 13)
      .Attr("axis", -1)
      .In<float>({2, 2}, {2, 2, 4, 4})
      .In<float>({2}, {2, 1})
      .Out<uint8_t>({2, 2}, {1, 2, 2, 4})
      .Run();
  // Three columns in blocks of two: the last one is short.
  OpTest("QuantizeLinear", 21)
      .Attr("axis", 1)
      .Attr("block_size", 2)
      .In<float>({2, 3}, {4, 8, 4, 4, 8, 4})
      .In<float>({2, 2}, {4, 2, 1, 0.5f})
      .In<int8_t>({2, 2}, {0, 1, 2, 3})
      .Out<int8_t>({2, 3}, {1, 2, 3, 6, 10, 11})
      .Run();
}

TEST(QuantizeLinear, Empty) {
  OpTest("QuantizeLinear", 25).In<float>({0, 3}, {}).In<float>({}, {1}).Out<uint8_t>({0, 3}, {}).Run();
}

TEST(QuantizeLinear, Refuses) {
  OpTest("QuantizeLinear", 13).In<float>({2, 3}, {1, 2, 3, 4, 5, 6}).In<float>({2}, {1, 1}).Fails("does not suit axis");
  OpTest("QuantizeLinear", 21)
      .Attr("output_dtype", 3)
      .In<float>({1}, {1})
      .In<float>({}, {1})
      .In<uint8_t>({}, {0})
      .Fails("differs from the zero point");
  OpTest("QuantizeLinear", 23).Attr("precision", 7).In<float>({1}, {1}).In<float>({}, {1}).Fails("precision must be");
}

TEST(DequantizeLinear, TensorAxisAndBlocks) {
  OpTest("DequantizeLinear", 10)
      .In<uint8_t>({4}, {0, 3, 128, 255})
      .In<float>({}, {2})
      .In<uint8_t>({}, {128})
      .Out<float>({4}, {-256, -250, 0, 254})
      .Run();
  OpTest("DequantizeLinear", 13)
      .In<int8_t>({1, 2, 2}, {-128, 1, 2, 127})
      .In<float>({2}, {0.5f, 2})
      .In<int8_t>({2}, {0, -1})
      .Out<float>({1, 2, 2}, {-64, 0.5f, 6, 256})
      .Run();
  OpTest("DequantizeLinear", 21)
      .Attr("axis", 0)
      .Attr("block_size", 2)
      .In<int16_t>({3, 2}, {1, 2, 3, 4, 5, 6})
      .In<float>({2, 2}, {1, 10, 100, 1000})
      .Out<float>({3, 2}, {1, 20, 3, 40, 500, 6000})
      .Run();
  OpTest("DequantizeLinear", 10).In<int32_t>({2}, {-7, 9}).In<float>({}, {0.5f}).Out<float>({2}, {-3.5f, 4.5f}).Run();
}

TEST(DequantizeLinear, Refuses) {
  OpTest("DequantizeLinear", 21)
      .Attr("block_size", 2)
      .In<uint8_t>({1, 4}, {1, 2, 3, 4})
      .In<float>({1, 3}, {1, 1, 1})
      .Fails("does not suit blocks of 2");
}

TEST(MsDequantizeLinear, Int16) {
  OpTest("DequantizeLinear", 1, "com.microsoft")
      .In<int16_t>({2}, {-300, 300})
      .In<float>({}, {2})
      .In<int16_t>({}, {100})
      .Out<float>({2}, {-800, 400})
      .Run();
  OpTest("QuantizeLinear", 1, "com.microsoft")
      .In<float>({2}, {-800, 400})
      .In<float>({}, {2})
      .In<int16_t>({}, {100})
      .Out<int16_t>({2}, {-300, 300})
      .Run();
}

TEST(DynamicQuantizeLinear, RangeIncludesZero) {
  // Range [-1, 1.55]: scale 0.01, zero point 100.
  OpTest("DynamicQuantizeLinear", 11)
      .In<float>({3}, {-1, 0, 1.55f})
      .Out<uint8_t>({3}, {0, 100, 255})
      .Out<float>({}, {0.01f})
      .Out<uint8_t>({}, {100})
      .Run();
  OpTest("DynamicQuantizeLinear", 11)
      .In<float>({2}, {127.5f, 255})
      .Out<uint8_t>({2}, {128, 255})
      .Out<float>({}, {1})
      .Out<uint8_t>({}, {0})
      .Run();
}

TEST(DynamicQuantizeLinear, InfinityHasNoZeroPoint) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  OpTest("DynamicQuantizeLinear", 11)
      .In<float>({2}, {-kInf, 1})
      .Out<uint8_t>({2}, {0, 0})
      .Out<float>({}, {kInf})
      .Out<uint8_t>({}, {0})
      .Run();
}

}  // namespace
}  // namespace kante::core
