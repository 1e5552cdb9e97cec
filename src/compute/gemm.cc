// SPDX-License-Identifier: MIT
#include "compute/gemm.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "base/allocator.h"
#include "base/build.h"
#include "base/checked.h"
#include "compute/broadcast.h"
#include "kernels/convert.h"
#include "kernels/dispatch.h"

namespace kante::core {
namespace {

constexpr int64_t kMaxK = 2304;         // longest chain between two visits of C
constexpr int64_t kFloatsA = 64 << 10;  // of a block of A: half of a 512 KB L2
// A B that does not fit into L2 is streamed once for each block of rows: high blocks, in all of the columns or in wide
// strips of them, read least. A visit of C costs more than panels that pass L1 by: chains are long.
constexpr int64_t kFloatsTallA = 80 << 10;
constexpr int64_t kCutK = 1024;
constexpr int64_t kLargeB = 96 << 10;   // floats
constexpr int64_t kStreamingRows = 24;  // at least: fewer wait for memory, whatever the order
constexpr int64_t kWideStrip = 192, kHighBlock = 96;
constexpr int64_t kWays = 8;            // of caches
constexpr int64_t kFloatsB = 32 << 10;  // of a block of B packed inside a task
constexpr int64_t kMaxTasks = 32;
// Few columns are cut by rows of A, too: threads get equal parts, and each its own share of the weights.
constexpr int64_t kManyPanels = 32;
constexpr int64_t kEnoughTasks = 8;
constexpr int64_t kTilesOfPart = 6;   // of rows, at least: every part packs B
constexpr double kFlopsPerNano = 60;  // one core, careful
constexpr double kNanosPerTask = 20000;
constexpr double kNanosPerVectorTask = 6000;  // what threads share stays in the cache of each

// Scratch for tasks that run at the same time: as many slots as tasks, so one is always free, and the same few are
// taken again and again, which keeps them in cache.
class SlotPool {
 public:
  SlotPool(float* memory, int64_t slot_floats) : memory_(memory), slot_floats_(slot_floats) {}
  float* Take(int* slot) {
    for (;;) {
      uint64_t taken = taken_.load(std::memory_order_relaxed);
      *slot = __builtin_ctzll(~taken);
      if (taken_.compare_exchange_weak(taken, taken | (uint64_t{1} << *slot), std::memory_order_acquire)) {
        return memory_ ? memory_ + *slot * slot_floats_ : nullptr;
      }
    }
  }
  void Give(int slot) { taken_.fetch_and(~(uint64_t{1} << slot), std::memory_order_release); }

 private:
  float* memory_;
  int64_t slot_floats_;
  std::atomic<uint64_t> taken_{0};
};

// The epilogue for a block that starts at (i, j); null if there is nothing to do.
class BlockEpilogue {
 public:
  explicit BlockEpilogue(const kernels::Epilogue& whole)
      : whole_(whole),
        empty_(whole.scale == 1.0f && !whole.bias_row && !whole.bias_col && !whole.residual &&
               whole.act == kernels::UnaryOp::kIdentity) {}
  const kernels::Epilogue* At(int64_t i, int64_t j, kernels::Epilogue* moved) const {
    if (empty_) return nullptr;
    *moved = whole_;
    if (moved->bias_row) moved->bias_row += i;
    if (moved->bias_col) moved->bias_col += j;
    if (moved->residual) moved->residual += static_cast<size_t>(i) * moved->ld_residual + static_cast<size_t>(j);
    return moved;
  }

