// SPDX-License-Identifier: MIT
#include "compute/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/checked.h"
#include "compute/conv_slots.h"
#include "compute/gemm.h"
#include "kernels/gemm.h"
#include "kernels/norm.h"
#include "kernels/reduce.h"
#include "kernels/unary.h"

namespace kante::core {
namespace {

constexpr int64_t kBlockRows = 96;
constexpr int64_t kTileKeys = 512;
constexpr int64_t kFewRows = 16;           // up to which longer tiles pay
constexpr int64_t kTileFloats = 48 << 10;  // of scores, then: less than half of an L2 of 512 KB
constexpr int64_t kUnpackedRows = 4;       // up to which RunGemm takes strided keys as they lie
constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr auto kInline = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
  return true;
};

struct KeyRange {
  int64_t first = 0, last = 0;
};

// How the work is cut: by shape only.
struct Blocking {
  // A single query of each head: the heads that share keys are the rows of one product.
  bool fold = false;
  int64_t rows = 0;        // of a head or folded group
  int64_t block_rows = 0;  // of one item
  int64_t blocks = 0;      // items of a head or folded group
  int64_t items = 0;
  int64_t tile = 0;       // keys
  int64_t score_row = 0;  // floats from one row of scores to the next
  // Several items take the same keys: these are packed once, [batch, kv_heads] matrices of panels of `nr` keys, and
  // their values, tile by tile, each a packed matrix of rows of `value_row` floats.
  bool pack = false;
  int64_t nr = 1;
  int64_t panels = 0;
  int64_t packed_floats = 0;  // of one matrix
  int64_t value_row = 0;
  int64_t q_step = 0, y_step = 0;
  // Queries times the scale, which costs less than scaling scores.
  int64_t query_bytes = 0;
  int64_t tile_bytes = 0;   // scores of a tile
  int64_t mixed_bytes = 0;  // its weighted values, when there are several tiles and nothing is packed
  int64_t state_bytes = 0;  // maximum, sum and factor of each row
  int64_t gemm_bytes = 0;
  int64_t slot_bytes = 0;

  explicit Blocking(const AttentionArgs& a) {
    const int64_t group = a.heads / a.kv_heads;
    fold = a.rows == 1 && group > 1;
    rows = fold ? group : a.rows;
    blocks = CeilDiv(rows, kBlockRows);
    // Equal blocks, but for whole tiles of rows.
    const int64_t mr = static_cast<int64_t>(kernels::GemmTile().mr);
    block_rows = rows <= kBlockRows ? rows : std::min(kBlockRows, CeilDiv(CeilDiv(rows, blocks), mr) * mr);
    blocks = rows > 0 ? CeilDiv(rows, block_rows) : 0;
    items = a.batch * (fold ? a.kv_heads : a.heads) * blocks;
    q_step = fold ? a.q.head_stride : a.q.row_stride;
    y_step = fold ? a.y.head_stride : a.y.row_stride;
    if (items == 0) return;
    pack = !fold && block_rows > kUnpackedRows && blocks * group > 1 && a.size > 0 && a.keys > 0;
    if (pack) nr = static_cast<int64_t>(kernels::GemmTile().nr);
    panels = pack ? CeilDiv(a.keys, nr) : 0;
    packed_floats = panels * nr * a.size;
    tile =
        a.scores ? a.keys : std::min(a.keys, block_rows > kFewRows ? kTileKeys : AlignUp(kTileFloats / block_rows, 64));
    value_row = pack ? CeilDiv(a.v_size, nr) * nr : 0;
    score_row = pack ? static_cast<int64_t>(kernels::PackedALd(static_cast<size_t>(tile))) : tile;
    query_bytes = a.scale != 1 ? AlignUp(block_rows * a.size * 4, 64) : 0;
    if (query_bytes > 0) q_step = a.size;
    tile_bytes = AlignUp(block_rows * score_row * 4, 64);
    mixed_bytes = !pack && tile < a.keys ? AlignUp(block_rows * a.v_size * 4, 64) : 0;
    state_bytes = 3 * kBlockRows * 4;
    for (const int64_t m : {block_rows, block_rows > 0 ? rows % block_rows : 0}) {
      for (const int64_t n : {tile, tile > 0 ? a.keys % tile : 0}) {
        if (pack || m <= 0 || n <= 0) continue;
        gemm_bytes = std::max({gemm_bytes, Product(a, m, n).scratch_bytes, Mix(a, m, n).scratch_bytes});
      }
    }
    slot_bytes = query_bytes + tile_bytes + mixed_bytes + state_bytes + AlignUp(gemm_bytes, 64);
  }

