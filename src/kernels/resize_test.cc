// SPDX-License-Identifier: MIT
#include "kernels/resize.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

TEST(Resize, GatheredRows) {
  OnEveryTarget([] {
    for (size_t n : RowSizes()) {
      for (size_t width : {1u, 2u, 37u}) {
        constexpr size_t kTaps = 4;
        TightBuffer<float> x(width), y(n, 1), w(kTaps * n, 2);
        TightBuffer<int32_t> index(kTaps * n, 1);
        Random random(n * 3 + width);
        random.Fill(x.data(), width, -1, 1);
        random.Fill(w.data(), w.size(), -1, 1);
        for (int32_t& i : index) i = static_cast<int32_t>(random.Below(width));
        const auto at = [&](size_t tap, size_t j) {
          return double{w[tap * n + j]} * x[static_cast<size_t>(index[tap * n + j])];
        };
        LerpGatherRow(y.data(), x.data(), index.data(), index.data() + n, w.data(), w.data() + n, n);
        for (size_t j = 0; j < n; ++j) ASSERT_NEAR(y[j], at(0, j) + at(1, j), 3e-7);
        TapsGatherRow(y.data(), x.data(), index.data(), w.data(), kTaps, n);
        for (size_t j = 0; j < n; ++j) ASSERT_NEAR(y[j], at(0, j) + at(1, j) + at(2, j) + at(3, j), 6e-7);
      }
    }
  });
}

TEST(Resize, WeightedRows) {
  OnEveryTarget([] {
    for (size_t n : RowSizes()) {
      TightBuffer<float> a(n), b(n, 1), c(n, 2);
      Random(n).Fill(a.data(), n, -1, 1);
      Random(n + 1).Fill(b.data(), n, -1, 1);
      Random(n + 2).Fill(c.data(), n, -1, 1);
      const float* rows[] = {a.data(), b.data(), c.data()};
      const float w[] = {0.25f, -1.5f, 2.0f};
      std::vector<double> want(n);
      for (size_t j = 0; j < n; ++j) want[j] = 0.25 * a[j] - 1.5 * b[j] + 2.0 * c[j];
      WeightedRows(b.data(), rows, w, 3, n);
      for (size_t j = 0; j < n; ++j) ASSERT_NEAR(b[j], want[j], 6e-7);
    }
  });
}

}  // namespace
}  // namespace kante::kernels