 private:
  const kernels::Epilogue& whole_;
  bool empty_;
};

int64_t PackedFloats(int64_t k, int64_t n, int64_t nr) { return CeilDiv(n, nr) * nr * k; }

// Panels of a block, at most `most` and not much fewer, with which two threads and four take about as many each.
int64_t EvenBlocks(int64_t panels, int64_t most) {
  int64_t best = most, least = INT64_MAX;
  for (int64_t size = most; size > most / 2; --size) {
    const int64_t blocks = CeilDiv(panels, size), longest = (CeilDiv(blocks, 2) + CeilDiv(blocks, 4)) * size;
    if (longest < least) best = size, least = longest;
  }
  return best;
}

// Element `offset` of packed panels.
const void* PanelAt(const GemmPlan& plan, const void* packed, int64_t offset) {
  return static_cast<const std::byte*>(packed) + offset * PanelBytes(plan.panels);
}

// Rows [k0, k1) of columns [n0, n1) of a strided, narrow or generated B.
void PackBlock(const GemmPlan& plan, const GemmArgs& args, float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
  if (plan.source == GemmB::kPacked) {
    const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), floats = (k1 - k0) * nr;
    const auto widen = plan.panels == kernels::PanelType::kF16 ? kernels::F16ToF32 : kernels::Bf16ToF32;
    for (int64_t j = n0; j < n1; j += nr, dst += floats) {
      widen(dst, static_cast<const uint16_t*>(PanelAt(plan, args.packed_b, j * plan.k + k0 * nr)),
            static_cast<size_t>(floats));
    }
    return;
  }
  if (plan.source == GemmB::kPanels) return (*args.panels)(dst, k0, k1, n0, n1);
  const float* from = args.b + k0 * args.b_row_stride + n0 * args.b_col_stride;
  kernels::PackB(dst, from, args.b_row_stride, args.b_col_stride, static_cast<size_t>(k1 - k0), 0,
                 static_cast<size_t>(n1 - n0));
}

// One row block times one column block, all of k. `b` is the packed B from column n0 on with `b_panel_stride` floats
// between panels, rows from k0 on. With `pack_to` == `b` they are still to be packed from where B lies. `next`: a panel
// of floats that is likely to be wanted after these.
void MultiplyBlock(const GemmPlan& plan, const GemmArgs& args, const BlockEpilogue& epilogue, float* scratch_a,
                   const void* b, int64_t b_panel_stride, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int64_t k0,
                   int64_t k1, float* pack_to = nullptr, const void* next = nullptr) {
  kernels::Epilogue moved;
  kernels::GemmArgs block;
  block.a = args.a + i0 * args.a_row_stride + k0 * args.a_col_stride;
  block.lda = static_cast<size_t>(args.a_row_stride);
  if (plan.pack_a) {
    block.lda = kernels::PackedALd(static_cast<size_t>(k1 - k0));
    kernels::PackA(scratch_a, block.lda, block.a, args.a_row_stride, args.a_col_stride, static_cast<size_t>(i1 - i0),
                   static_cast<size_t>(k1 - k0));
    block.a = scratch_a;
  }
  block.type = plan.vector && plan.source == GemmB::kPacked ? plan.panels : kernels::PanelType::kF32;
  if (block.type == kernels::PanelType::kF32) {
    block.b = static_cast<const float*>(b);
    block.next_b = static_cast<const float*>(next);
  } else {
    block.half_b = static_cast<const uint16_t*>(b);
  }
  if (pack_to) {
    block.b_source = args.b + k0 * args.b_row_stride + j0;
    block.ld_source = static_cast<size_t>(args.b_row_stride);
    block.packed = pack_to;
  }
  block.b_panel_stride = static_cast<size_t>(b_panel_stride);
  block.c = args.c + i0 * args.ldc + j0;
  block.ldc = static_cast<size_t>(args.ldc);
  block.m = static_cast<size_t>(i1 - i0);
  block.n = static_cast<size_t>(j1 - j0);
  block.k = static_cast<size_t>(k1 - k0);
  block.accumulate = k0 > 0;
  // Then A is weights, or its block has not been read yet.
  block.fetch_a = plan.source == GemmB::kRows || plan.source == GemmB::kPanels || j0 == 0;
  if (k1 == plan.k) block.epilogue = epilogue.At(i0, j0, &moved);
  if constexpr (!kForSize) {
    if (plan.vector) return kernels::GemvBlock(block);
  }
  kernels::GemmBlock(block);
}

// B lies packed as a whole: tasks are blocks of C, neighbours share rows.
bool RunPacked(const GemmPlan& plan, const GemmArgs& args, const void* packed, SlotPool& slots, ParallelFor parallel) {
  const BlockEpilogue epilogue(args.epilogue);
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), tasks = plan.m_blocks * plan.n_blocks;
  return parallel(tasks, plan.grain, [&](int64_t begin, int64_t end) {
    int slot;
    float* scratch = slots.Take(&slot);
    for (int64_t t = begin; t < end; ++t) {
      const int64_t i0 = t / plan.n_blocks * plan.mc, i1 = std::min(plan.m, i0 + plan.mc);
      const int64_t j0 = t % plan.n_blocks * plan.nc, j1 = std::min(plan.n, j0 + plan.nc);
      if (i0 >= i1 || j0 >= j1) continue;
      int64_t k0 = 0;
      do {
        const int64_t k1 = std::min(plan.k, k0 + plan.kc);
        const void* next = nullptr;
        if (k1 < plan.k) {
          next = PanelAt(plan, packed, j0 * plan.k + k1 * nr);
        } else if (t + 1 < tasks) {
          next = PanelAt(plan, packed, (t + 1) % plan.n_blocks * plan.nc * plan.k);
        }
        MultiplyBlock(plan, args, epilogue, scratch, PanelAt(plan, packed, j0 * plan.k + k0 * nr), plan.k * nr, i0, i1,
                      j0, j1, k0, k1, nullptr, next);
        k0 = k1;
      } while (k0 < plan.k);
    }
    slots.Give(slot);
  });
}

