// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compute/move/mini_float.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

OpTest To(ElementType type, int opset = 13) {
  OpTest test("Cast", opset);
  test.Attr("to", static_cast<int>(type));
  return test;
}

Tensor Coded(ElementType type, const Shape& shape, const std::vector<uint16_t>& codes) {
  Tensor t = *Tensor::Allocate(type, shape);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (BitsOf(type) == 16) {
      t.mutable_data<uint16_t>()[i] = codes[i];
    } else {
      t.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(codes[i]);
    }
  }
  return t;
}

TEST(Cast, BetweenNumbers) {
  To(ElementType::kInt32).In<float>({4}, {1.9f, -1.9f, 0, 3e9f}).Out<int32_t>({4}, {1, -1, 0, INT32_MAX}).Run();
  To(ElementType::kInt64).In<float>({3}, {kNan, kInf, -kInf}).Out<int64_t>({3}, {0, INT64_MAX, INT64_MIN}).Run();
  To(ElementType::kUint8).In<float>({3}, {-1, 255, 300}).Out<uint8_t>({3}, {255, 255, 44}).Run();
  To(ElementType::kInt8).In<int64_t>({3}, {200, -129, 5}).Out<int8_t>({3}, {-56, 127, 5}).Run();
  To(ElementType::kFloat32).In<int64_t>({2}, {int64_t{1} << 40, -3}).Out<float>({2}, {1099511627776.0f, -3}).Run();
  To(ElementType::kFloat64).In<uint64_t>({1}, {UINT64_MAX}).Out<double>({1}, {18446744073709551616.0}).Run();
  To(ElementType::kUint64).In<double>({2}, {1e19, -1}).Out<uint64_t>({2}, {10000000000000000000u, UINT64_MAX}).Run();
  To(ElementType::kBool).In<float>({3}, {0.1f, 0, -0.0f}).Out<bool>({3}, {true, false, false}).Run();
  To(ElementType::kFloat32).In<bool>({2}, {true, false}).Out<float>({2}, {1, 0}).Run();
  std::vector<bool> mask;
  std::vector<float> floats;
  for (int i = 0; i < 37; ++i) {
    mask.push_back(i % 3 == 1);
    floats.push_back(i % 3 == 1 ? 1.0f : 0.0f);
  }
  To(ElementType::kFloat32).In<bool>({37}, mask).Out<float>({37}, floats).Run();
  To(ElementType::kFloat32).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Run();
  To(ElementType::kInt32).In<float>({0, 2}, {}).Out<int32_t>({0, 2}, {}).Run();
}

TEST(Cast, SixteenBitFloats) {
  To(ElementType::kFloat16)
      .In<float>({4}, {1, 65504, 1e6f, -2})
      .Out(Coded(ElementType::kFloat16, {4}, {0x3c00, 0x7bff, 0x7c00, 0xc000}))
      .Run();
  To(ElementType::kFloat32)
      .In(Coded(ElementType::kFloat16, {2}, {0x3555, 0xfc00}))
      .Out<float>({2}, {0.333251953125f, -kInf})
      .Run();
  To(ElementType::kBfloat16)
      .In<float>({2}, {1, 3.14159f})
      .Out(Coded(ElementType::kBfloat16, {2}, {0x3f80, 0x4049}))
      .Run();
  // 1 + 2^-11 + 2^-40 lies above the middle of two float16 values, but float32 cannot hold it.
  To(ElementType::kFloat16)
      .In<double>({1}, {1 + 0x1p-11 + 0x1p-40})
      .Out(Coded(ElementType::kFloat16, {1}, {0x3c01}))
      .Run();
  To(ElementType::kFloat16).In<int64_t>({1}, {2049}).Out(Coded(ElementType::kFloat16, {1}, {0x6800})).Run();
}

