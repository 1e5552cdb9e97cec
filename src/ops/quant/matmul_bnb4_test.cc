// SPDX-License-Identifier: MIT
// Expected values are the definition, with the tables of bitsandbytes.
#include <gtest/gtest.h>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using test::As;

constexpr double kValues[2][16] = {
    {0, 0.0625 / 12, 8.0 / 12, 12.0 / 12, 4.0 / 12, 6.0 / 12, 2.0 / 12, 3.0 / 12, 0, -0.0625 / 12, -8.0 / 12,
     -12.0 / 12, -4.0 / 12, -6.0 / 12, -2.0 / 12, -3.0 / 12},
    {-1.0, -0.69619280, -0.52507305, -0.39491749, -0.28444138, -0.18477343, -0.09105004, 0.0, 0.07958030, 0.16093020,
     0.24611230, 0.33791524, 0.44070983, 0.56261700, 0.72295684, 1.0}};

OpTest Make(int type, bool transposed, int64_t m, int64_t n, int64_t k, ElementType of = ElementType::kFloat32) {
  OpTest test("MatMulBnb4", 1, "com.microsoft");
  test.Attr("K", AttributeValue(k)).Attr("N", AttributeValue(n)).Attr("block_size", 16).Attr("quant_type", type);
  test.Attr("transB", transposed ? 1 : 0);
  const auto depth = static_cast<size_t>(transposed ? k : n), columns = static_cast<size_t>(transposed ? n : k);
  std::vector<float> a(static_cast<size_t>(m) * depth), scales(static_cast<size_t>((n * k + 15) / 16));
  std::vector<uint8_t> b(static_cast<size_t>((n * k + 1) / 2));
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7) - 3;
  for (size_t i = 0; i < scales.size(); ++i) scales[i] = 0.25f * static_cast<float>(i % 5 + 1);
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<uint8_t>(i * 37 + 11);
  std::vector<float> y;
  for (size_t i = 0; i < static_cast<size_t>(m); ++i) {
    for (size_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (size_t t = 0; t < depth; ++t) {
        const size_t e = transposed ? j * depth + t : t * columns + j;
        sum += a[i * depth + t] * kValues[type][e % 2 == 0 ? b[e / 2] / 16 : b[e / 2] % 16] * scales[e / 16];
      }
      y.push_back(static_cast<float>(sum));
    }
  }
  test.In(As(of, {m, static_cast<int64_t>(depth)}, a));
  test.In<uint8_t>({static_cast<int64_t>(b.size())}, b);
  test.In(As(of, {static_cast<int64_t>(scales.size())}, scales));
  const double part = of == ElementType::kFloat32 ? 1e-5 : of == ElementType::kFloat16 ? 1e-3 : 1e-2;
  test.Out(As(of, {m, static_cast<int64_t>(columns)}, y)).Tolerance(part, 10 * part);
  return test;
}

TEST(MatMulBnb4, BothCodesBothWays) {
  for (const int type : {0, 1}) {
    for (const bool transposed : {true, false}) {
      Make(type, transposed, 1, 7, 33).Run();
      Make(type, transposed, 5, 18, 32).Run();
      Make(type, transposed, 0, 3, 4).Run();
      Make(type, transposed, 2, 7, 33, ElementType::kFloat16).Run();
      Make(type, transposed, 2, 7, 33, ElementType::kBfloat16).Run();
    }
  }
}

TEST(MatMulBnb4, Refuses) {
  const auto test = [](int type, int block, int64_t bytes) {
    OpTest t("MatMulBnb4", 1, "com.microsoft");
    t.Attr("K", 4).Attr("N", 2).Attr("quant_type", type).Attr("block_size", block).In<float>({1, 4}, {1, 2, 3, 4});
    t.In<uint8_t>({bytes}, std::vector<uint8_t>(static_cast<size_t>(bytes))).In<float>({1}, {1});
    return t;
  };
  test(2, 16, 4).Fails("quant_type 2");
  test(1, 24, 4).Fails("block_size 24");
  test(1, 16, 5).Fails("must have 4 elements");
}

}  // namespace
}  // namespace kante::core