// Every task packs its own columns of B and multiplies all rows with them, or those of its part, while they are in
// cache.
bool RunPackingInside(const GemmPlan& plan, const GemmArgs& args, SlotPool& slots, ParallelFor parallel) {
  const BlockEpilogue epilogue(args.epilogue);
  const auto tile = kernels::GemmTile();
  const int64_t nr = static_cast<int64_t>(tile.nr), mr = static_cast<int64_t>(tile.mr);
  const int64_t floats_b = PackedFloats(plan.kc, plan.nc, nr);
  const int64_t part_rows = CeilDiv(CeilDiv(plan.m, mr), plan.row_parts) * mr;
  const bool in_place = plan.source == GemmB::kRows;
  return parallel(plan.row_parts * plan.n_blocks, plan.grain, [&](int64_t begin, int64_t end) {
    int slot;
    float* b = slots.Take(&slot);
    for (int64_t t = begin; t < end; ++t) {
      const int64_t m0 = t / plan.n_blocks * part_rows, m1 = std::min(plan.m, m0 + part_rows);
      const int64_t j0 = t % plan.n_blocks * plan.nc, j1 = std::min(plan.n, j0 + plan.nc);
      int64_t k0 = 0;
      do {
        const int64_t k1 = std::min(plan.k, k0 + plan.kc);
        if (!in_place) PackBlock(plan, args, b, k0, k1, j0, j1);
        for (int64_t i0 = m0; i0 < m1; i0 += plan.mc) {
          const int64_t i1 = std::min(m1, i0 + plan.mc);
          MultiplyBlock(plan, args, epilogue, b + floats_b, b, (k1 - k0) * nr, i0, i1, j0, j1, k0, k1,
                        in_place && i0 == m0 ? b : nullptr);
        }
        k0 = k1;
      } while (k0 < plan.k);
    }
    slots.Give(slot);
  });
}

// Few rows against a B in memory: nothing is packed, every task streams its columns once per row.
[[maybe_unused]] bool RunRows(const GemmPlan& plan, const GemmArgs& args, ParallelFor parallel) {
  const BlockEpilogue epilogue(args.epilogue);
  return parallel(plan.n_blocks, plan.grain, [&](int64_t begin, int64_t end) {
    const int64_t j0 = begin * plan.nc, j1 = std::min(plan.n, end * plan.nc);
    for (int64_t i = 0; i < plan.m; ++i) {
      const float* a = args.a + i * args.a_row_stride;
      float* c = args.c + i * args.ldc + j0;
      const float* b = args.b + j0 * args.b_col_stride;
      if (args.b_col_stride == 1) {
        kernels::GemvRowMajor(c, a, b, static_cast<size_t>(args.b_row_stride), static_cast<size_t>(j1 - j0),
                              static_cast<size_t>(plan.k), false);
      } else if (args.b_row_stride == 1) {
        kernels::GemvTransposed(c, a, b, static_cast<size_t>(args.b_col_stride), static_cast<size_t>(j1 - j0),
                                static_cast<size_t>(plan.k));
      } else {
        for (int64_t j = j0; j < j1; ++j) {
          float sum = 0;
          for (int64_t kk = 0; kk < plan.k; ++kk)
            sum += a[kk] * b[kk * args.b_row_stride + (j - j0) * args.b_col_stride];
          c[j - j0] = sum;
        }
      }
    }
    kernels::Epilogue moved;
    if (const kernels::Epilogue* e = epilogue.At(0, j0, &moved)) {
      kernels::ApplyEpilogue(args.c + j0, static_cast<size_t>(args.ldc), static_cast<size_t>(plan.m),
                             static_cast<size_t>(j1 - j0), *e);
    }
  });
}

}  // namespace