TEST(Cast, EightBitFloats) {
  const std::vector<float> x = {0, 0.48f, 448, 1e6f, kNan, -kInf};
  To(ElementType::kFloat8E4M3FN, 19)
      .In<float>({6}, x)
      .Out(Coded(ElementType::kFloat8E4M3FN, {6}, {0, 0x2f, 0x7e, 0x7e, 0x7f, 0xfe}))
      .Run();
  To(ElementType::kFloat8E4M3FN, 19)
      .Attr("saturate", 0)
      .In<float>({6}, x)
      .Out(Coded(ElementType::kFloat8E4M3FN, {6}, {0, 0x2f, 0x7e, 0x7f, 0x7f, 0xff}))
      .Run();
  To(ElementType::kFloat8E5M2, 19)
      .Attr("saturate", 0)
      .In<float>({3}, {1, 1e6f, -kInf})
      .Out(Coded(ElementType::kFloat8E5M2, {3}, {0x3c, 0x7c, 0xfc}))
      .Run();
  To(ElementType::kFloat32, 19)
      .In(Coded(ElementType::kFloat8E4M3FNUZ, {3}, {0x40, 0x01, 0x7f}))
      .Out<float>({3}, {1, 0x1p-10f, 240})
      .Run();
}

TEST(Cast, EveryMiniFloatSurvivesTheRoundTrip) {
  for (ElementType type : {ElementType::kFloat8E4M3FN, ElementType::kFloat8E4M3FNUZ, ElementType::kFloat8E5M2,
                           ElementType::kFloat8E5M2FNUZ, ElementType::kFloat8E8M0}) {
    std::vector<uint16_t> codes;
    for (uint16_t code = 0; code < 256; ++code) {
      const bool nan = type == ElementType::kFloat8E4M3FN ? (code & 0x7f) == 0x7f
                       : type == ElementType::kFloat8E5M2 ? (code & 0x7f) > 0x7c
                       : type == ElementType::kFloat8E8M0 ? code == 0xff
                                                          : code == 0x80;
      const bool infinite = type == ElementType::kFloat8E5M2 && (code & 0x7f) == 0x7c;
      if (!nan && !infinite) codes.push_back(code);
    }
    SCOPED_TRACE(NameOf(type));
    const Tensor x = Coded(type, {static_cast<int64_t>(codes.size())}, codes);
    // Through float32 and back, as two nodes would.
    Tensor wide = *Tensor::Allocate(ElementType::kFloat32, x.shape());
    for (size_t i = 0; i < codes.size(); ++i)
      wide.mutable_data<float>()[i] = DecodeMiniFloat(type, static_cast<uint8_t>(codes[i]));
    To(ElementType::kFloat32, 25).In(x).Out(wide).Run();
    To(type, 25).In(wide).Out(x).Run();
  }
}

TEST(Cast, OutOfRange) {
  const float big = 3e9f, huge = 1e20f;
  To(ElementType::kInt32).In<float>({3}, {kNan, -huge, kInf}).Out<int32_t>({3}, {0, INT32_MIN, INT32_MAX}).Run();
  To(ElementType::kUint32).In<float>({2}, {big, kNan}).Out<uint32_t>({2}, {3000000000u, 0}).Run();
  To(ElementType::kUint64).In<float>({3}, {kNan, huge, 3}).Out<uint64_t>({3}, {0, UINT64_MAX, 3}).Run();
  To(ElementType::kInt64).In<double>({2}, {-1e300, 0x1p63}).Out<int64_t>({2}, {INT64_MIN, INT64_MAX}).Run();
  To(ElementType::kBool).In<float>({2}, {kNan, kInf}).Out<bool>({2}, {true, true}).Run();
  To(ElementType::kInt8).In<float>({2}, {-2.9f, kNan}).Out<int8_t>({2}, {-2, 0}).Run();
  To(ElementType::kFloat32).In<double>({2}, {1e300, -1e300}).Out<float>({2}, {kInf, -kInf}).Run();
  // Four bits keep the low ones of integers; float4 has no infinity and saturates.
  Tensor low = *Tensor::Allocate(ElementType::kInt4, {2});  // 17 and -9
  low.mutable_data<uint8_t>()[0] = 0x71;
  To(ElementType::kInt4, 21).In<int32_t>({2}, {17, -9}).Out(low).Run();
  Tensor four = *Tensor::Allocate(ElementType::kFloat4E2M1, {4});  // 6, -6, 2.5 and 5: ties to even
  four.mutable_data<uint8_t>()[0] = 0xf7;
  four.mutable_data<uint8_t>()[1] = 0x64;
  To(ElementType::kFloat4E2M1, 23).In<float>({4}, {kInf, -100, 2.5f, 5}).Out(four).Run();
  Tensor minus = *Tensor::Allocate(ElementType::kFloat4E2M1, {2});  // -0 and 0
  minus.mutable_data<uint8_t>()[0] = 0x08;
  To(ElementType::kFloat4E2M1, 23).In<float>({2}, {kNan, 0.25f}).Out(minus).Run();
}

