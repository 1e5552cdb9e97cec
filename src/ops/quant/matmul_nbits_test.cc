// SPDX-License-Identifier: MIT
// Expected values are the definition of the operator, computed here in double.
#include <gtest/gtest.h>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using test::As;

void Check(int bits, bool packed_zero, bool float_zero, int64_t m, ElementType type = ElementType::kFloat32) {
  const int64_t k = 20, n = 19, block = 16, blocks = 2, zero_bytes = (blocks * bits + 7) / 8;
  std::vector<uint8_t> b(static_cast<size_t>(n * blocks * block * bits / 8)), zero(static_cast<size_t>(n * zero_bytes));
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<uint8_t>(i * 37 + 11);
  for (size_t i = 0; i < zero.size(); ++i) zero[i] = static_cast<uint8_t>(i * 91 + 5);
  std::vector<float> a(static_cast<size_t>(m * k)), scales(static_cast<size_t>(n * blocks)), zeros(scales.size()),
      bias(static_cast<size_t>(n)), want(static_cast<size_t>(m * n));
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7) - 3;
  for (size_t i = 0; i < scales.size(); ++i) scales[i] = 0.25f * static_cast<float>(i % 5 + 1);
  for (size_t i = 0; i < zeros.size(); ++i) zeros[i] = 0.5f * static_cast<float>(i % 9);
  for (size_t i = 0; i < bias.size(); ++i) bias[i] = static_cast<float>(i);
  const auto code = [&](const std::vector<uint8_t>& bytes, int64_t first, int64_t i) {
    return bytes[static_cast<size_t>(first + i * bits / 8)] >> (i * bits % 8) & ((1 << bits) - 1);
  };
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = bias[static_cast<size_t>(j)];
      for (int64_t t = 0; t < k; ++t) {
        const auto at = static_cast<size_t>(j * blocks + t / block);
        const double z = packed_zero ? code(zero, j * zero_bytes, t / block) : float_zero ? zeros[at] : 1 << (bits - 1);
        sum += a[static_cast<size_t>(i * k + t)] * (code(b, j * blocks * block * bits / 8, t) - z) * scales[at];
      }
      want[static_cast<size_t>(i * n + j)] = static_cast<float>(sum);
    }
  }
  OpTest test("MatMulNBits", 1, "com.microsoft");
  test.Attr("K", int64_t{k}).Attr("N", int64_t{n}).Attr("bits", bits).Attr("block_size", int64_t{block});
  test.In(As(type, {1, m, k}, a)).In<uint8_t>({n, blocks, block * bits / 8}, b);
  test.In(As(type, {n, blocks}, scales));
  if (packed_zero) {
    test.In<uint8_t>({n, zero_bytes}, zero);
  } else if (float_zero) {
    test.In(As(type, {n, blocks}, zeros));
  } else {
    test.NoInput();
  }
  const double part = type == ElementType::kFloat32 ? 1e-5 : type == ElementType::kFloat16 ? 1e-3 : 1e-2;
  test.NoInput().In(As(type, {n}, bias)).Out(As(type, {1, m, n}, want)).Tolerance(part, 1e-3).Run();
}

TEST(MatMulNBits, BitsAndZeroPoints) {
  for (int bits : {2, 4, 8}) {
    Check(bits, false, false, 1);
    Check(bits, true, false, 7);
    Check(bits, false, true, 2);
    Check(bits, true, false, 0);
    for (ElementType half : {ElementType::kFloat16, ElementType::kBfloat16}) {
      Check(bits, true, false, 1, half);
      Check(bits, false, true, 3, half);
    }
  }
}

// Two blocks whose elements alternate: even ones have the first scale and zero point.
TEST(MatMulNBits, GroupIndex) {
  const auto product = [](int32_t odd) {
    std::vector<int32_t> group(32);
    for (size_t i = 0; i < 32; ++i) group[i] = i % 2 == 0 ? 0 : odd;
    OpTest test("MatMulNBits", 1, "com.microsoft");
    test.Attr("K", 32).Attr("N", 1).Attr("block_size", 16);
    test.In<float>({1, 32}, std::vector<float>(32, 1));
    test.In<uint8_t>({1, 2, 8}, std::vector<uint8_t>(16, 0x5a))
        .In<float>({1, 2}, {0.5f, 2})
        .In<uint8_t>({1, 1}, {0x47});
    test.In<int32_t>({32}, group);
    return test;
  };
  product(1).Out<float>({1, 1}, {16 * (10 - 7) * 0.5f + 16 * (5 - 4) * 2}).Run();
  product(2).Fails("g_idx 2 outside [0, 1]");
}

TEST(MatMulNBits, EmptyWeightsLeaveTheBias) {
  for (const bool bias : {false, true}) {
    OpTest test("MatMulNBits", 1, "com.microsoft");
    test.Attr("K", 16).Attr("N", 2).Attr("block_size", 16).In<float>({2, 16}, std::vector<float>(32, 1));
    test.In<uint8_t>({0, 1, 8}, {}).In<float>({0, 1}, {}).NoInput().NoInput();
    if (bias) test.In<float>({2}, {3, 4});
    test.Out<float>({2, 2}, bias ? std::vector<float>{3, 4, 3, 4} : std::vector<float>(4, 0)).Run();
  }
}

TEST(MatMulNBits, Refuses) {
  OpTest("MatMulNBits", 1, "com.microsoft")
      .Attr("K", 16)
      .Attr("N", 1)
      .Attr("bits", 3)
      .Attr("block_size", 16)
      .In<float>({1, 16}, std::vector<float>(16))
      .In<uint8_t>({1, 1, 8}, std::vector<uint8_t>(8))
      .In<float>({1, 1}, {1})
      .Fails("none of 2, 4 and 8");
}

}  // namespace
}  // namespace kante::core