GemmPlan PlanGemm(int64_t m, int64_t n, int64_t k, GemmB source, int64_t a_row_stride, int64_t a_col_stride,
                  kernels::PanelType panel_type) {
  GemmPlan p;
  p.m = m;
  p.n = n;
  p.k = k;
  p.source = source;
  p.panels = panel_type;
  const auto tile = kernels::GemmTile();
  const int64_t mr = static_cast<int64_t>(tile.mr), nr = static_cast<int64_t>(tile.nr);
  const int64_t panels = std::max<int64_t>(1, CeilDiv(n, nr));
  const double flops =
      2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::max<int64_t>(k, 1));
  p.vector = m <= 4 && !kForSize;
  if (source == GemmB::kRows && (p.vector || kForSize)) source = p.source = GemmB::kStrided;
  // A vector runs at the speed of memory: about 20 bytes a nanosecond on one core.
  const double nanos = p.vector ? 0.2 * static_cast<double>(n) * static_cast<double>(k) : flops / kFlopsPerNano;
  const double task = p.vector ? kNanosPerVectorTask : kNanosPerTask;
  const int64_t wanted = static_cast<int64_t>(std::clamp(nanos / task, 1.0, static_cast<double>(kMaxTasks)));
  p.kc = k <= kMaxK || p.vector ? std::max<int64_t>(1, k) : AlignUp(CeilDiv(k, CeilDiv(k, kMaxK)), 8);
  p.pack_a = a_col_stride != 1;

  if (p.vector && source == GemmB::kStrided && !p.pack_a) {
    p.m_blocks = 1;
    p.mc = m;
    // Several rows read a block of B again while it is in cache; one row wants long runs of memory.
    const int64_t cached = m == 1 ? 1 : CeilDiv(n * std::max<int64_t>(k, 1), kFloatsB * 2);
    const int64_t blocks = std::clamp<int64_t>(cached, wanted, 1 << 20);
    p.nc = AlignUp(CeilDiv(std::max<int64_t>(n, 1), std::min(blocks, panels)), nr);
    if (m == 1) p.nc = std::max<int64_t>(p.nc, 128);
    p.n_blocks = CeilDiv(n, p.nc);
    p.grain = CeilDiv(p.n_blocks, wanted);
    return p;
  }

  // 16-bit panels are widened by the tasks, as a B that is not packed yet is packed.
  const bool narrow = source == GemmB::kPacked && panel_type != kernels::PanelType::kF32 && !p.vector;
  // Rows of A a multiple of 4 KB apart fall into the same cache sets. A copy for a few panels costs more than that.
  const int64_t tiles = std::max<int64_t>(1, CeilDiv(m, mr));
  if (source == GemmB::kPacked && panel_type == kernels::PanelType::kF32 && !p.vector && a_row_stride != 0 &&
      a_row_stride % 1024 == 0 && m > 4 * mr && n >= 4 * nr)
    p.pack_a = true;
  const bool streams = source == GemmB::kPacked && !p.vector && !narrow && m >= kStreamingRows && n * k > kLargeB;
  if (streams && m * k > kFloatsTallA && k > kCutK) p.kc = AlignUp(CeilDiv(k, CeilDiv(k, kCutK)), 8);
  int64_t tiles_per_block = std::clamp<int64_t>((streams ? kFloatsTallA : kFloatsA) / (p.kc * mr), 4, tiles);
  p.m_blocks = p.vector ? 1 : CeilDiv(tiles, tiles_per_block);
  if (streams && p.pack_a && a_col_stride == 1) {
    // Of an L2 of 1024 sets with 8 ways, say, and an L1 whose sets the rows of a tile share.
    const int64_t rows = std::min(m, CeilDiv(tiles, p.m_blocks) * mr);
    p.pack_a = mr > kWays || rows * std::gcd(a_row_stride / 16, int64_t{1024}) > (kWays - 1) * 1024;
  }

  if (source != GemmB::kPacked || narrow) {
    // Where A is copied block by block, few blocks of B keep it from being copied often.
    const int64_t floats_b = p.pack_a ? 8 * kFloatsB : kFloatsB;
    int64_t panels_per_block = std::clamp<int64_t>(floats_b / (p.kc * nr), std::min<int64_t>(2, panels), panels);
    const bool rows = source == GemmB::kRows && (p.pack_a || panels < kManyPanels);
    if (rows) {
      const int64_t enough = std::min(wanted, kEnoughTasks), blocks = CeilDiv(panels, panels_per_block);
      while (p.row_parts * blocks < enough && 2 * p.row_parts * kTilesOfPart <= tiles) p.row_parts *= 2;
      panels_per_block = std::min(panels_per_block, CeilDiv(panels, CeilDiv(enough, p.row_parts)));
    } else {
      panels_per_block = EvenBlocks(panels, std::min(panels_per_block, CeilDiv(panels, wanted)));
    }
    const int64_t blocks = CeilDiv(panels, panels_per_block);
    p.pack_first = source != GemmB::kRows && !narrow && blocks < std::min<int64_t>(wanted, 8);
    if (!p.pack_first) {
      p.nc = std::min(panels_per_block, CeilDiv(panels, blocks)) * nr;
      p.n_blocks = CeilDiv(panels * nr, p.nc);
      p.mc = p.vector ? m : CeilDiv(tiles, p.m_blocks) * mr;
      const int64_t tasks = p.row_parts * p.n_blocks;
      p.grain = wanted == 1 ? tasks : CeilDiv(tasks, kMaxTasks);
      p.slots = CeilDiv(tasks, p.grain);
      p.slot_floats = PackedFloats(p.kc, p.nc, nr);
    }
  }
  if (p.nc == 0) {
    // Blocks of C over packed panels: cut the larger side until there is work for all.
    const int64_t least_tiles = streams ? CeilDiv(kHighBlock, mr) : 4;
    if (!p.vector && m >= n) p.m_blocks = std::max(p.m_blocks, std::min(wanted, CeilDiv(tiles, least_tiles)));
    int64_t columns = std::clamp<int64_t>(CeilDiv(wanted, p.m_blocks), 1, panels);
    // Two strips at least: what two threads share. A single block of rows is shared by more.
    const int64_t strip = p.m_blocks > 1 ? kWideStrip : kWideStrip / 2;
    if (streams) columns = std::min(columns, std::max<int64_t>(p.m_blocks > 1 ? 1 : 2, n / strip / 2 * 2));
    if (streams && p.pack_a && p.m_blocks >= 2) columns = std::min<int64_t>(columns, 2);  // each packs A
    p.nc = CeilDiv(panels, columns) * nr;
    p.n_blocks = CeilDiv(panels * nr, p.nc);
    tiles_per_block = CeilDiv(tiles, p.m_blocks);
    p.mc = p.vector ? m : tiles_per_block * mr;
    p.m_blocks = std::max<int64_t>(1, CeilDiv(m, std::max<int64_t>(1, p.mc)));
    const int64_t blocks = p.m_blocks * p.n_blocks;
    p.grain = CeilDiv(blocks, std::min(wanted, kMaxTasks));
    p.slots = CeilDiv(blocks, p.grain);
    if (p.pack_first) p.packed_floats = PackedFloats(k, n, nr);
  }
  if (p.pack_a)
    p.slot_floats += std::min(p.mc, m) * static_cast<int64_t>(kernels::PackedALd(static_cast<size_t>(p.kc)));
  p.slot_floats = AlignUp(p.slot_floats, 16);
  p.packed_floats = AlignUp(p.packed_floats, 16);
  const int64_t floats = p.packed_floats + p.slots * p.slot_floats;
  if (floats) p.scratch_bytes = floats * 4 + static_cast<int64_t>(kMemoryAlignment);
  return p;
}

