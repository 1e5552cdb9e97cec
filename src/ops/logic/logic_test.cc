// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(CompareTest, AllFive) {
  const std::vector<float> a = {1, 2, 3}, b = {2, 2, 2};
  OpTest("Equal", 13).In<float>({3}, a).In<float>({3}, b).Out<bool>({3}, {false, true, false}).Run();
  OpTest("Less", 13).In<float>({3}, a).In<float>({3}, b).Out<bool>({3}, {true, false, false}).Run();
  OpTest("LessOrEqual", 16).In<float>({3}, a).In<float>({3}, b).Out<bool>({3}, {true, true, false}).Run();
  OpTest("Greater", 13).In<float>({3}, a).In<float>({3}, b).Out<bool>({3}, {false, false, true}).Run();
  OpTest("GreaterOrEqual", 16).In<float>({3}, a).In<float>({3}, b).Out<bool>({3}, {false, true, true}).Run();
}

template <typename T>
void CompareLongRows() {
  // Rows of more than two vectors and a rest, against a row, a scalar and a column.
  constexpr int64_t kRows = 2, kColumns = 37;
  std::vector<T> a(kRows * kColumns), row(kColumns);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(i * 7 % 11);
  for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<T>(i * 5 % 11);
  const std::vector<T> column = {T(3), T(8)};
  std::vector<bool> equal, less, at_most;
  for (size_t i = 0; i < a.size(); ++i) {
    equal.push_back(a[i] == row[i % kColumns]);
    less.push_back(column[i / kColumns] < row[i % kColumns]);
    at_most.push_back(a[i] <= column[1]);
  }
  const Shape whole = {kRows, kColumns};
  OpTest("Equal", 13).In<T>(whole, a).template In<T>({kColumns}, row).template Out<bool>(whole, equal).Run();
  OpTest("Less", 13).In<T>({kRows, 1}, column).template In<T>({kColumns}, row).template Out<bool>(whole, less).Run();
  OpTest("LessOrEqual", 16).In<T>(whole, a).template In<T>({}, {column[1]}).template Out<bool>(whole, at_most).Run();
}

TEST(CompareTest, LongRows) {
  CompareLongRows<float>();
  CompareLongRows<double>();
  CompareLongRows<int32_t>();
  CompareLongRows<int64_t>();
  CompareLongRows<int16_t>();
}

TEST(CompareTest, TypesAndBroadcasting) {
  OpTest("Less", 13)
      .In<uint64_t>({1, 2}, {1, ~uint64_t{0}})
      .In<uint64_t>({2, 1}, {2, 1})
      .Out<bool>({2, 2}, {true, false, false, false})
      .Run();
  OpTest("Greater", 13).In<int8_t>({}, {1}).In<int8_t>({3}, {-1, 1, 2}).Out<bool>({3}, {true, false, false}).Run();
  OpTest("Equal", 19).In<std::string>({2}, {"a", "b"}).In<std::string>({}, {"b"}).Out<bool>({2}, {false, true}).Run();
  OpTest("Equal", 13).In<bool>({2}, {true, false}).In<bool>({2}, {true, true}).Out<bool>({2}, {true, false}).Run();
  OpTest("Less", 13)
      .In<Float16>({2}, {{0x3c00}, {0xc000}})
      .In<Float16>({}, {{0x3800}})
      .Out<bool>({2}, {false, true})
      .Run();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  OpTest("LessOrEqual", 16).In<float>({1}, {nan}).In<float>({1}, {nan}).Out<bool>({1}, {false}).Run();
  OpTest("Equal", 1)
      .Attr("broadcast", 1)
      .Attr("axis", 0)
      .In<int32_t>({2, 2}, {1, 2, 3, 4})
      .In<int32_t>({2}, {1, 4})
      .Out<bool>({2, 2}, {true, false, false, true})
      .Run();
  OpTest("Less", 13).In<float>({0, 2}, {}).In<float>({1, 2}, {1, 2}).Out<bool>({0, 2}, {}).Run();
}

TEST(LogicalTest, Truth) {
  const std::vector<bool> a = {false, false, true, true}, b = {false, true, false, true};
  OpTest("And", 7).In<bool>({4}, a).In<bool>({4}, b).Out<bool>({4}, {false, false, false, true}).Run();
  OpTest("Or", 7).In<bool>({4}, a).In<bool>({4}, b).Out<bool>({4}, {false, true, true, true}).Run();
  OpTest("Xor", 7).In<bool>({4}, a).In<bool>({4}, b).Out<bool>({4}, {false, true, true, false}).Run();
  OpTest("Not", 1).In<bool>({4}, a).Out<bool>({4}, {true, true, false, false}).Run();
  OpTest("Or", 1)
      .Attr("broadcast", 1)
      .In<bool>({2, 2}, {true, false, false, false})
      .In<bool>({2}, {false, true})
      .Out<bool>({2, 2}, {true, true, false, true})
      .Run();
  OpTest("And", 7).In<float>({1}, {1}).In<float>({1}, {1}).Fails("must be of type bool");
}