  GemmPlan Product(const AttentionArgs& a, int64_t m, int64_t n) const {
    return PlanGemm(m, n, a.size, GemmB::kStrided, q_step);
  }
  GemmPlan Mix(const AttentionArgs& a, int64_t m, int64_t n) const {
    return PlanGemm(m, a.v_size, n, GemmB::kStrided, n);
  }
  int64_t tiles(const AttentionArgs& a) const { return CeilDiv(a.keys, tile); }
  int64_t packed_bytes(const AttentionArgs& a) const {
    return a.batch * a.kv_heads * (packed_floats + a.keys * value_row) * 4;
  }
};

// One item: a block of queries that share keys.
class Block {
 public:
  Block(const AttentionArgs& a, const Blocking& cut, int64_t item, const float* keys, const float* values,
        std::byte* scratch)
      : a_(a), cut_(cut), group_(a.heads / a.kv_heads), keys_(keys), values_(values) {
    const int64_t head = item / cut.blocks;
    row0_ = item % cut.blocks * cut.block_rows;
    m_ = std::min(cut.block_rows, cut.rows - row0_);
    const int64_t heads = cut.fold ? a.kv_heads : a.heads;
    b_ = head / heads;
    h_ = cut.fold ? head % heads * group_ : head % heads;
    q_rows_ = cut.fold ? a.q.head_stride : a.q.row_stride;
    const auto take = [&scratch](int64_t bytes) { return std::exchange(scratch, scratch + bytes); };
    scaled_ = reinterpret_cast<float*>(take(cut.query_bytes));
    scores_ = reinterpret_cast<float*>(take(cut.tile_bytes));
    mixed_ = reinterpret_cast<float*>(take(cut.mixed_bytes));
    state_ = reinterpret_cast<float*>(take(cut.state_bytes));
    gemm_ = scratch;
  }

  void Run() {
    KeyRange all = RangeOf(query(0));
    for (int64_t r = 0; r < m_; ++r) {
      const KeyRange one = RangeOf(query(r));
      if (one.first < one.last && all.first < all.last) {
        all = {std::min(all.first, one.first), std::max(all.last, one.last)};
      } else if (one.first < one.last) {
        all = one;
      }
      const float* sink = a_.sinks ? a_.sinks + head(r) : nullptr;
      top(r) = sink ? *sink : -kInfinity;
      sum(r) = sink ? 1.0f : 0.0f;
    }
    if (a_.scores) all = {0, a_.keys};
    queries_ = a_.q.at(b_, h_) + row0_ * q_rows_;
    if (cut_.query_bytes > 0) {
      for (int64_t r = 0; r < m_; ++r) {
        kernels::Unary(kernels::UnaryOp::kAffine, scaled_ + r * a_.size, queries_ + r * q_rows_,
                       static_cast<size_t>(a_.size), a_.scale, 0);
      }
      queries_ = scaled_;
    }
    float* y = a_.y.at(b_, h_) + row0_ * cut_.y_step;
    bool fresh = true;
    if (all.first < all.last) {
      for (int64_t t0 = all.first / cut_.tile * cut_.tile; t0 < all.last; t0 += cut_.tile) {
        Tile(t0, all, y, fresh);
        fresh = false;
      }
    }
    for (int64_t r = 0; r < m_; ++r) {
      float* row = y + r * cut_.y_step;
      if (fresh || (a_.row_rule == HiddenRows::kNumbersOrZero && !(sum(r) > 0))) {
        std::fill_n(row, a_.v_size, 0.0f);
      } else {
        Scale(row, sum(r) == 0 && a_.row_rule == HiddenRows::kZero ? 0 : 1 / sum(r), a_.v_size);
      }
    }
  }