TEST(Cast, FourBits) {
  Tensor packed = *Tensor::Allocate(ElementType::kInt4, {3});  // 1, -2, 7
  packed.mutable_data<uint8_t>()[0] = 0xe1;
  packed.mutable_data<uint8_t>()[1] = 0x07;
  To(ElementType::kInt32, 21).In(packed).Out<int32_t>({3}, {1, -2, 7}).Run();
  To(ElementType::kInt4, 21).In<float>({3}, {1, -2, 7}).Out(packed).Run();
}

TEST(Cast, Text) {
  To(ElementType::kString)
      .In<float>({7}, {0.6048455f, 1, -2.5f, 1e-5f, 1e20f, kNan, -kInf})
      .Out<std::string>({7}, {"0.6048455", "1.0", "-2.5", "1e-05", "1e+20", "nan", "-inf"})
      .Run();
  To(ElementType::kString)
      .In<int64_t>({2}, {-7, INT64_MIN})
      .Out<std::string>({2}, {"-7", "-9223372036854775808"})
      .Run();
  To(ElementType::kFloat32)
      .In<std::string>({6}, {"3.14", "1e-5", "1E8", "+INF", "-inf", "NaN"})
      .Out<float>({6}, {3.14f, 1e-5f, 1e8f, kInf, -kInf, kNan})
      .Run();
  To(ElementType::kInt32).In<std::string>({3}, {"12", "-3", "100.5"}).Out<int32_t>({3}, {12, -3, 100}).Run();
  To(ElementType::kFloat32).In<std::string>({1}, {"Hello"}).Fails("'Hello' is not a number");
  To(ElementType::kFloat32).In<std::string>({1}, {"1.5x"}).Fails("not a number");
  To(ElementType::kFloat32).In<std::string>({1}, {""}).Fails("not a number");
}

TEST(Cast, OldNamesOfTypes) {
  OpTest("Cast", 1).Attr("to", "INT32").In<float>({1}, {2.5f}).Out<int32_t>({1}, {2}).Run();
  OpTest("Cast", 1).Attr("to", "DOUBLE").In<float>({1}, {2.5f}).Out<double>({1}, {2.5}).Run();
  OpTest("Cast", 1).Attr("to", "NOTYPE").In<float>({1}, {2.5f}).Fails("is not an element type");
  OpTest("Cast", 13).Attr("to", 99).In<float>({1}, {2.5f}).Fails("99 is not an element type");
  OpTest("Cast", 13).In<float>({1}, {2.5f}).Fails("'to' is missing");
}

TEST(CastLike, TakesTheTypeOfTheSecond) {
  OpTest("CastLike", 15).In<float>({2}, {1.5f, 2}).In<int64_t>({}, {0}).Out<int64_t>({2}, {1, 2}).Run();
}

TEST(BitCast, KeepsTheBytes) {
  OpTest("BitCast", 26).Attr("to", 6).In<float>({2}, {1, -0.0f}).Out<int32_t>({2}, {0x3f800000, INT32_MIN}).Run();
  OpTest("BitCast", 26).Attr("to", 7).In<float>({2}, {1, 2}).Fails("cannot reinterpret float32 as int64");
}

}  // namespace
}  // namespace kante::core