TEST(BitwiseTest, Masks) {
  OpTest("BitwiseAnd", 18).In<int32_t>({2}, {6, -1}).In<int32_t>({2}, {3, 9}).Out<int32_t>({2}, {2, 9}).Run();
  OpTest("BitwiseOr", 18).In<uint16_t>({2}, {6, 0}).In<uint16_t>({}, {3}).Out<uint16_t>({2}, {7, 3}).Run();
  OpTest("BitwiseXor", 18).In<uint8_t>({2}, {6, 255}).In<uint8_t>({2}, {3, 1}).Out<uint8_t>({2}, {5, 254}).Run();
}

TEST(BitShiftTest, BothWays) {
  OpTest("BitShift", 11)
      .Attr("direction", "LEFT")
      .In<uint8_t>({3}, {1, 2, 255})
      .In<uint8_t>({3}, {1, 8, 4})
      .Out<uint8_t>({3}, {2, 0, 240})
      .Run();
  OpTest("BitShift", 11)
      .Attr("direction", "RIGHT")
      .In<uint64_t>({2}, {16, 4})
      .In<uint64_t>({1}, {1})
      .Out<uint64_t>({2}, {8, 2})
      .Run();
  OpTest("BitShift", 28)
      .Attr("direction", "RIGHT")
      .In<int8_t>({4}, {-8, -8, 8, -1})
      .In<int8_t>({4}, {1, 9, -1, -3})
      .Out<int8_t>({4}, {-4, -1, 0, -1})
      .Run();
  OpTest("BitShift", 28)
      .Attr("direction", "LEFT")
      .In<int32_t>({3}, {-1, 1, 3})
      .In<int32_t>({3}, {4, 31, 40})
      .Out<int32_t>({3}, {-16, std::numeric_limits<int32_t>::min(), 0})
      .Run();
  OpTest("BitShift", 11).Attr("direction", "UP").In<uint8_t>({1}, {1}).In<uint8_t>({1}, {1}).Fails("direction");
}

TEST(ClassifyTest, NaNAndInfinity) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x = {1, -inf, inf, nan, 0};
  OpTest("IsNaN", 13).In<float>({5}, x).Out<bool>({5}, {false, false, false, true, false}).Run();
  OpTest("IsInf", 10).In<float>({5}, x).Out<bool>({5}, {false, true, true, false, false}).Run();
  OpTest("IsInf", 20)
      .Attr("detect_negative", 0)
      .In<float>({5}, x)
      .Out<bool>({5}, {false, false, true, false, false})
      .Run();
  OpTest("IsInf", 20)
      .Attr("detect_positive", 0)
      .In<double>({2}, {-INFINITY, INFINITY})
      .Out<bool>({2}, {true, false})
      .Run();
  OpTest("IsNaN", 20).In<Float16>({3}, {{0x7c00}, {0xfe00}, {0x3c00}}).Out<bool>({3}, {false, true, false}).Run();
  OpTest("IsInf", 20).In<Bfloat16>({3}, {{0x7f80}, {0x7f81}, {0xff80}}).Out<bool>({3}, {true, false, true}).Run();
}

TEST(ClassifyTest, EightBitFloats) {
  const auto bytes = [](ElementType type, std::vector<uint8_t> values) {
    Tensor t = std::move(Tensor::Allocate(type, {static_cast<int64_t>(values.size())})).value();
    for (size_t i = 0; i < values.size(); ++i) t.mutable_data<uint8_t>()[i] = values[i];
    return t;
  };
  OpTest("IsNaN", 20)
      .In(bytes(ElementType::kFloat8E4M3FN, {0x7f, 0xff, 0x7e}))
      .Out<bool>({3}, {true, true, false})
      .Run();
  OpTest("IsNaN", 20)
      .In(bytes(ElementType::kFloat8E4M3FNUZ, {0x80, 0x00, 0xff}))
      .Out<bool>({3}, {true, false, false})
      .Run();
  OpTest("IsInf", 20).In(bytes(ElementType::kFloat8E5M2, {0x7c, 0xfc, 0x7d})).Out<bool>({3}, {true, true, false}).Run();
  OpTest("IsInf", 20).In(bytes(ElementType::kFloat8E4M3FN, {0x7f, 0x7e})).Out<bool>({2}, {false, false}).Run();
}

}  // namespace
}  // namespace kante::core