 private:
  int64_t head(int64_t r) const { return cut_.fold ? h_ + row0_ + r : h_; }
  int64_t query(int64_t r) const { return cut_.fold ? 0 : row0_ + r; }
  float& top(int64_t r) { return state_[r]; }
  float& sum(int64_t r) { return state_[kBlockRows + r]; }
  float& factor(int64_t r) { return state_[2 * kBlockRows + r]; }

  static void Scale(float* x, float by, int64_t n) {
    kernels::Unary(kernels::UnaryOp::kAffine, x, x, static_cast<size_t>(n), by, 0);
  }

  // Keys that query i may see, masks apart.
  KeyRange RangeOf(int64_t i) const {
    const int64_t place = i + (a_.first_places ? a_.first_places[b_] : a_.first_place);
    KeyRange range{0, a_.lengths ? a_.lengths[b_] : a_.keys};
    if (a_.causal) range.last = std::min(range.last, place + 1);
    if (a_.right_window >= 0 && a_.right_window < a_.keys) {
      range.last = std::min(range.last, place + a_.right_window + 1);
    }
    if (a_.left_window >= 0) range.first = std::max<int64_t>(0, place - std::min(a_.left_window, a_.keys));
    range.last = std::max<int64_t>(range.last, 0);
    range.first = std::min(range.first, range.last);
    return range;
  }

  // Takes the part of a tile that some query of the block sees into the running softmax.
  void Tile(int64_t t0, const KeyRange& all, float* y, bool fresh) {
    int64_t k0 = std::max(t0, all.first / cut_.nr * cut_.nr), k1 = std::min(t0 + cut_.tile, all.last);
    if (cut_.pack) return PackedTile(t0, k0, k1, y, fresh);
    GemmPlan product = cut_.Product(a_, m_, k1 - k0), mix = cut_.Mix(a_, m_, k1 - k0);
    if (std::max(product.scratch_bytes, mix.scratch_bytes) > cut_.gemm_bytes) {
      k0 = t0;
      k1 = std::min(t0 + cut_.tile, a_.keys);
      product = cut_.Product(a_, m_, k1 - k0);
      mix = cut_.Mix(a_, m_, k1 - k0);
    }
    const int64_t n = k1 - k0, kv = h_ / group_;
    GemmArgs first{.a = queries_, .a_row_stride = cut_.q_step};
    first.b = a_.k.at(b_, kv, k0);
    first.b_row_stride = 1;
    first.b_col_stride = a_.k.row_stride;
    first.c = scores_;
    first.ldc = n;
    first.scratch = gemm_;
    RunGemm(product, first, kInline);
    for (int64_t r = 0; r < m_; ++r) Row(r, k0, k1, scores_ + r * n);
    GemmArgs second{.a = scores_, .a_row_stride = n};
    second.b = a_.v.at(b_, kv, k0);
    second.b_row_stride = a_.v.row_stride;
    second.c = fresh ? y : mixed_;
    second.ldc = fresh ? cut_.y_step : a_.v_size;
    second.scratch = gemm_;
    RunGemm(mix, second, kInline);
    if (fresh) return;
    for (int64_t r = 0; r < m_; ++r) {
      float* to = y + r * cut_.y_step;
      const float* more = mixed_ + r * a_.v_size;
      const float keep = factor(r);
      for (int64_t j = 0; j < a_.v_size; ++j) to[j] = to[j] * keep + more[j];
    }
  }

