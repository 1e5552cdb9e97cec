// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Add by the definition of broadcasting: every output index looked up in both inputs.
void CheckAdd(const Shape& a, const Shape& b, const Shape& out) {
  const auto value = [](int64_t i, int salt) { return static_cast<float>((i * 37 + salt) % 101); };
  const auto index = [&](const Shape& s, int64_t flat) {
    int64_t at = 0, scale = 1;
    for (int d = out.rank() - 1; d >= 0; --d) {
      const int64_t i = flat % out[d];
      flat /= out[d];
      const int own = d - (out.rank() - s.rank());
      if (own < 0) continue;
      if (s[own] != 1) at += i * scale;
      scale *= s[own];
    }
    return at;
  };
  std::vector<float> x, y, z;
  for (int64_t i = 0; i < a.elements(); ++i) x.push_back(value(i, 5));
  for (int64_t i = 0; i < b.elements(); ++i) y.push_back(value(i, 11));
  for (int64_t i = 0; i < out.elements(); ++i) {
    z.push_back(x[static_cast<size_t>(index(a, i))] + y[static_cast<size_t>(index(b, i))]);
  }
  SCOPED_TRACE(StrCat(a.ToString(), " + ", b.ToString()));
  OpTest("Add", 14).In<float>(a, x).In<float>(b, y).Out<float>(out, z).Run();
}

TEST(BinaryTest, Broadcasting) {
  CheckAdd({2, 3}, {2, 3}, {2, 3});
  CheckAdd({}, {}, {});
  CheckAdd({2, 3}, {}, {2, 3});
  CheckAdd({1}, {4, 5}, {4, 5});
  CheckAdd({2, 3, 4}, {3, 1}, {2, 3, 4});
  CheckAdd({3, 1, 5}, {4, 1}, {3, 4, 5});
  CheckAdd({1, 4, 1, 6}, {3, 1, 5, 1}, {3, 4, 5, 6});
  CheckAdd({2, 1, 3, 1, 2}, {1, 4, 1, 5, 1}, {2, 4, 3, 5, 2});
  CheckAdd({0, 3}, {1, 3}, {0, 3});
  CheckAdd({3, 0}, {3, 1}, {3, 0});
  CheckAdd({20011}, {1}, {20011});
  CheckAdd({64, 500}, {64, 1}, {64, 500});
}

TEST(BinaryTest, RefusesShapesAndTypesThatDoNotFit) {
  OpTest("Add", 14)
      .In<float>({2, 3}, std::vector<float>(6))
      .In<float>({4}, std::vector<float>(4))
      .Fails("cannot broadcast [2,3] with [4]");
  OpTest("Add", 14).In<float>({1}, {1}).In<int32_t>({1}, {1}).Fails("was expected");
}

TEST(BinaryTest, Types) {
  OpTest("Sub", 14).In<uint8_t>({2}, {1, 9}).In<uint8_t>({1}, {2}).Out<uint8_t>({2}, {255, 7}).Run();
  OpTest("Mul", 14).In<int64_t>({2}, {3, -4}).In<int64_t>({2}, {5, 6}).Out<int64_t>({2}, {15, -24}).Run();
  OpTest("Div", 14)
      .In<int32_t>({4}, {7, -7, 7, -7})
      .In<int32_t>({4}, {2, 2, -2, -2})
      .Out<int32_t>({4}, {3, -3, -3, 3})
      .Run();
  OpTest("Div", 14).In<double>({2}, {1, 3}).In<double>({}, {4}).Out<double>({2}, {0.25, 0.75}).Run();
  // f16: 1.5 + 0.5 = 2, -2 + 0.5 = -1.5; bf16: 2 * 3 = 6, both sides taking the scalar's part.
  OpTest("Add", 14)
      .In<Float16>({2}, {{0x3e00}, {0xc000}})
      .In<Float16>({}, {{0x3800}})
      .Out<Float16>({2}, {{0x4000}, {0xbe00}})
      .Run();
  OpTest("Mul", 14)
      .In<Bfloat16>({}, {{0x4000}})
      .In<Bfloat16>({2}, {{0x4040}, {0x3f80}})
      .Out<Bfloat16>({2}, {{0x40c0}, {0x4000}})
      .Run();
}

TEST(BinaryTest, BroadcastAttributeBeforeOpset7) {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  OpTest("Add", 6)
      .Attr("broadcast", 1)
      .Attr("axis", 1)
      .In<float>({2, 3, 2}, a)
      .In<float>({3}, {10, 20, 30})
      .Out<float>({2, 3, 2}, {11, 12, 23, 24, 35, 36, 17, 18, 29, 30, 41, 42})
      .Run();
  OpTest("Mul", 6)
      .Attr("broadcast", 1)
      .Attr("axis", 0)
      .In<float>({2, 3, 2}, a)
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({2, 3, 2}, {1, 2, 6, 8, 15, 18, 28, 32, 45, 50, 66, 72})
      .Run();
  OpTest("Sub", 6)
      .Attr("broadcast", 1)
      .Attr("axis", -2)
      .In<float>({2, 3, 2}, a)
      .In<float>({3, 1}, {1, 2, 3})
      .Out<float>({2, 3, 2}, {0, 1, 1, 2, 2, 3, 6, 7, 7, 8, 8, 9})
      .Run();
  OpTest("Add", 1)
      .Attr("broadcast", 1)
      .Attr("consumed_inputs", std::vector<int64_t>{0, 0})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2}, {10, 20})
      .Out<float>({2, 2}, {11, 22, 13, 24})
      .Run();
  OpTest("Add", 6)
      .Attr("broadcast", 1)
      .Attr("axis", 2)
      .In<float>({2, 3, 2}, a)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Fails("leaves no room");
}

