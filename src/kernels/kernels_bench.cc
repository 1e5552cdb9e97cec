// SPDX-License-Identifier: MIT
//
// Speed of the GEMM kernels on one thread: GFLOP/s beside the FMA peak of the same core.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/unary.h"

namespace kante::kernels {
namespace {

void FillSmall(std::vector<float>& v) {
  for (size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i * 2654435761u >> 22 & 1023) / 512.0f - 1.0f;
}

// C tile in L1, one panel: what the micro-kernel reaches when memory does not matter.
void BM_GemmTilePeak(benchmark::State& state) {
  const auto tile = GemmTile();
  const size_t k = 256;
  std::vector<float> a(tile.mr * k), b(k * tile.nr), c(tile.mr * tile.nr);
  GemmArgs g;
  g.a = a.data();
  g.lda = k;
  g.b = b.data();
  g.b_panel_stride = k * tile.nr;
  g.c = c.data();
  g.ldc = tile.nr;
  g.m = tile.mr;
  g.n = tile.nr;
  g.k = k;
  for (auto _ : state) {
    GemmBlock(g);
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * static_cast<double>(tile.mr * tile.nr * k),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_GemmTilePeak);

void BM_Gemm(benchmark::State& state) {
  const size_t m = static_cast<size_t>(state.range(0)), n = static_cast<size_t>(state.range(1)),
               k = static_cast<size_t>(state.range(2));
  const size_t k_block = static_cast<size_t>(state.range(3)), m_block = static_cast<size_t>(state.range(4));
  const size_t nr = GemmTile().nr, lda = PackedALd(k_block);
  std::vector<float> a(m * k), b(k * n), packed(PackedBSize(k, n)), c(m * n), pa(m_block * lda);
  FillSmall(a);
  FillSmall(b);
  PackB(packed.data(), b.data(), static_cast<ptrdiff_t>(n), 1, k, 0, n);
  for (auto _ : state) {
    for (size_t k0 = 0; k0 < k; k0 += k_block) {
      for (size_t m0 = 0; m0 < m; m0 += m_block) {
        GemmArgs g;
        g.m = std::min(m_block, m - m0);
        g.k = std::min(k_block, k - k0);
        g.n = n;
        if (m > 8) {
          PackA(pa.data(), lda, a.data() + m0 * k + k0, static_cast<ptrdiff_t>(k), 1, g.m, g.k);
          g.a = pa.data();
          g.lda = lda;
        } else {
          g.a = a.data() + m0 * k + k0;
          g.lda = k;
        }
        g.b = packed.data() + k0 * nr;
        g.b_panel_stride = k * nr;
        g.c = c.data() + m0 * n;
        g.ldc = n;
        g.accumulate = k0 > 0;
        if (m <= 4)
          GemvBlock(g);
        else
          GemmBlock(g);
      }
    }
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(m * n * k), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["B GB/s"] =
      benchmark::Counter(4e-9 * static_cast<double>(n * k), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Gemm)
    ->ArgsProduct({{256}, {256}, {256}, {128, 256}, {96, 256}})
    ->ArgsProduct({{1024}, {1024}, {1024}, {256, 512, 1024}, {96, 192, 1024}})
    ->ArgsProduct({{1, 4, 6, 8, 12, 16}, {4096}, {4096}, {4096}, {16}})
    ->ArgsProduct({{64}, {3136}, {576}, {576}, {64}});

void Unaries(benchmark::State& state, UnaryOp op) {
  std::vector<float> x(4096), y(4096);
  FillSmall(x);
  const UnaryFn fn = GetUnary(op);
  for (auto _ : state) {
    fn(y.data(), x.data(), x.size(), 0.5f, 0.5f);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * x.size()));
}
#define KANTE_UNARY_SIMD(name, ...) BENCHMARK_CAPTURE(Unaries, name, UnaryOp::k##name);
#define KANTE_UNARY_LIBM KANTE_UNARY_SIMD
#include "kernels/kernels.inc"

}  // namespace
}  // namespace kante::kernels