  // Keys [k0, k1) of the tile that begins at t0, onto what rows of y hold.
  void PackedTile(int64_t t0, int64_t k0, int64_t k1, float* y, bool fresh) {
    const int64_t head = b_ * a_.kv_heads + h_ / group_;
    kernels::GemmArgs first{.a = queries_, .lda = static_cast<size_t>(cut_.q_step)};
    first.b = keys_ + head * cut_.packed_floats + k0 * a_.size;
    first.b_panel_stride = static_cast<size_t>(a_.size * cut_.nr);
    first.c = scores_;
    first.ldc = static_cast<size_t>(cut_.score_row);
    first.m = static_cast<size_t>(m_);
    first.n = static_cast<size_t>(k1 - k0);
    first.k = static_cast<size_t>(a_.size);
    kernels::GemmBlock(first);
    for (int64_t r = 0; r < m_; ++r) {
      Row(r, k0, k1, scores_ + r * cut_.score_row);
      if (!fresh && factor(r) != 1) Scale(y + r * cut_.y_step, factor(r), a_.v_size);
    }
    kernels::GemmArgs second{.a = scores_, .lda = first.ldc};
    second.b = values_ + (head * a_.keys + t0) * cut_.value_row + (k0 - t0) * cut_.nr;
    second.b_panel_stride = static_cast<size_t>(std::min(cut_.tile, a_.keys - t0) * cut_.nr);
    second.c = y;
    second.ldc = static_cast<size_t>(cut_.y_step);
    second.m = first.m;
    second.n = static_cast<size_t>(a_.v_size);
    second.k = first.n;
    second.accumulate = !fresh;
    kernels::GemmBlock(second);
  }

  void Keep(ScoreStage stage, int64_t r, const float* x, int64_t n) const {
    if (!a_.scores || a_.stage != stage) return;
    std::copy_n(x, n, a_.scores + ((b_ * a_.heads + head(r)) * a_.rows + query(r)) * a_.keys);
  }

  void Apply(const AttentionMask& mask, int64_t base, int64_t k0, KeyRange seen, float* x) const {
    const int64_t step = mask.strides[3];
    if (seen.last > mask.keys) {
      std::fill(x + std::max(mask.keys, seen.first) - k0, x + seen.last - k0, -kInfinity);
      seen.last = std::max(mask.keys, seen.first);
    }
    if (mask.allowed) {
      for (int64_t j = seen.first; j < seen.last; ++j)
        x[j - k0] = mask.allowed[base + j * step] ? x[j - k0] : -kInfinity;
    } else if (a_.row_rule != HiddenRows::kZero) {
      float* to = x - k0;
      const float* add = mask.add + base;
      if (step == 1) {
        for (int64_t j = seen.first; j < seen.last; ++j) to[j] += add[j];
      } else {
        for (int64_t j = seen.first; j < seen.last; ++j) to[j] += add[j * step];
      }
    } else {
      for (int64_t j = seen.first; j < seen.last; ++j) {
        const float add = mask.add[base + j * step];
        x[j - k0] = add == -kInfinity ? add : x[j - k0] + add;
      }
    }
  }

  // Scores of keys [k0, k1) to exp(score - maximum so far); keeps maximum, sum and the factor for what came before.
  void Row(int64_t r, int64_t k0, int64_t k1, float* x) {
    const int64_t h = head(r), i = query(r), n = k1 - k0;
    const size_t count = static_cast<size_t>(n);
    Keep(ScoreStage::kProduct, r, x, n);
    if (a_.softcap > 0) {
      Scale(x, 1 / a_.softcap, n);
      kernels::Unary(kernels::UnaryOp::kTanh, x, x, count);
      Scale(x, a_.softcap, n);
    }
    Keep(ScoreStage::kSoftcap, r, x, n);
    KeyRange seen = RangeOf(i);
    seen.first = std::clamp(seen.first, k0, k1);
    seen.last = std::clamp(seen.last, seen.first, k1);
    std::fill(x, x + (seen.first - k0), -kInfinity);
    std::fill(x + (seen.last - k0), x + n, -kInfinity);
    for (const AttentionMask& mask : a_.masks) {
      const auto& s = mask.strides;
      if (!mask.empty()) Apply(mask, b_ * s[0] + h * s[1] + i * s[2], k0, seen, x);
    }
    if (a_.filter && seen.first < seen.last) (*a_.filter)(b_, h, i, seen.first, seen.last, x + (seen.first - k0));
    Keep(ScoreStage::kMasked, r, x, n);
    const float high = kernels::Reduce(kernels::ReduceOp::kMax, x, count);
    const float old = top(r), now = high <= old ? old : high;  // NaN stays
    if (now == -kInfinity) {
      std::fill_n(x, n, 0.0f);
      factor(r) = 1;
    } else {
      factor(r) = now == old ? 1 : std::exp(old - now);
      top(r) = now;
      sum(r) = sum(r) * factor(r) + kernels::ExpRow(x, x, now, count);
    }
    if (a_.scores && a_.stage == ScoreStage::kProbability) {  // there is one tile
      Scale(x, sum(r) == 0 ? 0 : 1 / sum(r), n);
      sum(r) = 1;
      Keep(ScoreStage::kProbability, r, x, n);
    }
  }