TEST(ModTest, SignsOfBothKinds) {
  OpTest("Mod", 13)
      .In<int32_t>({6}, {-4, 7, 5, 4, -7, 8})
      .In<int32_t>({6}, {2, -3, 8, -2, 3, 5})
      .Out<int32_t>({6}, {0, -2, 5, 0, 2, 3})
      .Run();
  OpTest("Mod", 13)
      .Attr("fmod", 1)
      .In<int64_t>({6}, {-4, 7, 5, 4, -7, 8})
      .In<int64_t>({6}, {2, -3, 8, -2, 3, 5})
      .Out<int64_t>({6}, {0, 1, 5, 0, -1, 3})
      .Run();
  OpTest("Mod", 13)
      .Attr("fmod", 1)
      .In<float>({3}, {-4.3f, 7.2f, 5})
      .In<float>({3}, {2.1f, -3.4f, 8})
      .Out<float>({3}, {std::fmod(-4.3f, 2.1f), std::fmod(7.2f, -3.4f), 5})
      .Run();
  OpTest("Mod", 28).In<float>({2}, {-4.5f, 4.5f}).In<float>({}, {2}).Out<float>({2}, {1.5f, 0.5f}).Run();
  OpTest("Mod", 13).In<uint8_t>({1}, {5}).In<uint8_t>({1}, {0}).Out<uint8_t>({1}, {0}).Run();
}

TEST(PowTest, MixedTypes) {
  OpTest("Pow", 15).In<float>({3}, {1, 2, 3}).In<float>({3}, {4, 5, 6}).Out<float>({3}, {1, 32, 729}).Run();
  OpTest("Pow", 15).In<float>({3}, {1, 2, 3}).In<int64_t>({3}, {4, 5, 6}).Out<float>({3}, {1, 32, 729}).Run();
  OpTest("Pow", 15).In<float>({2, 2}, {1, 2, 3, 4}).In<uint32_t>({}, {2}).Out<float>({2, 2}, {1, 4, 9, 16}).Run();
  OpTest("Pow", 15).In<int64_t>({3}, {1, 2, 3}).In<float>({3}, {4, 5, 6}).Out<int64_t>({3}, {1, 32, 729}).Run();
  OpTest("Pow", 15).In<int32_t>({3}, {1, 2, -3}).In<int64_t>({3}, {4, 5, 3}).Out<int32_t>({3}, {1, 32, -27}).Run();
  OpTest("Pow", 1).Attr("broadcast", 1).In<float>({2}, {2, 3}).In<float>({1}, {2}).Out<float>({2}, {4, 9}).Run();
}

TEST(PReluTest, SlopeBroadcastsOneWay) {
  const std::vector<float> x = {-1, 2, -3, 4, -5, 6, -7, 8};
  OpTest("PRelu", 16)
      .In<float>({2, 2, 2}, x)
      .In<float>({2, 1}, {0.5f, 2})
      .Out<float>({2, 2, 2}, {-0.5f, 2, -6, 4, -2.5f, 6, -14, 8})
      .Run();
  OpTest("PRelu", 6)
      .In<float>({2, 2, 2}, x)
      .In<float>({2}, {0.5f, 2})
      .Out<float>({2, 2, 2}, {-0.5f, 2, -6, 4, -2.5f, 6, -14, 8})
      .Run();
  OpTest("PRelu", 9).In<float>({2}, {-1, 2}).In<float>({2, 2}, {1, 1, 1, 1}).Fails("does not broadcast");
  OpTest("PRelu", 16).In<int32_t>({2}, {-3, 2}).In<int32_t>({1}, {4}).Out<int32_t>({2}, {-12, 2}).Run();
}

TEST(VariadicTest, AnyNumberOfInputs) {
  OpTest("Max", 13)
      .In<float>({3}, {3, 2, 1})
      .In<float>({3}, {1, 4, 4})
      .In<float>({}, {2})
      .Out<float>({3}, {3, 4, 4})
      .Run();
  OpTest("Min", 13).In<int16_t>({2, 1}, {3, -2}).In<int16_t>({2}, {1, 0}).Out<int16_t>({2, 2}, {1, 0, -2, -2}).Run();
  OpTest("Sum", 13).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Run();
  OpTest("Sum", 13)
      .In<double>({1, 2}, {1, 2})
      .In<double>({2, 1}, {10, 20})
      .In<double>({1}, {100})
      .Out<double>({2, 2}, {111, 112, 121, 122})
      .Run();
  OpTest("Sum", 13)  // the first two repeat along a row that only the last one has
      .In<float>({1, 1}, {1})
      .In<float>({1}, {10})
      .In<float>({2, 3}, {1, 2, 3, 4, 5, 6})
      .Out<float>({2, 3}, {12, 13, 14, 15, 16, 17})
      .Run();
  OpTest("Mean", 13)
      .In<float>({3}, {3, 0, 2})
      .In<float>({3}, {1, 3, 4})
      .In<float>({3}, {2, 6, 6})
      .Out<float>({3}, {2, 3, 4})
      .Run();
  OpTest("Max", 1)
      .Attr("consumed_inputs", std::vector<int64_t>{0, 0})
      .In<float>({1}, {3})
      .In<float>({1}, {5})
      .Out<float>({1}, {5})
      .Run();
}

TEST(VariadicTest, NaNWins) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  OpTest("Max", 13).In<float>({2}, {nan, 1}).In<float>({2}, {1, nan}).Out<float>({2}, {nan, nan}).Run();
}

}  // namespace
}  // namespace kante::core
