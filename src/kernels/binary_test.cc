// SPDX-License-Identifier: MIT
#include "kernels/binary.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

struct Case {
  BinaryOp op;
  double (*reference)(double x, double y);
  double units, x_lo, x_hi, y_lo, y_hi;
};

const Case kCases[] = {
#define KANTE_BINARY_SIMD(name, ref, units, x_lo, x_hi, y_lo, y_hi) \
  {BinaryOp::k##name, [](double x, double y) -> double { return ref; }, units, x_lo, x_hi, y_lo, y_hi},
#define KANTE_BINARY_LIBM KANTE_BINARY_SIMD
#include "kernels/kernels.inc"
};

constexpr BinaryForm kForms[] = {BinaryForm::kVectorVector, BinaryForm::kVectorScalar, BinaryForm::kScalarVector};

TEST(Binary, FloatsOfEveryLengthAndForm) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      for (BinaryForm form : kForms) {
        const auto fn = GetBinary<float>(c.op, form);
        for (size_t n : RowSizes()) {
          TightBuffer<float> x(form == BinaryForm::kScalarVector ? 1 : n, n % 3),
              y(form == BinaryForm::kVectorScalar ? 1 : n, n % 4);
          TightBuffer<float> z(n, n % 2);
          Random random(n + 1);
          random.Fill(x.data(), x.size(), c.x_lo, c.x_hi);
          random.Fill(y.data(), y.size(), c.y_lo, c.y_hi);
          fn(z.data(), x.data(), y.data(), n);
          for (size_t i = 0; i < n; ++i) {
            const float a = x[x.size() == n ? i : 0], b = y[y.size() == n ? i : 0];
            ASSERT_TRUE(Near(z[i], c.reference(a, b), c.units, 0))
                << c.op.function->name << "(" << a << ", " << b << ") = " << z[i];
          }
          if (x.size() == n) {
            fn(x.data(), x.data(), y.data(), n);
            for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameBits(x[i], z[i])) << c.op.function->name << " in place";
          }
        }
      }
    }
  });
}

TEST(Binary, FloatSpecialValues) {
  constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  const float values[] = {0.0f, -0.0f, 1.0f, -2.0f, kInf, -kInf, kNan, 1e-40f, 3e38f};
  OnEveryTarget([&] {
    for (const Case& c : kCases) {
      if (c.op == BinaryOp::kMod) continue;  // infinities there are a matter of definition, tested nowhere
      for (float x : values) {
        for (float y : values) {
          float z;
          GetBinary<float>(c.op, BinaryForm::kVectorVector)(&z, &x, &y, 1);
          EXPECT_TRUE(Near(z, c.reference(x, y), c.units, 0))
              << c.op.function->name << "(" << x << ", " << y << ") = " << z;
        }
      }
    }
  });
}

template <class T>
T Int(BinaryOp op, T x, T y) {
  T a[40], b[40], z[40];
  for (int i = 0; i < 40; ++i) a[i] = x, b[i] = y;
  GetBinary<T>(op, BinaryForm::kVectorVector)(z, a, b, 40);
  T first = z[0];
  for (T v : z) EXPECT_EQ(v, first);
  T s;
  GetBinary<T>(op, BinaryForm::kVectorScalar)(&s, &x, &y, 1);
  EXPECT_EQ(s, first);
  GetBinary<T>(op, BinaryForm::kScalarVector)(&s, &x, &y, 1);
  EXPECT_EQ(s, first);
  return first;
}

template <class T>
class Integers : public testing::Test {};
using IntegerTypes = testing::Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
TYPED_TEST_SUITE(Integers, IntegerTypes);

TYPED_TEST(Integers, DefinedEverywhere) {
  using T = TypeParam;
  constexpr T kMin = std::numeric_limits<T>::min(), kMax = std::numeric_limits<T>::max();
  EXPECT_EQ(Int<T>(BinaryOp::kAdd, kMax, 1), kMin);
  EXPECT_EQ(Int<T>(BinaryOp::kSub, kMin, 1), kMax);
  EXPECT_EQ(Int<T>(BinaryOp::kMul, kMax, 2), static_cast<T>(-2));
  EXPECT_EQ(Int<T>(BinaryOp::kDiv, 7, 0), 0);
  EXPECT_EQ(Int<T>(BinaryOp::kDiv, 7, 2), 3);
  EXPECT_EQ(Int<T>(BinaryOp::kFmod, 7, 0), 0);
  EXPECT_EQ(Int<T>(BinaryOp::kMod, 7, 0), 0);
  EXPECT_EQ(Int<T>(BinaryOp::kMod, 7, 4), 3);
  EXPECT_EQ(Int<T>(BinaryOp::kPow, 3, 4), 81);
  EXPECT_EQ(Int<T>(BinaryOp::kPow, 2, 0), 1);
  EXPECT_EQ(Int<T>(BinaryOp::kMin, 3, 4), 3);
  EXPECT_EQ(Int<T>(BinaryOp::kMax, 3, 4), 4);
  if constexpr (std::numeric_limits<T>::is_signed) {
    const T minus_one = static_cast<T>(-1);
    EXPECT_EQ(Int<T>(BinaryOp::kDiv, kMin, minus_one), kMin);
    EXPECT_EQ(Int<T>(BinaryOp::kDiv, T(-7), 2), T(-3));
    EXPECT_EQ(Int<T>(BinaryOp::kFmod, kMin, minus_one), 0);
    EXPECT_EQ(Int<T>(BinaryOp::kMod, kMin, minus_one), 0);
    EXPECT_EQ(Int<T>(BinaryOp::kMod, T(-7), 4), 1);
    EXPECT_EQ(Int<T>(BinaryOp::kMod, T(7), T(-4)), T(-1));
    EXPECT_EQ(Int<T>(BinaryOp::kFmod, T(-7), 4), T(-3));
    EXPECT_EQ(Int<T>(BinaryOp::kPow, T(-1), T(-3)), minus_one);
    EXPECT_EQ(Int<T>(BinaryOp::kPow, T(2), minus_one), 0);
    EXPECT_EQ(Int<T>(BinaryOp::kPRelu, T(-3), 2), T(-6));
  }
}

TEST(Binary, Doubles) {
  for (const Case& c : kCases) {
    for (BinaryForm form : kForms) {
      double x[37], y[37], z[37];
      Random(3).Fill(x, 37, c.x_lo, c.x_hi);
      Random(4).Fill(y, 37, c.y_lo, c.y_hi);
      GetBinary<double>(c.op, form)(z, x, y, 37);
      for (int i = 0; i < 37; ++i) {
        const double a = x[form == BinaryForm::kScalarVector ? 0 : i], b = y[form == BinaryForm::kVectorScalar ? 0 : i];
        ASSERT_NEAR(z[i], c.reference(a, b), 1e-14 * std::fabs(c.reference(a, b))) << c.op.function->name;
      }
    }
  }
}

}  // namespace
}  // namespace kante::kernels