  const AttentionArgs& a_;
  const Blocking& cut_;
  int64_t group_;
  const float* keys_;  // packed
  const float* values_;
  int64_t b_ = 0, h_ = 0, row0_ = 0, m_ = 0;
  int64_t q_rows_;  // between the queries of the block
  const float* queries_ = nullptr;
  float* scaled_;
  float* scores_;
  float* mixed_;
  float* state_;
  std::byte* gemm_;
};

bool PackKeys(const AttentionArgs& a, const Blocking& cut, float* to, ParallelFor parallel) {
  constexpr int64_t kGrainFloats = 16 << 10;
  const int64_t grain = std::max<int64_t>(1, kGrainFloats / (cut.nr * a.size));
  return parallel(a.batch * a.kv_heads * cut.panels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t head = i / cut.panels, first = i % cut.panels * cut.nr;
      kernels::PackB(to + head * cut.packed_floats, a.k.at(head / a.kv_heads, head % a.kv_heads), 1, a.k.row_stride,
                     static_cast<size_t>(a.size), static_cast<size_t>(first),
                     static_cast<size_t>(std::min(a.keys, first + cut.nr)));
    }
  });
}

bool PackValues(const AttentionArgs& a, const Blocking& cut, float* to, ParallelFor parallel) {
  const int64_t tiles = cut.tiles(a);
  return parallel(a.batch * a.kv_heads * tiles, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t head = i / tiles, first = i % tiles * cut.tile;
      kernels::PackB(to + (head * a.keys + first) * cut.value_row, a.v.at(head / a.kv_heads, head % a.kv_heads, first),
                     a.v.row_stride, 1, static_cast<size_t>(std::min(cut.tile, a.keys - first)), 0,
                     static_cast<size_t>(a.v_size));
    }
  });
}

}  // namespace

int64_t AttentionScratchBytes(const AttentionArgs& args) {
  const Blocking cut(args);
  return cut.slot_bytes * ScratchSlots::CountFor(cut.items) + cut.packed_bytes(args);
}

bool RunAttention(const AttentionArgs& args, std::byte* scratch, ParallelFor parallel) {
  const Blocking cut(args);
  if (cut.items == 0) return true;
  float* keys = reinterpret_cast<float*>(scratch + cut.slot_bytes * ScratchSlots::CountFor(cut.items));
  float* values = keys + args.batch * args.kv_heads * cut.packed_floats;
  if (cut.pack && !(PackKeys(args, cut, keys, parallel) && PackValues(args, cut, values, parallel))) return false;
  ScratchSlots slots(reinterpret_cast<float*>(scratch), cut.slot_bytes / 4);
  return slots.Run(cut.items, parallel, [&](int64_t begin, int64_t end, float* memory) {
    for (int64_t i = begin; i < end; ++i) Block(args, cut, i, keys, values, reinterpret_cast<std::byte*>(memory)).Run();
  });
}

}  // namespace kante::core
