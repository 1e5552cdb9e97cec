// SPDX-License-Identifier: MIT
// Expected values: (code - zero) * scale of every element that is gathered, computed here.
#include <gtest/gtest.h>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using test::As;

OpTest Make(int bits) {
  OpTest test("GatherBlockQuantized", 1, "com.microsoft");
  test.Attr("bits", bits).Attr("block_size", 16);
  return test;
}

// Three rows of 40 elements, three blocks each, the last one short.
void CheckBytes(int bits, bool with_zero, ElementType type = ElementType::kFloat32) {
  const auto width = static_cast<size_t>(bits), mask = (size_t{1} << width) - 1, zero_row = (3 * width + 7) / 8;
  std::vector<uint8_t> data(3 * 40 * width / 8), zero(3 * zero_row);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i * 37 + 11);
  for (size_t i = 0; i < zero.size(); ++i) zero[i] = static_cast<uint8_t>(i * 91 + 5);
  std::vector<float> scales(9), y;
  for (size_t i = 0; i < scales.size(); ++i) scales[i] = 0.25f * static_cast<float>(i + 1);
  for (const size_t row : {2, 0}) {
    for (size_t i = 0; i < 40; ++i) {
      const size_t at = (row * 40 + i) * width, b = i / 16 * width;
      const size_t code = size_t{data[at / 8]} >> at % 8 & mask;
      const size_t z = with_zero ? size_t{zero[row * zero_row + b / 8]} >> b % 8 & mask : (mask + 1) / 2;
      y.push_back((static_cast<float>(code) - static_cast<float>(z)) * scales[row * 3 + i / 16]);
    }
  }
  y.resize(120);  // index 3 is outside: zeros
  OpTest test = Make(bits);
  test.In<uint8_t>({3, 40 * bits / 8}, data).In<int64_t>({3}, {-1, 0, 3});
  test.In(As(type, {3, 3}, scales));
  if (with_zero) test.In<uint8_t>({3, static_cast<int64_t>(zero_row)}, zero);
  const double part = type == ElementType::kFloat32 ? 1e-5 : type == ElementType::kFloat16 ? 1e-3 : 1e-2;
  test.Out(As(type, {3, 40}, y)).Tolerance(part, part).Run();
}

TEST(GatherBlockQuantized, Bytes) {
  for (const int bits : {2, 4, 8}) {
    for (const bool zero : {false, true}) CheckBytes(bits, zero);
    CheckBytes(bits, true, ElementType::kFloat16);
    CheckBytes(bits, true, ElementType::kBfloat16);
  }
}

Tensor Packed(ElementType type, const Shape& shape, const std::vector<uint8_t>& bytes) {
  auto t = Tensor::Allocate(type, shape);
  if (!t.ok()) return Tensor();
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<uint8_t*>(t->raw()));
  return std::move(t).value();
}

// The axes of blocks and of indices may be any, the same too: column 17 of [1, 18] is in the second block.
TEST(GatherBlockQuantized, FourBitTypes) {
  const std::vector<uint8_t> bytes = {0x21, 0x43, 0, 0, 0, 0, 0, 0, 0x9e};
  for (const ElementType type : {ElementType::kInt4, ElementType::kUint4}) {
    const bool sign = type == ElementType::kInt4;
    OpTest test = Make(4);
    test.Attr("gather_axis", 1).Attr("quantize_axis", -1).In(Packed(type, {1, 18}, bytes));
    test.In<int32_t>({2, 1}, {17, 1}).In<float>({1, 2}, {1, 10}).In(Packed(type, {1, 2}, {0x13}));
    test.Out<float>({1, 2, 1}, {sign ? -80.0f : 80.0f, -1}).Run();
    OpTest plain = Make(4);
    plain.Attr("quantize_axis", 0).In(Packed(type, {18, 1}, bytes)).In<int32_t>({}, {16}).In<float>({2, 1}, {1, 10});
    plain.Out<float>({1}, {sign ? -20.0f : 140.0f}).Run();
  }
}

// One scale a row, or one for all rows; 0x38 is 1, 0xc0 is -2.
TEST(GatherBlockQuantized, SmallFloats) {
  for (const bool shared : {false, true}) {
    OpTest test("GatherBlockQuantized", 1, "com.microsoft");
    test.Attr("block_size", 0).In(Packed(ElementType::kFloat8E4M3FN, {2, 3}, {0, 0, 0, 0x38, 0xc0, 0}));
    test.In<int64_t>({1}, {1}).In<float>(shared ? Shape{1, 1} : Shape{2, 1},
                                         shared ? std::vector<float>{3} : std::vector<float>{5, 3});
    test.Out<float>({1, 3}, {3, -6, 0}).Run();
  }
}

TEST(GatherBlockQuantized, Refuses) {
  const auto test = [](int bits, const Shape& scales) {
    OpTest t = Make(bits);
    t.In<uint8_t>({1, 16}, std::vector<uint8_t>(16)).In<int64_t>({1}, {0});
    t.In<float>(scales, std::vector<float>(static_cast<size_t>(scales.elements()), 1));
    return t;
  };
  test(3, {1, 1}).Fails("bits 3");
  test(4, {1, 1}).Fails("do not suit data");
  test(8, {1, 1}).Attr("gather_axis", 5).Fails("axis 5");
  test(4, {1, 2}).Attr("gather_axis", 1).Fails("packed codes");
  test(8, {1, 1}).In<uint8_t>({2}, {0, 0}).Fails("zero points");
}

}  // namespace
}  // namespace kante::core
