// SPDX-License-Identifier: MIT
//
// The block kernel. One function per number of rows: a block's rows are shared out evenly, so that 7 rows are 4 + 3 and
// not 6 + 1.
#include "kernels/gemm.h"

#include <cstring>
#include <utility>

#include "base/build.h"
#include "kernels/move.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cc"
#include "kernels/simd.h"

#include "kernels/epilogue_inl.h"
#include "kernels/gemm_tile_inl.h"
#include "kernels/unary_ops_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr size_t kLine = 16;  // floats of a cache line

struct Tile {
  const float* a = nullptr;
  size_t lda = 0;
  const float* b = nullptr;
  size_t ldb = 0;           // kPacking: between rows of b, which is no panel yet
  float* packed = nullptr;  // kPacking: the panel to fill
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

// A may be weights in a file, which lie at any address.
HWY_INLINE VF SetFrom(const float* p) {
  float x;
  std::memcpy(&x, p, sizeof(x));
  return hn::Set(DF(), x);
}

enum class Side { kNone, kFetching, kPacking };  // what a tile does on the side

// R rows by one panel. The accumulators start from C when accumulating, so a split of k does not change the order of
// additions.
template <int R, Side kSide>
HWY_NOINLINE void RunTile(const Tile& t) {
  const DF d;
  const float* HWY_RESTRICT a = t.a;
  const float* HWY_RESTRICT b = t.b;
  const float* prefetch = t.prefetch;
  const size_t lda = t.lda, ldb = kSide == Side::kPacking ? t.ldb : kGemmNr;
  float* HWY_RESTRICT packed = t.packed;
  VF c0[R], c1[R];
#pragma GCC unroll 12
  for (int r = 0; r < R; ++r) {
    c0[r] = t.start ? hn::LoadU(d, t.start + r * t.ld_start) : hn::Zero(d);
    c1[r] = t.start ? hn::LoadU(d, t.start + r * t.ld_start + kGemmLanes) : hn::Zero(d);
  }
  size_t k = 0;
  for (; k + 4 <= t.k; k += 4) {
    if constexpr (kSide == Side::kFetching) {
      const float* HWY_RESTRICT end = prefetch + t.prefetch_step;
      for (; prefetch < end; prefetch += kLine) __builtin_prefetch(prefetch, 0, 3);
      prefetch = end;
    }
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
      const VF b0 = hn::LoadU(d, b + q * ldb), b1 = hn::LoadU(d, b + q * ldb + kGemmLanes);
      if constexpr (kSide == Side::kPacking) {
        hn::StoreU(b0, d, packed + q * kGemmNr);
        hn::StoreU(b1, d, packed + q * kGemmNr + kGemmLanes);
      }
#pragma GCC unroll 12
      for (int r = 0; r < R; ++r) {
        const VF x = SetFrom(a + r * lda + k + q);
        c0[r] = hn::MulAdd(x, b0, c0[r]);
        c1[r] = hn::MulAdd(x, b1, c1[r]);
      }
    }
    b += 4 * ldb;
    if constexpr (kSide == Side::kPacking) packed += 4 * kGemmNr;
  }
  for (; k < t.k; ++k) {
    const VF b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + kGemmLanes);
    if constexpr (kSide == Side::kPacking) {
      hn::StoreU(b0, d, packed);
      hn::StoreU(b1, d, packed + kGemmLanes);
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
      const VF x = SetFrom(a + r * lda + k);
      c0[r] = hn::MulAdd(x, b0, c0[r]);
      c1[r] = hn::MulAdd(x, b1, c1[r]);
    }
    b += ldb;
    if constexpr (kSide == Side::kPacking) packed += kGemmNr;
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
    for (int r = 0; r < R; ++r) c[r] = hn::MulAdd(SetFrom(a + r * lda + k), row, c[r]);
  }
#pragma GCC unroll 24
  for (int r = 0; r < R; ++r) hn::StoreU(c[r], d, t.c + r * t.ldc);
}

using TileFn = void (*)(const Tile&);

struct TileTable {
  TileFn fn[kGemmMr + 1][3];  // [rows][Side]
};

// The floor has to be right, not large.
#if HWY_TARGET == HWY_SSE4
constexpr bool kLarge = false;
#else
constexpr bool kLarge = true;
#endif

// A matrix of more than kGemmMr rows has at least so many in its first block.
constexpr int kPackingRows = kLarge && !core::kForSize ? (kGemmMr + 2) / 2 : kGemmMr + 1;

template <int... R>
constexpr TileTable MakeTable(std::integer_sequence<int, R...>) {
  return {{{},
           {&RunTile<R + 1, Side::kNone>, &RunTile < R + 1, kLarge ? Side::kFetching : Side::kNone >, &RunTile < R + 1,
            (R + 1 >= kPackingRows) ? Side::kPacking : Side::kNone > }...}};
}
constexpr TileTable kTiles = MakeTable(std::make_integer_sequence<int, kGemmMr>());

