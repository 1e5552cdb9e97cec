// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "support/op_test.h"

namespace kante::core {
namespace {

std::vector<float> Wave(int64_t n, double step) {
  std::vector<float> out;
  for (int64_t i = 0; i < n; ++i) out.push_back(static_cast<float>(std::sin(step * static_cast<double>(i) + 0.3)));
  return out;
}

// x [2, 3, 4, size], tables [3, 1 or 4, size or size / 2], by the formula.
void Check(int64_t size, bool interleaved, bool half_tables, int64_t table_rows) {
  const int64_t half = size / 2, width = half_tables ? half : size;
  const std::vector<float> x = Wave(24 * size, 0.7), cos = Wave(3 * table_rows * width, 0.31),
                           sin = Wave(3 * table_rows * width, 0.53);
  std::vector<float> want(x.size());
  for (int64_t row = 0; row < 24; ++row) {
    const int64_t table = (row / 4 % 3 * table_rows + row % 4 % table_rows) * width;
    for (int64_t k = 0; k < half; ++k) {
      const int64_t u = interleaved ? 2 * k : k, v = interleaved ? 2 * k + 1 : k + half;
      const auto at = [&](const std::vector<float>& t, int64_t i) { return double{t[static_cast<size_t>(i)]}; };
      const int64_t cu = table + (half_tables ? k : u), cv = table + (half_tables ? k : v), base = row * size;
      want[static_cast<size_t>(base + u)] =
          static_cast<float>(at(x, base + u) * at(cos, cu) - at(x, base + v) * at(sin, cu));
      want[static_cast<size_t>(base + v)] =
          static_cast<float>(at(x, base + v) * at(cos, cv) + at(x, base + u) * at(sin, cv));
    }
  }
  OpTest("FusedRotary", 1, "kante")
      .Attr("interleaved", interleaved)
      .Attr("half_tables", half_tables)
      .In<float>({2, 3, 4, size}, x)
      .In<float>({3, table_rows, width}, cos)
      .In<float>({3, table_rows, width}, sin)
      .Out<float>({2, 3, 4, size}, want)
      .Run();
}

TEST(FusedRotary, EveryForm) {
  for (const int64_t size : {2, 10, 64, 600}) {
    for (int form = 0; form < 8; ++form) Check(size, form & 1, form & 2, form & 4 ? 4 : 1);
  }
}

// Tables with more rows than x widen it, as products would.
TEST(FusedRotary, WideTablesAndNothing) {
  OpTest("FusedRotary", 1, "kante")
      .In<float>({2}, {1, 2})
      .In<float>({2, 2}, {1, 1, 0, 0})
      .In<float>({2, 2}, {0, 0, 1, 1})
      .Out<float>({2, 2}, {1, 2, -2, 1})
      .Run();
  OpTest("FusedRotary", 1, "kante")
      .In<float>({0, 2}, {})
      .In<float>({2}, {1, 1})
      .In<float>({2}, {1, 1})
      .Out<float>({0, 2}, {})
      .Run();
}

TEST(FusedRotary, Refusals) {
  const auto refuse = [](const Shape& x, const Shape& table, const char* why) {
    OpTest test("FusedRotary", 1, "kante");
    for (const Shape* s : {&x, &table, &table}) {
      test.In<float>(*s, std::vector<float>(static_cast<size_t>(s->elements())));
    }
    test.Out<float>(x, std::vector<float>(static_cast<size_t>(x.elements()))).Fails(why);
  };
  refuse({2, 3}, {3}, "has no halves");
  refuse({2, 4}, {2}, "do not suit");
  refuse({4}, {}, "do not suit");
  refuse({3, 4}, {2, 4}, "broadcast");
}

}  // namespace
}  // namespace kante::core
