// SPDX-License-Identifier: MIT
// Expected values are computed by hand.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(MatMulInteger, ZeroPointsOfRowsAndColumns) {
  OpTest("MatMulInteger", 10)
      .In<uint8_t>({2, 2}, {1, 2, 3, 255})
      .In<int8_t>({2, 2}, {1, -1, 2, -128})
      .Out<int32_t>({2, 2}, {5, -257, 513, -32643})
      .Run();
  // A less its rows' points: [[0, 1], [1, 253]]; B less its columns' points: [[0, -2], [1, -129]].
  OpTest("MatMulInteger", 10)
      .In<uint8_t>({2, 2}, {1, 2, 3, 255})
      .In<int8_t>({2, 2}, {1, -1, 2, -128})
      .In<uint8_t>({2}, {1, 2})
      .In<int8_t>({2}, {1, 1})
      .Out<int32_t>({2, 2}, {1, -129, 253, -32639})
      .Run();
  OpTest("MatMulInteger", 10).In<uint8_t>({2, 0}, {}).In<uint8_t>({0, 1}, {}).Out<int32_t>({2, 1}, {0, 0}).Run();
  OpTest("MatMulInteger", 10)
      .In<uint8_t>({2, 1}, {1, 2})
      .In<uint8_t>({1, 1}, {1})
      .In<uint8_t>({3}, {1, 2, 3})
      .Fails("does not suit 2 rows");
}

TEST(MatMulIntegerToFloat, ScalesAndBias) {
  // Centred: [[1, 2]] times [[1, 2], [3, 4]] = [7, 10]; times 0.5 * [1, 2] plus [100, 0].
  OpTest("MatMulIntegerToFloat", 1, "com.microsoft")
      .In<uint8_t>({1, 2}, {129, 130})
      .In<int8_t>({2, 2}, {1, 2, 3, 4})
      .In<float>({}, {0.5f})
      .In<float>({2}, {1, 2})
      .In<uint8_t>({}, {128})
      .NoInput()
      .In<float>({2}, {100, 0})
      .Out<float>({1, 2}, {103.5f, 10})
      .Run();
}

TEST(QLinearMatMul, RoundsAndSaturates) {
  // Sums 3, 500 and -500 times 0.5 * 1 / 1; 1.5 rounds to 2.
  OpTest("QLinearMatMul", 10)
      .In<int8_t>({3, 1}, {3, 100, -100})
      .In<float>({}, {0.5f})
      .In<int8_t>({}, {0})
      .In<int8_t>({1, 1}, {5})
      .In<float>({1}, {1})
      .In<int8_t>({1}, {0})
      .In<float>({}, {5})
      .In<int8_t>({}, {120})
      .Out<int8_t>({3, 1}, {122, 127, 70})
      .Run();
}

Tensor Bytes(ElementType type, const Shape& shape, const std::vector<uint8_t>& bytes) {
  Tensor t = std::move(Tensor::Allocate(type, shape)).value();
  std::copy(bytes.begin(), bytes.end(), t.mutable_data<uint8_t>());
  return t;
}

// A = 1 2; -0.5 4 and B = 2 1; 1 -2: the sums are 4 -3; 3 -8.5.
OpTest SmallFloats(float y_scale) {
  OpTest test("QLinearMatMul", 21);
  test.In(Bytes(ElementType::kFloat8E4M3FN, {2, 2}, {0x38, 0x40, 0xB0, 0x48})).In<float>({}, {0.5f});
  test.In(Bytes(ElementType::kFloat8E4M3FN, {}, {0}));
  test.In(Bytes(ElementType::kFloat8E5M2, {2, 2}, {0x40, 0x3C, 0x3C, 0xC0})).In<float>({}, {1});
  test.In(Bytes(ElementType::kFloat8E5M2, {}, {0})).In<float>({}, {y_scale});
  return test;
}