bool RunGemm(const GemmPlan& plan, const GemmArgs& args, ParallelFor parallel) {
  if (plan.m == 0 || plan.n == 0) return true;
  if constexpr (!kForSize) {
    if (plan.vector && plan.source == GemmB::kStrided && !plan.pack_a) return RunRows(plan, args, parallel);
  }

  float* scratch = reinterpret_cast<float*>(args.scratch);
  SlotPool slots(plan.slot_floats ? scratch + plan.packed_floats : nullptr, plan.slot_floats);
  if (plan.source == GemmB::kPacked && (plan.vector || plan.panels == kernels::PanelType::kF32))
    return RunPacked(plan, args, args.packed_b, slots, parallel);
  if (!plan.pack_first) return RunPackingInside(plan, args, slots, parallel);
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr);
  const bool packed =
      parallel(CeilDiv(plan.n, nr), GrainFor(static_cast<double>(plan.k * nr)), [&](int64_t begin, int64_t end) {
        PackBlock(plan, args, scratch + begin * nr * plan.k, 0, plan.k, begin * nr, std::min(plan.n, end * nr));
      });
  return packed && RunPacked(plan, args, scratch, slots, parallel);
}

kernels::PanelType PanelTypeOf(ElementType type) {
  if (type == ElementType::kFloat16) return kernels::PanelType::kF16;
  return type == ElementType::kBfloat16 ? kernels::PanelType::kBf16 : kernels::PanelType::kF32;
}

