// SPDX-License-Identifier: MIT
#include "kernels/rnn.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double Limit(double x, double clip) { return clip > 0 ? std::min(std::max(x, -clip), clip) : x; }

TightBuffer<float> Row(size_t n, uint64_t seed) {
  TightBuffer<float> x(n, seed % 3);
  Random(seed * 1000 + n).Fill(x.data(), n, -4, 4);
  return x;
}

TEST(Rnn, Lstm) {
  OnEveryTarget([] {
    for (size_t n : RowSizes()) {
      for (int kind = 0; kind < 8; ++kind) {
        const bool peephole = kind & 1, forget = kind & 2;
        const float clip = kind & 4 ? 1.5f : 0.0f;
        TightBuffer<float> i = Row(n, 1), o = Row(n, 2), f = Row(n, 3), c = Row(n, 4), c_prev = Row(n, 5);
        TightBuffer<float> pi = Row(n, 6), po = Row(n, 7), pf = Row(n, 8), h(n), c_out(n);
        LstmRow row;
        row.i = i.data(), row.o = o.data(), row.f = f.data(), row.c = c.data(), row.c_prev = c_prev.data();
        if (peephole) row.peephole_i = pi.data(), row.peephole_o = po.data(), row.peephole_f = pf.data();
        row.c_out = c_out.data(), row.h_out = h.data(), row.n = n, row.clip = clip, row.input_forget = forget;
        LstmPointwise(row);
        for (size_t q = 0; q < n; ++q) {
          const double p = peephole ? 1 : 0;
          const double gi = Sigmoid(Limit(i[q] + p * pi[q] * c_prev[q], clip));
          const double gf = forget ? 1 - gi : Sigmoid(Limit(f[q] + p * pf[q] * c_prev[q], clip));
          const double cell = gf * c_prev[q] + gi * std::tanh(Limit(c[q], clip));
          const double go = Sigmoid(Limit(o[q] + p * po[q] * cell, clip));
          ASSERT_NEAR(c_out[q], cell, 4e-6);
          ASSERT_NEAR(h[q], go * std::tanh(cell), 4e-6);
        }
        row.c_out = c_prev.data();  // in place over the state
        LstmPointwise(row);
        for (size_t q = 0; q < n; ++q) ASSERT_TRUE(SameBits(c_prev[q], c_out[q]));
      }
    }
  });
}

TEST(Rnn, Gru) {
  OnEveryTarget([] {
    for (size_t n : RowSizes()) {
      for (float clip : {0.0f, 1.25f}) {
        TightBuffer<float> z = Row(n, 1), r = Row(n, 2), hidden = Row(n, 3), part = Row(n, 4), prev = Row(n, 5), h(n),
                           rh(n), linear(n);
        GruReset(rh.data(), r.data(), prev.data(), n, clip);
        GruUpdate(h.data(), z.data(), hidden.data(), prev.data(), n, clip);
        GruUpdateLinear(linear.data(), z.data(), r.data(), hidden.data(), part.data(), prev.data(), n, clip);
        for (size_t q = 0; q < n; ++q) {
          const double gz = Sigmoid(Limit(z[q], clip)), gr = Sigmoid(Limit(r[q], clip));
          ASSERT_NEAR(rh[q], gr * prev[q], 3e-6);
          ASSERT_NEAR(h[q], (1 - gz) * std::tanh(Limit(hidden[q], clip)) + gz * prev[q], 3e-6);
          ASSERT_NEAR(linear[q], (1 - gz) * std::tanh(Limit(hidden[q] + gr * part[q], clip)) + gz * prev[q], 3e-6);
        }
        GruUpdate(prev.data(), z.data(), hidden.data(), prev.data(), n, clip);
        for (size_t q = 0; q < n; ++q) ASSERT_TRUE(SameBits(prev[q], h[q])) << "in place";
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