TEST(QLinearMatMul, Float8) {
  // 8 -6; 6 -17, and -17 lies between -16 and -18
  SmallFloats(0.25f)
      .In(Bytes(ElementType::kFloat8E4M3FN, {}, {0}))
      .Out(Bytes(ElementType::kFloat8E4M3FN, {2, 2}, {0x50, 0xCC, 0x4C, 0xD8}))
      .Run();
  SmallFloats(0.0001f)
      .In(Bytes(ElementType::kFloat8E4M3FN, {}, {0}))
      .Out(Bytes(ElementType::kFloat8E4M3FN, {2, 2}, {0x7E, 0xFE, 0x7E, 0xFE}))
      .Run();
  SmallFloats(0.25f).In<int8_t>({}, {3}).Out<int8_t>({2, 2}, {11, -3, 9, -14}).Run();
  // Zero points count, and an empty sum is their image.
  OpTest("QLinearMatMul", 21)
      .In(Bytes(ElementType::kFloat8E5M2, {1, 0}, {}))
      .In<float>({}, {1})
      .In(Bytes(ElementType::kFloat8E5M2, {}, {0x3C}))
      .In(Bytes(ElementType::kFloat8E5M2, {0, 1}, {}))
      .In<float>({}, {1})
      .In(Bytes(ElementType::kFloat8E5M2, {}, {0x3C}))
      .In<float>({}, {1})
      .In(Bytes(ElementType::kFloat8E5M2, {}, {0x40}))
      .Out(Bytes(ElementType::kFloat8E5M2, {1, 1}, {0x40}))
      .Run();
}

TEST(ConvInteger, PaddingIsTheZeroPoint) {
  OpTest("ConvInteger", 10)
      .Attr("pads", std::vector<int64_t>{1, 1})
      .In<uint8_t>({1, 1, 3}, {2, 3, 4})
      .In<uint8_t>({1, 1, 3}, {1, 1, 1})
      .In<uint8_t>({}, {1})
      .Out<int32_t>({1, 1, 3}, {3, 6, 5})
      .Run();
  OpTest("ConvInteger", 10)
      .In<uint8_t>({1, 2, 3}, {1, 2, 3, 4, 5, 6})
      .In<uint8_t>({1, 1, 3}, {1, 1, 1})
      .Fails("do not suit");
}

TEST(QLinearConv, ChannelScalesAndBias) {
  // Sums 6 and 12 with bias 1 and -2: 7 * 0.5 = 3.5 and 10 * 2 = 20, less than 255.
  OpTest("QLinearConv", 10)
      .In<uint8_t>({1, 1, 2}, {2, 4})
      .In<float>({}, {1})
      .In<uint8_t>({}, {0})
      .In<int8_t>({2, 1, 2}, {1, 1, 2, 2})
      .In<float>({2}, {0.5f, 2})
      .In<int8_t>({2}, {0, 0})
      .In<float>({}, {1})
      .In<uint8_t>({}, {10})
      .In<int32_t>({2}, {1, -2})
      .Out<uint8_t>({1, 2, 1}, {14, 30})
      .Run();
}

TEST(QLinearConv, Saturates) {
  // Sums 2 and -2, ten thousand times as large.
  OpTest("QLinearConv", 10)
      .In<uint8_t>({1, 1, 1}, {2})
      .In<float>({}, {1})
      .In<uint8_t>({}, {0})
      .In<int8_t>({2, 1, 1}, {1, -1})
      .In<float>({1}, {1e4f})
      .In<int8_t>({1}, {0})
      .In<float>({}, {1})
      .In<int8_t>({}, {3})
      .Out<int8_t>({1, 2, 1}, {127, -128})
      .Run();
}

TEST(QLinearMatMul, RoundsTiesToEvenAndSaturates) {
  const auto product = [](std::vector<int8_t> b, float y_scale, std::vector<uint8_t> y) {
    OpTest("QLinearMatMul", 10)
        .In<uint8_t>({1, 1}, {1})
        .In<float>({}, {1})
        .In<uint8_t>({}, {0})
        .In<int8_t>({1, 4}, b)
        .In<float>({}, {1})
        .In<int8_t>({}, {0})
        .In<float>({}, {y_scale})
        .In<uint8_t>({}, {10})
        .Out<uint8_t>({1, 4}, y)
        .Run();
  };
  product({1, 3, 5, -1}, 2, {10, 12, 12, 10});  // halves: 0.5, 1.5, 2.5, -0.5
  product({1, -1, 100, -100}, 1e-4f, {255, 0, 255, 0});
}

// 70000 * 255^2 is more than 2^32.
TEST(MatMulInteger, SumsWrap) {
  const int64_t k = 70000;
  const std::vector<uint8_t> ones(static_cast<size_t>(k), 255);
  OpTest("MatMulInteger", 10)
      .In<uint8_t>({1, k}, ones)
      .In<uint8_t>({k, 1}, ones)
      .Out<int32_t>({1, 1}, {256782704})
      .Run();
  OpTest("ConvInteger", 10)
      .In<uint8_t>({1, 1, k}, ones)
      .In<uint8_t>({1, 1, k}, ones)
      .Out<int32_t>({1, 1, 1}, {256782704})
      .Run();
}

}  // namespace
}  // namespace kante::core