int64_t PanelBytes(kernels::PanelType type) { return type == kernels::PanelType::kF32 ? 4 : 2; }

uint64_t GemmWeightFormat(bool transposed, kernels::PanelType type) {
  const auto tile = kernels::GemmTile();
  const uint64_t tag = uint64_t{'G'} << 24 | uint64_t{'M'} << 16 | uint64_t{'M'} << 8 | uint64_t{'B'};
  return tag << 32 | static_cast<uint64_t>(kernels::CurrentTarget()) << 24 | uint64_t{tile.nr} << 8 |
         static_cast<uint64_t>(type) << 1 | (transposed ? 1 : 0);
}

kernels::PanelType PanelTypeOfFormat(uint64_t format) { return static_cast<kernels::PanelType>(format >> 1 & 3); }

Result<int64_t> PackedGemmBytes(int64_t count, int64_t k, int64_t n, kernels::PanelType type) {
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr);
  if (n > INT64_MAX - nr) return InvalidArgument("a matrix with ", n, " columns is too large");
  const int64_t dims[] = {count, k, AlignUp(n, nr), PanelBytes(type)};
  return CheckedProduct(dims);
}

namespace {

// Rows of a matrix with `depth` of them, from row k0 on.
bool PackAny(void* dst, const void* src, int64_t row_stride, int64_t col_stride, int64_t depth, int64_t n, int64_t k0,
             int64_t rows, ParallelFor parallel, kernels::PanelType type) {
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), bytes = PanelBytes(type);
  std::byte* to = static_cast<std::byte*>(dst) + k0 * nr * bytes;
  const std::byte* from = static_cast<const std::byte*>(src);
  return parallel(CeilDiv(n, nr), GrainFor(static_cast<double>(rows * nr)), [&](int64_t begin, int64_t end) {
    const int64_t j = begin * nr;
    kernels::PackPanels(to + j * depth * bytes, static_cast<size_t>(depth * nr), from + j * col_stride * bytes,
                        row_stride, col_stride, static_cast<size_t>(rows),
                        static_cast<size_t>(std::min(n, end * nr) - j), static_cast<size_t>(bytes));
  });
}

}  // namespace

bool PackGemmB(void* dst, const void* src, int64_t row_stride, int64_t col_stride, int64_t k, int64_t n,
               ParallelFor parallel, kernels::PanelType type) {
  return PackAny(dst, src, row_stride, col_stride, k, n, 0, k, parallel, type);
}

bool PackGemmRows(void* dst, const void* src, int64_t row_stride, int64_t k, int64_t n, int64_t k0, int64_t k1,
                  ParallelFor parallel, kernels::PanelType type) {
  return PackAny(dst, src, row_stride, 1, k, n, k0, k1 - k0, parallel, type);
}

}  // namespace kante::core
