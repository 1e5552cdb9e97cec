// SPDX-License-Identifier: MIT
#include "kernels/reduce.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

constexpr double kEps = 1.1920929e-7;
constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();

struct Case {
  ReduceOp op;
  double (*element)(double x);
};
const Case kCases[] = {
#define KANTE_REDUCE(name, element, identity) {ReduceOp::k##name, [](double x) -> double { return element; }},
#include "kernels/kernels.inc"
};

struct Reference {
  double value, magnitude;
};

// `get(i)` for i < n, folded in double.
template <class Get>
Reference Fold(const Case& c, size_t n, Get get) {
  Reference r = {ReduceIdentity(c.op), 0};
  for (size_t i = 0; i < n; ++i) {
    const double e = c.element(get(i));
    if (c.op == ReduceOp::kMax)
      r.value = std::max(r.value, e);
    else if (c.op == ReduceOp::kMin)
      r.value = std::min(r.value, e);
    else if (c.op == ReduceOp::kProd)
      r.value *= e;
    else
      r.value += e;
    r.magnitude += std::fabs(e);
  }
  if (c.op == ReduceOp::kMax || c.op == ReduceOp::kMin) r.magnitude = 0;
  if (c.op == ReduceOp::kProd) r.magnitude = std::fabs(r.value) * static_cast<double>(n);
  return r;
}

void ExpectNear(const Case& c, float got, const Reference& want, size_t n) {
  if (n == 0) {
    ASSERT_EQ(got, ReduceIdentity(c.op));
    return;
  }
  const double bound =
      kEps * (std::sqrt(static_cast<double>(n)) / 8 + 10) * want.magnitude / (c.op == ReduceOp::kProd ? 10 : 1);
  ASSERT_NEAR(got, want.value, bound + (c.op == ReduceOp::kProd ? 1e-7 * std::fabs(want.value) : 0))
      << ReduceName(c.op) << " n=" << n;
}

TEST(Reduce, Rows) {
  OnEveryTarget([] {
    auto sizes = RowSizes();
    for (size_t n : {5000u, 8191u, 8192u, 8193u, 100003u}) sizes.push_back(n);
    for (const Case& c : kCases) {
      for (size_t n : sizes) {
        TightBuffer<float> x(n, n % 3);
        const double lo = c.op == ReduceOp::kProd ? 0.99 : -1, hi = c.op == ReduceOp::kProd ? 1.01 : 1.5;
        Random(n).Fill(x.data(), n, lo, hi);
        ExpectNear(c, Reduce(c.op, x.data(), n), Fold(c, n, [&](size_t i) { return x[i]; }), n);
        if (n == 0) continue;
        // The extreme or the only non-neutral value at any place is seen.
        x[n - 1] = 100;
        if (c.op == ReduceOp::kMax) {
          ASSERT_EQ(Reduce(c.op, x.data(), n), 100);
        }
      }
    }
  });
}

// All values equal and positive: the worst case of a plain running sum.
TEST(Reduce, LongSumsStayAccurate) {
  OnEveryTarget([] {
    const size_t n = 3000001;
    std::vector<float> x(n, 0.1f);
    const double want = double{0.1f} * n;
    EXPECT_NEAR(Reduce(ReduceOp::kSum, x.data(), n), want, want * 2e-5);
    float y = 0;
    ReduceColumns(ReduceOp::kSum, &y, x.data(), n, 1, 1, false);
    EXPECT_NEAR(y, want, want * 1e-3);
  });
}

TEST(Reduce, NanIsNeverLost) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      for (size_t n : {1u, 2u, 7u, 16u, 33u, 70u}) {
        for (size_t at = 0; at < n; ++at) {
          std::vector<float> x(n, 1.0f);
          x[at] = kNan;
          EXPECT_TRUE(std::isnan(Reduce(c.op, x.data(), n))) << ReduceName(c.op) << " " << n << " " << at;
          float y;
          ReduceColumns(c.op, &y, x.data(), n, 1, 1, false);
          EXPECT_TRUE(std::isnan(y));
        }
      }
    }
    const float x[] = {-kInf, -kInf};
    EXPECT_EQ(Reduce(ReduceOp::kMax, x, 2), -kInf);
    EXPECT_EQ(Reduce(ReduceOp::kMin, x, 2), -kInf);
  });
}

TEST(Reduce, Columns) {
  OnEveryTarget([] {
    for (const Case& c : kCases) {
      for (size_t rows : {0u, 1u, 2u, 9u, 256u, 300u}) {
        for (size_t cols : {1u, 3u, 8u, 15u, 16u, 40u, 67u, 130u}) {
          const size_t stride = cols + 3;
          TightBuffer<float> x(rows ? (rows - 1) * stride + cols : 0, 1), y(cols), whole(cols);
          const double lo = c.op == ReduceOp::kProd ? 0.99 : -1, hi = c.op == ReduceOp::kProd ? 1.01 : 1.5;
          Random(rows * 7 + cols).Fill(x.data(), x.size(), lo, hi);
          ReduceColumns(c.op, y.data(), x.data(), rows, cols, stride, false);
          for (size_t j = 0; j < cols; ++j) {
            ExpectNear(c, y[j], Fold(c, rows, [&](size_t i) { return x[i * stride + j]; }), rows);
          }
          for (size_t j = 0; j < cols; ++j) {
            float one;
            ReduceColumns(c.op, &one, x.data() + j, rows, 1, stride, false);
            ASSERT_TRUE(SameBits(one, y[j])) << "a column depends on its neighbours";
          }
          const size_t top = rows / 2;
          ReduceColumns(c.op, whole.data(), x.data(), top, cols, stride, false);
          ReduceColumns(c.op, whole.data(), x.data() + top * stride, rows - top, cols, stride, true);
          for (size_t j = 0; j < cols; ++j) {
            ExpectNear(c, whole[j], Fold(c, rows, [&](size_t i) { return x[i * stride + j]; }), rows);
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
