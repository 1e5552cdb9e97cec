// SPDX-License-Identifier: MIT
#include "kernels/gemm.h"

#include "kernels/test_util.h"

namespace kante::kernels {
namespace {

constexpr double kEps = 1.1920929e-7;

// A, B and their product in double with the bound c * eps * sqrt(k) * |a||b| of every element.
struct Problem {
  size_t m, n, k;
  std::vector<float> a, b;
  std::vector<double> want, bound;

  Problem(size_t m_, size_t n_, size_t k_) : m(m_), n(n_), k(k_), a(m * k), b(k * n), want(m * n), bound(m * n) {
    Random(m * 31 + n).Fill(a.data(), a.size(), -1, 1);
    Random(k * 17 + 5).Fill(b.data(), b.size(), -1, 1);
    for (size_t i = 0; i < m; ++i) {
      for (size_t j = 0; j < n; ++j) {
        double s = 0, norm_a = 0, norm_b = 0;
        for (size_t q = 0; q < k; ++q) {
          const double x = a[i * k + q], y = b[q * n + j];
          s += x * y;
          norm_a += x * x;
          norm_b += y * y;
        }
        want[i * n + j] = s;
        bound[i * n + j] = 4 * kEps * std::sqrt(norm_a * norm_b) + 1e-30;
      }
    }
  }
};

TightBuffer<float> Packed(const Problem& p) {
  TightBuffer<float> packed(PackedBSize(p.k, p.n));
  PackB(packed.data(), p.b.data(), static_cast<ptrdiff_t>(p.n), 1, p.k, 0, p.n);
  return packed;
}

GemmArgs Args(const Problem& p, const float* a, const float* packed, float* c, size_t ldc) {
  GemmArgs g;
  g.a = a;
  g.lda = p.k;
  g.b = packed;
  g.b_panel_stride = p.k * GemmTile().nr;
  g.c = c;
  g.ldc = ldc;
  g.m = p.m;
  g.n = p.n;
  g.k = p.k;
  return g;
}

TightBuffer<float> TightCopy(const std::vector<float>& v) {
  TightBuffer<float> t(v.size());
  if (!v.empty()) std::memcpy(t.data(), v.data(), v.size() * sizeof(float));
  return t;
}

void Check(const Problem& p, void (*kernel)(const GemmArgs&)) {
  SCOPED_TRACE(testing::Message() << p.m << " x " << p.n << " x " << p.k);
  const auto packed = Packed(p);
  const auto a = TightCopy(p.a);
  const size_t ldc = p.n + 3;
  TightBuffer<float> c((p.m - 1) * ldc + p.n, 0, 7.0f);
  GemmArgs g = Args(p, a.data(), packed.data(), c.data(), ldc);
  kernel(g);
  for (size_t i = 0; i < p.m; ++i) {
    for (size_t j = 0; j < p.n; ++j)
      ASSERT_NEAR(c[i * ldc + j], p.want[i * p.n + j], p.bound[i * p.n + j]) << i << ", " << j;
    if (i + 1 < p.m) {
      for (size_t j = p.n; j < ldc; ++j) ASSERT_EQ(c[i * ldc + j], 7.0f) << "written beyond the row";
    }
  }
  g.accumulate = true;
  kernel(g);
  for (size_t i = 0; i < p.m; ++i) {
    for (size_t j = 0; j < p.n; ++j) ASSERT_NEAR(c[i * ldc + j], 2 * p.want[i * p.n + j], 3 * p.bound[i * p.n + j]);
  }
}

TEST(Gemm, EveryTileAndEdge) {
  OnEveryTarget([] {
    const size_t mr = GemmTile().mr, nr = GemmTile().nr;
    for (size_t m = 1; m <= 2 * mr + 1; ++m) {
      for (size_t n : {size_t{1}, nr - 1, nr, nr + 1, 3 * nr + 5}) {
        for (size_t k : {0u, 1u, 2u, 3u, 4u, 5u, 37u}) Check(Problem(m, n, k), &GemmBlock);
      }
    }
    Check(Problem(61, 77, 300), &GemmBlock);
  });
}

TEST(Gemm, FewRows) {
  OnEveryTarget([] {
    const size_t nr = GemmTile().nr;
    for (size_t m = 1; m <= 4; ++m) {
      for (size_t n = 1; n <= 2 * nr + 1; ++n) {
        for (size_t k : {0u, 1u, 3u, 4u, 6u, 41u, 256u}) Check(Problem(m, n, k), &GemvBlock);
      }
    }
  });
}

// Splits of rows, of panels and of k give the same bits.
TEST(Gemm, BitsDoNotDependOnTheSplit) {
  OnEveryTarget([] {
    const Problem p(23, 70, 100);
    const size_t nr = GemmTile().nr;
    const auto packed = Packed(p);
    std::vector<float> whole(p.m * p.n), parts(p.m * p.n);
    Epilogue e;
    std::vector<float> bias(p.n, 0.25f);
    e.bias_col = bias.data();
    e.act = UnaryOp::kTanh;
    GemmArgs g = Args(p, p.a.data(), packed.data(), whole.data(), p.n);
    g.epilogue = &e;
    GemmBlock(g);
    for (size_t rows : {1u, 5u, 8u, 23u}) {
      for (size_t i = 0; i < p.m; i += rows) {
        for (size_t j = 0; j < p.n; j += nr) {
          for (size_t k = 0; k < p.k; k += 30) {
            Epilogue moved = e;
            moved.bias_col += j;
            GemmArgs h =
                Args(p, p.a.data() + i * p.k + k, packed.data() + j * p.k + k * nr, parts.data() + i * p.n + j, p.n);
            h.m = std::min(rows, p.m - i);
            h.n = std::min(nr, p.n - j);
            h.k = std::min<size_t>(30, p.k - k);
            h.accumulate = k > 0;
            h.epilogue = k + 30 >= p.k ? &moved : nullptr;
            GemmBlock(h);
          }
        }
      }
      for (size_t i = 0; i < whole.size(); ++i)
        ASSERT_TRUE(SameBits(whole[i], parts[i])) << rows << " rows, element " << i;
    }
  });
}

TEST(Gemm, EpilogueOrder) {
  OnEveryTarget([] {
    for (auto kernel : {&GemmBlock, &GemvBlock}) {
      for (UnaryOp act : {UnaryOp::kIdentity, UnaryOp::kRelu, UnaryOp::kClip, UnaryOp::kLeakyRelu, UnaryOp::kSigmoid,
                          UnaryOp::kSilu, UnaryOp::kHardSwish}) {
        for (int parts = 0; parts < 16; ++parts) {
          const bool large = parts & 8 && kernel == &GemmBlock;
          const Problem p(large ? 2 * GemmTile().mr + 3 : 4, GemmTile().nr + (parts & 8 ? 1 : 3), 19);
          const auto packed = Packed(p);
          TightBuffer<float> bias_row(p.m), bias_col(p.n), residual(p.m * p.n), c(p.m * p.n);
          Random(1).Fill(bias_row.data(), p.m, -1, 1);
          Random(2).Fill(bias_col.data(), p.n, -1, 1);
          Random(3).Fill(residual.data(), p.m * p.n, -1, 1);
          Epilogue e;
          e.scale = 0.5f;
          if (parts & 1) e.bias_row = bias_row.data();
          if (parts & 2) e.bias_col = bias_col.data();
          if (parts & 4) e.residual = residual.data(), e.ld_residual = p.n;
          e.act = act;
          e.alpha = -0.3f;
          e.beta = 0.4f;
          GemmArgs g = Args(p, p.a.data(), packed.data(), c.data(), p.n);
          g.epilogue = &e;
          kernel(g);
          TightBuffer<float> plain(p.m * p.n);
          GemmArgs h = Args(p, p.a.data(), packed.data(), plain.data(), p.n);
          kernel(h);
          for (size_t i = 0; i < p.m; ++i) {
            for (size_t j = 0; j < p.n; ++j) {
              double v = 0.5 * p.want[i * p.n + j];
              if (parts & 1) v += bias_row[i];
              if (parts & 2) v += bias_col[j];
              if (parts & 4) v += residual[i * p.n + j];
              if (act == UnaryOp::kRelu) v = std::max(v, 0.0);
              if (act == UnaryOp::kClip) v = std::min(std::max(v, double{-0.3f}), double{0.4f});
              if (act == UnaryOp::kLeakyRelu && v < 0) v *= -0.3f;
              if (act == UnaryOp::kSigmoid) v = 1 / (1 + std::exp(-v));
              if (act == UnaryOp::kSilu) v /= 1 + std::exp(-v);
              if (act == UnaryOp::kHardSwish) v *= std::min(std::max(v / 6 + 0.5, 0.0), 1.0);
              ASSERT_NEAR(c[i * p.n + j], v, p.bound[i * p.n + j] + 5e-7);
            }
          }
          ApplyEpilogue(plain.data(), p.n, p.m, p.n, e);
          for (size_t i = 0; i < c.size(); ++i) ASSERT_TRUE(SameBits(c[i], plain[i])) << "fused and separate differ";
        }
      }
    }
  });
}

// Panels that the first rows make of a source: they and the product are those of PackB.
TEST(Gemm, PackingOnTheSide) {
  OnEveryTarget([] {
    const size_t mr = GemmTile().mr, nr = GemmTile().nr;
    for (size_t m : {size_t{1}, mr, mr + 1, 3 * mr}) {
      for (size_t n : {nr - 1, nr, 2 * nr, 2 * nr + 1, 3 * nr + 5}) {
        for (size_t k : {0u, 3u, 8u, 37u}) {
          const Problem p(m, n, k);
          const auto packed = Packed(p);
          const size_t ld = n + 2;
          TightBuffer<float> source(k ? (k - 1) * ld + n : 0), panels(packed.size()), want(m * n), got(m * n);
          for (size_t q = 0; q < k; ++q) std::memcpy(source.data() + q * ld, p.b.data() + q * n, n * sizeof(float));
          Epilogue e;
          e.act = UnaryOp::kRelu;
          GemmArgs g = Args(p, p.a.data(), packed.data(), want.data(), n);
          g.epilogue = &e;
          GemmBlock(g);
          g.b_source = source.data();
          g.ld_source = ld;
          g.b = g.packed = panels.data();
          g.c = got.data();
          GemmBlock(g);
          ASSERT_EQ(0, std::memcmp(want.data(), got.data(), m * n * sizeof(float))) << m << "x" << n << "x" << k;
          ASSERT_EQ(0, std::memcmp(packed.data(), panels.data(), packed.size() * sizeof(float)));
        }
      }
    }
  });
}

// Weights come straight from a mapped file: any strides, any byte alignment.
TEST(Gemm, PackingFromAnyStridesAndAlignment) {
  OnEveryTarget([] {
    const size_t nr = GemmTile().nr;
    for (size_t k : {1u, 4u, 21u, 64u}) {
      for (size_t n : {size_t{1}, nr, 2 * nr + 3}) {
        for (int layout = 0; layout < 3; ++layout) {
          const ptrdiff_t rs = layout == 0   ? static_cast<ptrdiff_t>(n)
                               : layout == 1 ? 1
                                             : static_cast<ptrdiff_t>(2 * n);
          const ptrdiff_t cs = layout == 0 ? 1 : layout == 1 ? static_cast<ptrdiff_t>(k) : 2;
          const size_t span =
              static_cast<size_t>(static_cast<ptrdiff_t>(k - 1) * rs + static_cast<ptrdiff_t>(n - 1) * cs + 1);
          TightBuffer<uint8_t> bytes(span * 4, 1);
          for (size_t i = 0; i < span; ++i) {
            const float v = static_cast<float>(i);
            std::memcpy(bytes.data() + i * 4, &v, 4);
          }
          TightBuffer<float> packed(PackedBSize(k, n));
          for (size_t j = 0; j < n; j += nr) PackB(packed.data(), bytes.data(), rs, cs, k, j, std::min(n, j + nr));
          for (size_t j = 0; j < (n + nr - 1) / nr * nr; ++j) {
            for (size_t q = 0; q < k; ++q) {
              const float want =
                  j < n ? static_cast<float>(static_cast<ptrdiff_t>(q) * rs + static_cast<ptrdiff_t>(j) * cs) : 0.0f;
              ASSERT_EQ(packed[j / nr * nr * k + q * nr + j % nr], want);
            }
          }
          const size_t ldd = n + 2;  // the same matrix as an A of k rows
          TightBuffer<float> a((k - 1) * ldd + n);
          PackA(a.data(), ldd, bytes.data(), rs, cs, k, n);
          for (size_t q = 0; q < k; ++q) {
            for (size_t j = 0; j < n; ++j) {
              ASSERT_EQ(a[q * ldd + j],
                        static_cast<float>(static_cast<ptrdiff_t>(q) * rs + static_cast<ptrdiff_t>(j) * cs));
            }
          }
        }
      }
    }
    EXPECT_GE(PackedALd(1024), 1024u);
    EXPECT_NE(PackedALd(1024) % 1024, 0u);
  });
}

TEST(Gemm, UnpackedVectors) {
  OnEveryTarget([] {
    for (size_t n : {1u, 3u, 4u, 7u, 16u, 33u, 2100u}) {
      for (size_t k : {0u, 1u, 7u, 8u, 16u, 19u, 65u}) {
        const Problem p(1, n, k);
        TightBuffer<float> a = TightCopy(p.a), b = TightCopy(p.b), c(n, 1), bt(n * k);
        GemvRowMajor(c.data(), a.data(), b.data(), n, n, k, false);
        for (size_t j = 0; j < n; ++j) ASSERT_NEAR(c[j], p.want[j], p.bound[j]);
        GemvRowMajor(c.data(), a.data(), b.data(), n, n, k, true);
        for (size_t j = 0; j < n; ++j) ASSERT_NEAR(c[j], 2 * p.want[j], 3 * p.bound[j]);
        for (size_t j = 0; j < n; ++j) {
          for (size_t q = 0; q < k; ++q) bt[j * k + q] = b[q * n + j];
        }
        GemvTransposed(c.data(), a.data(), bt.data(), k, n, k);
        for (size_t j = 0; j < n; ++j) {
          ASSERT_NEAR(c[j], p.want[j], p.bound[j]);
          ASSERT_TRUE(SameBits(c[j], Dot(a.data(), bt.data() + j * k, k)));
        }
      }
    }
  });
}

}  // namespace
}  // namespace kante::kernels
