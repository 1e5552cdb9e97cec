// SPDX-License-Identifier: MIT
#include "kernels/unary.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

#define KANTE_CLAMP01(v) ((v) < 0 ? 0 : (v) > 1 ? 1 : (v))

struct Case {
  UnaryOp op;
  double (*reference)(double x, double a, double b);
  double units, absolute, lo, hi;
  float a, b;
};

const Case kCases[] = {
#define KANTE_UNARY_SIMD(name, cost, ref, units, absolute, lo, hi, a_value, b_value)             \
  {UnaryOp::k##name,                                                                             \
   [](double x, [[maybe_unused]] double a, [[maybe_unused]] double b) -> double { return ref; }, \
   units,                                                                                        \
   absolute,                                                                                     \
   lo,                                                                                           \
   hi,                                                                                           \
   a_value,                                                                                      \
   b_value},
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"
};

float Special(size_t i) {
  constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kValues[] = {0.0f,    -0.0f,  1.0f,    -1.0f, kInf,     -kInf,     kNan,  1e-45f,  -1e-45f, 1e-39f,
                               -1e-39f, 1e-38f, 0.5f,    -0.5f, 1.5f,     2.5f,      -2.5f, 1e-7f,   -1e-7f,  3e38f,
                               -3e38f,  88.7f,  -103.9f, 9.0f,  12345.6f, -98765.4f, 1e9f,  0.4999f, 8191.9f};
  return kValues[i % (sizeof(kValues) / sizeof(kValues[0]))];
}
constexpr size_t kSpecials = 29;

TEST(Unary, ErrorOverTheRange) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      constexpr size_t kN = 200003;
      std::vector<float> x(kN), y(kN);
      Random(1).Fill(x.data(), kN, c.lo, c.hi);
      Unary(c.op, y.data(), x.data(), kN, c.a, c.b);
      double worst = 0;
      for (size_t i = 0; i < kN; ++i) {
        const double want = c.reference(x[i], c.a, c.b);
        ASSERT_TRUE(Near(y[i], want, c.units, c.absolute))
            << c.op.function->name << "(" << x[i] << ") = " << y[i] << ", not " << want;
        if (std::fabs(want) > 1e-30) worst = std::max(worst, std::fabs(y[i] - want) / std::fabs(want) / 1.1920929e-7);
      }
      RecordProperty(std::string(c.op.function->name) + "_" + TargetName(CurrentTarget()), std::to_string(worst));
    }
  });
}

TEST(Unary, SpecialValues) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      for (size_t i = 0; i < kSpecials; ++i) {
        const float x = Special(i);
        float y;
        Unary(c.op, &y, &x, 1, c.a, c.b);
        const double want = c.reference(x, c.a, c.b);
        EXPECT_TRUE(Near(y, want, c.units, c.absolute))
            << c.op.function->name << "(" << x << ") = " << y << ", not " << want;
      }
    }
  });
}

TEST(Unary, SignOfZeroIsKept) {
  OnEveryTarget([] {
    for (UnaryOp op : {UnaryOp::kIdentity, UnaryOp::kSqrt, UnaryOp::kFloor, UnaryOp::kCeil, UnaryOp::kRound,
                       UnaryOp::kTanh, UnaryOp::kErf, UnaryOp::kSin, UnaryOp::kSoftsign, UnaryOp::kAsinh}) {
      const float x = -0.0f;
      float y = 1;
      Unary(op, &y, &x, 1);
      EXPECT_TRUE(y == 0 && std::signbit(y)) << op.function->name;
    }
  });
}

// Any size, any alignment, in place or not: the same bits per element as one at a time.
TEST(Unary, EveryLengthAndAlignment) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      for (size_t n : RowSizes()) {
        const size_t offset = n % 5;
        TightBuffer<float> x(n, offset), y(n, (n + 1) % 3);
        Random random(n);
        for (size_t i = 0; i < n; ++i) x[i] = i % 7 == 3 ? Special(i) : static_cast<float>(random.Uniform(c.lo, c.hi));
        Unary(c.op, y.data(), x.data(), n, c.a, c.b);
        for (size_t i = 0; i < n; ++i) {
          float one;
          Unary(c.op, &one, &x[i], 1, c.a, c.b);
          ASSERT_TRUE(SameBits(one, y[i])) << c.op.function->name << " n=" << n << " i=" << i << " x=" << x[i];
        }
        Unary(c.op, x.data(), x.data(), n, c.a, c.b);
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameBits(x[i], y[i])) << c.op.function->name << " in place, n=" << n;
      }
    }
  });
}

TEST(Unary, Handles) {
  EXPECT_STREQ(UnaryOp::kHardSigmoid.function->name, "HardSigmoid");
  EXPECT_EQ(UnaryOp::kExp, UnaryOp::kExp);
  EXPECT_NE(UnaryOp::kExp, UnaryOp::kLog);
}

}  // namespace
}  // namespace kante::kernels