// Columns [j, j + cols) of the last panel, which exist in B (as zeros) beyond that but not in C. `t` is the tile but
// for its rows.
HWY_NOINLINE void PartialPanel(const GemmArgs& g, Tile t, const VectorAct& act, size_t cols) {
  constexpr size_t kNarrowRows = 2 * kGemmMr;  // as many accumulators as a tile has
  HWY_ALIGN float buffer[kGemmMr * kGemmNr];
  Epilogue sums;  // without the activation
  if (g.epilogue) {
    sums = *g.epilogue;
    if (act.rows) sums.act = UnaryOp::kIdentity;
  }
  t.epilogue = nullptr;
  for (size_t i = 0; i < g.m;) {
    const size_t left = g.m - i, blocks = (left + kGemmMr - 1) / kGemmMr;
    const bool narrow = cols <= kGemmLanes && left >= kNarrowRows;
    const size_t rows = narrow ? kNarrowRows : (left + blocks - 1) / blocks, width = narrow ? kGemmLanes : kGemmNr;
    float* c = g.c + i * g.ldc + t.j;
    t.a = g.a + i * g.lda;
    t.c = buffer;
    t.ldc = width;
    if (g.accumulate) {
      std::memset(buffer, 0, sizeof(buffer));
      for (size_t r = 0; r < rows; ++r) std::memcpy(buffer + r * width, c + r * g.ldc, cols * sizeof(float));
      t.start = buffer;
      t.ld_start = width;
    }
    if (narrow) {
      RunNarrow<kNarrowRows>(t);
    } else {
      kTiles.fn[rows][static_cast<int>(Side::kNone)](t);
    }
    if (g.epilogue) EpilogueRows(buffer, width, buffer, width, rows, cols, sums, i, t.j);
    if (act.rows) act.rows(buffer, buffer, rows * width, g.epilogue->alpha, g.epilogue->beta);
    for (size_t r = 0; r < rows; ++r) std::memcpy(c + r * g.ldc, buffer + r * width, cols * sizeof(float));
    i += rows;
  }
}

// R rows of A times a column that ends in zeros, added to the sums at c.
template <int R>
HWY_INLINE void AddDots(float* c, size_t ldc, const float* a, size_t lda, const float* column, size_t k) {
  const DF d;
  VF sum[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) sum[r] = hn::Zero(d);
  size_t kk = 0;
  for (; kk + kGemmLanes <= k; kk += kGemmLanes) {
    const VF b = hn::Load(d, column + kk);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) sum[r] = hn::MulAdd(hn::LoadU(d, a + r * lda + kk), b, sum[r]);
  }
  if (kk < k) {
    const VF b = hn::Load(d, column + kk);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) sum[r] = hn::MulAdd(LoadPartial(a + r * lda + kk, k - kk), b, sum[r]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) c[r * ldc] += hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

// The last column of the last panel, with lanes along k: a tenth of the time of a vector of columns. Its chains are not
// those of other columns, but those of this one wherever it is computed.
HWY_NOINLINE void LastColumn(const GemmArgs& g, const VectorAct& act, const float* panel, size_t j) {
  constexpr size_t kDepth = 512, kRows = 64;
  HWY_ALIGN float column[kDepth];
  float* c = g.c + j;
  if (!g.accumulate) {
#pragma GCC unroll 1
    for (size_t i = 0; i < g.m; ++i) c[i * g.ldc] = 0.0f;
  }
  for (size_t k0 = 0; k0 < g.k; k0 += kDepth) {
    const size_t k = HWY_MIN(kDepth, g.k - k0);
    CopyFromStrided(column, panel + k0 * kGemmNr, kGemmNr, k, sizeof(float));
    for (size_t kk = k; kk % kGemmLanes != 0; ++kk) column[kk] = 0.0f;
    size_t i = 0;
    for (; i + 8 <= g.m; i += 8) AddDots<8>(c + i * g.ldc, g.ldc, g.a + i * g.lda + k0, g.lda, column, k);
    for (; i < g.m; ++i) AddDots<1>(c + i * g.ldc, g.ldc, g.a + i * g.lda + k0, g.lda, column, k);
  }
  if (!g.epilogue) return;
  // As a row, in two steps for the order of additions.
  float values[kRows], residual[kRows];
  const Epilogue& whole = *g.epilogue;
  Epilogue first{.scale = whole.scale}, last = whole;
  last.scale = 1.0f;
  last.bias_row = whole.bias_col ? whole.bias_col + j : nullptr;
  last.bias_col = nullptr;
  last.residual = whole.residual ? residual : nullptr;
  for (size_t i = 0; i < g.m; i += kRows) {
    const size_t rows = HWY_MIN(kRows, g.m - i);
    first.bias_col = whole.bias_row ? whole.bias_row + i : nullptr;
    CopyFromStrided(values, c + i * g.ldc, static_cast<ptrdiff_t>(g.ldc), rows, sizeof(float));
    if (whole.residual) {
      CopyFromStrided(residual, whole.residual + i * whole.ld_residual + j, static_cast<ptrdiff_t>(whole.ld_residual),
                      rows, sizeof(float));
    }
    EpilogueRows(values, kRows, values, kRows, 1, rows, first, 0, 0);
    EpilogueRows(values, kRows, values, kRows, 1, rows, last, 0, 0);
#pragma GCC unroll 1
    for (size_t r = 0; r < rows; ++r) c[(i + r) * g.ldc] = values[r];
  }
}

