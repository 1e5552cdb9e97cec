// SPDX-License-Identifier: MIT
//
// The block kernel. One function per number of rows: a block's rows are shared out evenly, so that 7 rows are 4 + 3 and
// not 6 + 1.
#include "kernels/gemm.h"

#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/gemm_tile_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr size_t kLine = 16;  // floats of a cache line

struct Tile {
  const float* a;
  size_t lda;
  const float* b;
  size_t k;
  const float* start;  // the accumulators' first values (C when accumulating), null for zeros
  size_t ld_start;
  float* c;
  size_t ldc;
  const float* prefetch;  // this tile's share of the next panel, touched while it runs
  size_t prefetch_step;   // floats of it per four steps of k
};

// R rows by one panel. The accumulators start from C when accumulating, so a split of k does not change the order of
// additions.
template <int R, bool kPrefetch>
HWY_NOINLINE void RunTile(const Tile& t) {
  const DF d;
  const float* HWY_RESTRICT a = t.a;
  const float* HWY_RESTRICT b = t.b;
  const float* prefetch = t.prefetch;
  const size_t lda = t.lda;
  VF c0[R], c1[R];
#pragma GCC unroll 12
  for (int r = 0; r < R; ++r) {
    c0[r] = t.start ? hn::LoadU(d, t.start + r * t.ld_start) : hn::Zero(d);
    c1[r] = t.start ? hn::LoadU(d, t.start + r * t.ld_start + kGemmLanes) : hn::Zero(d);
  }
  size_t k = 0;
  for (; k + 4 <= t.k; k += 4) {
    if constexpr (kPrefetch) {
      const float* HWY_RESTRICT end = prefetch + t.prefetch_step;
      for (; prefetch < end; prefetch += kLine) __builtin_prefetch(prefetch, 0, 3);
      prefetch = end;
    }
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
      const VF b0 = hn::LoadU(d, b + q * kGemmNr), b1 = hn::LoadU(d, b + q * kGemmNr + kGemmLanes);
#pragma GCC unroll 12
      for (int r = 0; r < R; ++r) {
        const VF x = hn::Set(d, a[r * lda + k + q]);
        c0[r] = hn::MulAdd(x, b0, c0[r]);
        c1[r] = hn::MulAdd(x, b1, c1[r]);
      }
    }
    b += 4 * kGemmNr;
  }
  for (; k < t.k; ++k) {
    const VF b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + kGemmLanes);
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
      const VF x = hn::Set(d, a[r * lda + k]);
      c0[r] = hn::MulAdd(x, b0, c0[r]);
      c1[r] = hn::MulAdd(x, b1, c1[r]);
    }
    b += kGemmNr;
  }
#pragma GCC unroll 12
  for (int r = 0; r < R; ++r) {
    hn::StoreU(c0[r], d, t.c + r * t.ldc);
    hn::StoreU(c1[r], d, t.c + r * t.ldc + kGemmLanes);
  }
}

// R rows by the first vector of a panel, for last columns that need no more. The chains are those of RunTile.
template <int R>
HWY_NOINLINE void RunNarrow(const Tile& t) {
  const DF d;
  const float* HWY_RESTRICT a = t.a;
  const float* HWY_RESTRICT b = t.b;
  const size_t lda = t.lda;
  VF c[R];
#pragma GCC unroll 24
  for (int r = 0; r < R; ++r) c[r] = t.start ? hn::LoadU(d, t.start + r * t.ld_start) : hn::Zero(d);
  for (size_t k = 0; k < t.k; ++k, b += kGemmNr) {
    const VF row = hn::LoadU(d, b);
#pragma GCC unroll 24
    for (int r = 0; r < R; ++r) c[r] = hn::MulAdd(hn::Set(d, a[r * lda + k]), row, c[r]);
  }
#pragma GCC unroll 24
  for (int r = 0; r < R; ++r) hn::StoreU(c[r], d, t.c + r * t.ldc);
}

using TileFn = void (*)(const Tile&);

struct TileTable {
  TileFn fn[kGemmMr + 1][2];  // [rows][prefetch]
};

template <int... R>
constexpr TileTable MakeTable(std::integer_sequence<int, R...>) {
  return {{{}, {&RunTile<R + 1, false>, &RunTile<R + 1, true>}...}};
}
constexpr TileTable kTiles = MakeTable(std::make_integer_sequence<int, kGemmMr>());

}  // namespace

void GemmBlock(const GemmArgs& g) {
  // Tiles with an epilogue, and those whose last columns exist in B (as zeros) but not in C, end here first.
  constexpr size_t kNarrowRows = 2 * kGemmMr;  // as many accumulators as a tile has
  HWY_ALIGN float buffer[kNarrowRows * kGemmNr];
  const size_t blocks = (g.m + kGemmMr - 1) / kGemmMr;
  // The first blocks fetch the next panel: one does it all, two or three one half each, more a quarter each.
  const size_t share = blocks == 1 ? 4 : blocks <= 3 ? 2 : 1;
  for (size_t j = 0; j < g.n; j += kGemmNr) {
    const float* panel = g.b + j / kGemmNr * g.b_panel_stride;
    const size_t cols = HWY_MIN(g.n - j, kGemmNr);
    const bool partial = cols < kGemmNr;
    const float* next = j + kGemmNr < g.n ? panel + g.b_panel_stride : g.next_b;
    size_t i = 0;
    for (size_t block = 0; i < g.m; ++block) {
      const bool narrow = cols <= kGemmLanes && g.m - i >= kNarrowRows;
      const size_t left = (g.m - i + kGemmMr - 1) / kGemmMr;
      const size_t rows = narrow ? kNarrowRows : (g.m - i + left - 1) / left;
      float* c = g.c + i * g.ldc + j;
      Tile t = {g.a + i * g.lda, g.lda, panel, g.k, g.accumulate ? c : nullptr, g.ldc, c, g.ldc, nullptr, 0};
      const bool prefetch = block * share < 4 && next && !narrow;
      if (prefetch) {
        t.prefetch = next + block * share * (g.k / 4) * kGemmNr;
        t.prefetch_step = share * kGemmNr;
      }
      if (partial && g.accumulate) {
        for (size_t r = 0; r < rows; ++r) {
          for (size_t q = 0; q < kGemmNr; ++q) buffer[r * kGemmNr + q] = q < cols ? c[r * g.ldc + q] : 0.0f;
        }
        t.start = buffer;
        t.ld_start = kGemmNr;
      }
      if (partial || g.epilogue) {
        t.c = buffer;
        t.ldc = kGemmNr;
      }
      if (narrow) {
        RunNarrow<kNarrowRows>(t);
      } else {
        kTiles.fn[rows][prefetch](t);
      }
      if (g.epilogue) {
        EpilogueRows(c, g.ldc, buffer, kGemmNr, rows, cols, *g.epilogue, i, j);
      } else if (partial) {
        for (size_t r = 0; r < rows; ++r) std::memcpy(c + r * g.ldc, buffer + r * kGemmNr, cols * sizeof(float));
      }
      i += rows;
    }
  }
}

GemmTileShape GemmTile() { return {kGemmMr, kGemmNr}; }

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(GemmBlock);
KANTE_DISPATCH(GemmTile);

void GemmBlock(const GemmArgs& args) { KANTE_CALL(GemmBlock)(args); }
GemmTileShape GemmTile() { return KANTE_CALL(GemmTile)(); }

}  // namespace kante::kernels
#endif
