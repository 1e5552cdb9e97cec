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
  const float* a = nullptr;
  size_t lda = 0;
  const float* b = nullptr;
  size_t k = 0;
  const float* start = nullptr;  // the accumulators' first values (C when accumulating), null for zeros
  size_t ld_start = 0;
  float* c = nullptr;
  size_t ldc = 0;
  const float* prefetch = nullptr;  // this tile's share of the next panel, touched while it runs
  size_t prefetch_step = 0;         // floats of it per four steps of k
  const Epilogue* epilogue = nullptr;
  const VectorAct* act = nullptr;
  size_t i = 0, j = 0;  // the tile's place in the epilogue's arrays
};

// The epilogue of R rows by two vectors while they are in registers; activations that are no clamp come later.
template <int R>
HWY_INLINE void Finish(const Tile& t, VF (&c0)[R], VF (&c1)[R]) {
  const DF d;
  const Epilogue& e = *t.epilogue;
  if (e.scale != 1.0f) {
    const VF scale = Const(e.scale);
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) c0[r] = hn::Mul(scale, c0[r]), c1[r] = hn::Mul(scale, c1[r]);
  }
  if (e.bias_row) {
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
      const VF bias = Const(e.bias_row[t.i + r]);
      c0[r] = hn::Add(c0[r], bias);
      c1[r] = hn::Add(c1[r], bias);
    }
  }
  if (e.bias_col) {
    const VF b0 = hn::LoadU(d, e.bias_col + t.j), b1 = hn::LoadU(d, e.bias_col + t.j + kGemmLanes);
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) c0[r] = hn::Add(c0[r], b0), c1[r] = hn::Add(c1[r], b1);
  }
  if (e.residual) {
    const float* p = e.residual + t.i * e.ld_residual + t.j;
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r, p += e.ld_residual) {
      c0[r] = hn::Add(c0[r], hn::LoadU(d, p));
      c1[r] = hn::Add(c1[r], hn::LoadU(d, p + kGemmLanes));
    }
  }
  if (t.act->clamp) {
    const VF lo = t.act->lo, hi = t.act->hi;
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) c0[r] = NanMin(hi, NanMax(lo, c0[r])), c1[r] = NanMin(hi, NanMax(lo, c1[r]));
  }
}

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
  if (t.epilogue) Finish<R>(t, c0, c1);
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
  // Tiles whose last columns exist in B (as zeros) but not in C, and those that another function has to see, end here
  // first.
  constexpr size_t kNarrowRows = 2 * kGemmMr;  // as many accumulators as a tile has
  HWY_ALIGN float buffer[kGemmMr * kGemmNr];
  const size_t blocks = (g.m + kGemmMr - 1) / kGemmMr;
  const VectorAct act(g.epilogue);
  Epilogue sums;  // without the activation
  if (g.epilogue) {
    sums = *g.epilogue;
    if (act.rows) sums.act = UnaryOp::kIdentity;
  }
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
      const size_t width = narrow ? kGemmLanes : kGemmNr;  // of the buffer
      float* c = g.c + i * g.ldc + j;
      Tile t = {.a = g.a + i * g.lda, .lda = g.lda, .b = panel, .k = g.k, .c = c, .ldc = g.ldc};
      if (g.accumulate) {
        t.start = c;
        t.ld_start = g.ldc;
      }
      const bool prefetch = block * share < 4 && next && !narrow;
      if (prefetch) {
        t.prefetch = next + block * share * (g.k / 4) * kGemmNr;
        t.prefetch_step = share * kGemmNr;
      }
      if (partial && g.accumulate) {
        for (size_t r = 0; r < rows; ++r) {
          for (size_t q = 0; q < width; ++q) buffer[r * width + q] = q < cols ? c[r * g.ldc + q] : 0.0f;
        }
        t.start = buffer;
        t.ld_start = width;
      }
      if (g.epilogue && !partial) {
        t.epilogue = g.epilogue;
        t.act = &act;
        t.i = i;
        t.j = j;
      }
      const bool buffered = partial || act.rows;
      if (buffered) {
        t.c = buffer;
        t.ldc = width;
      }
      if (narrow) {
        RunNarrow<kNarrowRows>(t);
      } else {
        kTiles.fn[rows][prefetch](t);
      }
      if (buffered) {
        if (g.epilogue && partial) EpilogueRows(buffer, width, buffer, width, rows, cols, sums, i, j);
        if (act.rows) act.rows(buffer, buffer, rows * width, g.epilogue->alpha, g.epilogue->beta);
        for (size_t r = 0; r < rows; ++r, c += g.ldc) {
          if (partial) {
            std::memcpy(c, buffer + r * width, cols * sizeof(float));
          } else {
            std::memcpy(c, buffer + r * kGemmNr, kGemmNr * sizeof(float));
          }
        }
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