// c = act(from) of a tile, without a copy in between.
template <class Op>
HWY_NOINLINE void ActTile(float* c, size_t ldc, const float* from, size_t rows) {
  const DF d;
  const VF none = hn::Zero(d);
#pragma GCC unroll 1
  for (size_t r = 0; r < rows; ++r, c += ldc, from += kGemmNr) {
    const VF v0 = Op::Apply(hn::Load(d, from), none, none);
    const VF v1 = Op::Apply(hn::Load(d, from + kGemmLanes), none, none);
    hn::StoreU(v0, d, c);
    hn::StoreU(v1, d, c + kGemmLanes);
  }
}

// For the activations of convolutional networks that are more than a clamp.
auto ActTileFor(UnaryOp act) -> decltype(&ActTile<SiluOp>) {
  if (!kLarge || core::kForSize) return nullptr;
  if (act == UnaryOp::kSilu) return &ActTile<SiluOp>;
  return act == UnaryOp::kHardSwish ? &ActTile<HardSwishOp> : nullptr;
}

}  // namespace

void GemmBlock(const GemmArgs& g) {
  const size_t blocks = (g.m + kGemmMr - 1) / kGemmMr;
  if (blocks == 0) return;
  const size_t least = g.m / blocks, taller = g.m % blocks;  // rows of a block, and how many have one more
  const bool packing = g.b_source && least + (taller > 0) >= kPackingRows;
  if (g.b_source && !packing) {
    for (size_t j = 0; j < g.n; j += kGemmNr) {
      PackB(g.packed + j / kGemmNr * g.b_panel_stride, g.b_source + j, static_cast<ptrdiff_t>(g.ld_source), 1, g.k, 0,
            HWY_MIN(g.n - j, kGemmNr));
    }
  }
  const VectorAct act(g.epilogue);
  const auto act_tile = g.epilogue ? ActTileFor(g.epilogue->act) : nullptr;
  HWY_ALIGN float buffer[kGemmMr * kGemmNr];  // of tiles that another function has to see
  // The first blocks fetch the next panel: one does it all, two or three one half each, more a quarter each.
  const size_t share = blocks == 1 ? 4 : blocks <= 3 ? 2 : 1;
  Tile t = {.lda = g.lda, .ldb = g.ld_source, .k = g.k, .epilogue = g.epilogue, .act = &act};
  for (size_t j = 0; j < g.n; j += kGemmNr) {
    const float* panel = g.b + j / kGemmNr * g.b_panel_stride;
    float* packed = packing ? g.packed + j / kGemmNr * g.b_panel_stride : nullptr;
    t.b = panel;
    t.j = j;
    if (const size_t cols = g.n - j; cols < kGemmNr) {
      if (packing) PackB(packed, g.b_source + j, static_cast<ptrdiff_t>(g.ld_source), 1, g.k, 0, cols);
      // A column beyond whole vectors would cost as much as a vector.
      const size_t alone = kLarge && !core::kForSize && cols % kGemmLanes == 1 ? 1 : 0;
      if (cols > alone) PartialPanel(g, t, act, cols - alone);
      if (alone) LastColumn(g, act, panel + (cols - 1), j + cols - 1);
      return;
    }
    const float* next = packed ? nullptr : j + kGemmNr < g.n ? panel + g.b_panel_stride : g.next_b;
    size_t i = 0;
    for (size_t block = 0; block < blocks; ++block) {
      const size_t rows = least + (block < taller);
      float* c = g.c + i * g.ldc + j;
      Side side = Side::kNone;
      if (packed && block == 0) {
        side = Side::kPacking;
        t.b = g.b_source + j;
        t.packed = packed;
      } else if (g.fetch_a && j == 0 && g.lda == g.k && block + 1 < blocks) {
        side = Side::kFetching;
        t.prefetch = g.a + (i + rows) * g.lda;
        t.prefetch_step = 4 * rows;
      } else if (next && block * share < 4) {
        side = Side::kFetching;
        t.prefetch = next + block * share * (g.k / 4) * kGemmNr;
        t.prefetch_step = share * kGemmNr;
      }
      t.a = g.a + i * g.lda;
      t.i = i;
      t.c = act.rows ? buffer : c;
      t.ldc = act.rows ? kGemmNr : g.ldc;
      t.start = g.accumulate ? c : nullptr;
      t.ld_start = g.ldc;
      kTiles.fn[rows][static_cast<int>(side)](t);
      t.b = panel;
      if (act_tile) {
        act_tile(c, g.ldc, buffer, rows);
      } else if (act.rows) {
        act.rows(buffer, buffer, rows * kGemmNr, g.epilogue->alpha, g.epilogue->beta);
        for (size_t r = 0; r < rows; ++r) std::memcpy(c + r * g.ldc, buffer + r * kGemmNr, kGemmNr * sizeof(float));
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
