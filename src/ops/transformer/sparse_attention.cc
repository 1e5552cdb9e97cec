// SPDX-License-Identifier: MIT
// SparseAttention of com.microsoft: a decoder's attention that sees blocks of keys by a layout of its head.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/checked.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/transformer/heads.h"

namespace kante::core {
namespace {

// Which blocks of keys the queries of a block see: lists of columns in CSR form, one set of lists for each layout.
struct BlockLayouts {
  const int32_t* rows = nullptr;
  const int32_t* columns = nullptr;
  int64_t layouts = 0, row_step = 0, column_step = 0, block = 0;

  Status Check(int64_t blocks) const {
    for (int64_t l = 0; l < layouts; ++l) {
      const int32_t* r = rows + l * row_step;
      for (int64_t i = 0; i < blocks; ++i) {
        if (r[i] < 0 || r[i] > r[i + 1] || r[i + 1] > column_step) {
          return InvalidArgument("block_row_indices of layout ", l, " hold ", r[i], ", ", r[i + 1], " for ",
                                 column_step, " columns");
        }
      }
    }
    return OkStatus();
  }

  // Sets the scores of keys [first, last) that the query at `place` does not see to -inf.
  void Hide(int64_t head, int64_t place, int64_t first, int64_t last, float* score) const {
    const int64_t l = head % layouts;
    const int32_t* r = rows + l * row_step + place / block;
    const int32_t *begin = columns + l * column_step + r[0], *end = columns + l * column_step + r[1];
    for (int64_t k = first; k < last;) {
      const int64_t b = k / block, stop = std::min(last, (b + 1) * block);
      if (std::find(begin, end, b) == end) {
        std::fill(score + (k - first), score + (stop - first), -std::numeric_limits<float>::infinity());
      }
      k = stop;
    }
  }
};

struct SparseAttention {
  enum Inputs { kQ, kK, kV, kPastK, kPastV, kRows, kColumns, kTotal, kLengths, kCos, kSin };
  enum Outputs { kY, kPresentK, kPresentV };
  static constexpr OpInfo kInfo{.name = "SparseAttention",
                                .domain = "com.microsoft",
                                .min_inputs = 9,
                                .max_inputs = 11,
                                .max_outputs = 3,
                                .types = kFloats,
                                .same_type = 0b110'0001'1111,
                                .numerics = kComputesInSingle};
  int64_t heads = 0, kv_heads = 0, block = 0;
  float scale = 0;
  bool rotary = false, interleaved = false;

  static Result<SparseAttention> Parse(AttrReader& a) {
    SparseAttention op{a.Int("num_heads"),  a.Int("kv_num_heads"),      a.Int("sparse_block_size"),
                       a.Float("scale", 0), a.Bool("do_rotary", false), a.Bool("rotary_interleaved", false)};
    if (op.heads < 1 || op.kv_heads < 1 || op.heads % op.kv_heads != 0) {
      a.Fail(StrCat(op.heads, " query heads cannot share ", op.kv_heads, " heads of keys"));
    }
    if (op.block < 1 || op.block > (1 << 20)) a.Fail(StrCat("sparse_block_size ", op.block, " is not sensible"));
    if (op.rotary && !(a.has_input(kCos) && a.has_input(kSin))) a.Fail("do_rotary needs cos_cache and sin_cache");
    if (a.has_input(kK) != a.has_input(kV)) a.Fail("key and value go together");
    return op;
  }

  struct Sizes {
    int64_t batch = 0, rows = 0, size = 0, room = 0, blocks = 0;
    bool packed = false;
  };

  template <typename ShapeOf>
  Result<Sizes> Resolve(const ShapeOf& shape) const {
    const auto refuse = [&](int i) {
      return InvalidArgument("input ", i, " ", shape(i)->ToString(), " does not suit ", heads, " and ", kv_heads,
                             " heads");
    };
    const Shape &q = *shape(kQ), &old = *shape(kPastK);
    Sizes s;
    s.packed = shape(kK) == nullptr;
    const int64_t parts = s.packed ? heads + 2 * kv_heads : heads;
    if (q.rank() != 3 || q[2] % parts != 0) return refuse(kQ);
    s.batch = q[0];
    s.rows = q[1];
    s.size = q[2] / parts;
    for (int i : {kK, kV}) {
      if (!s.packed && !(*shape(i) == Shape{s.batch, s.rows, kv_heads * s.size})) return refuse(i);
    }
    s.room = old.rank() == 4 ? old[2] : 0;
    for (int i : {kPastK, kPastV}) {
      if (!(*shape(i) == Shape{s.batch, kv_heads, s.room, s.size})) return refuse(i);
    }
    const Shape &rows = *shape(kRows), &columns = *shape(kColumns);
    if (rows.rank() != 2 || rows[0] < 1 || heads % rows[0] != 0 || rows[1] < 1) return refuse(kRows);
    if (columns.rank() != 2 || columns[0] != rows[0]) return refuse(kColumns);
    s.blocks = rows[1] - 1;
    if (shape(kTotal)->elements() != 1) return refuse(kTotal);
    if (!(*shape(kLengths) == Shape{s.batch})) return refuse(kLengths);
    if (rotary) {
      const Shape& cosine = *shape(kCos);
      if (cosine.rank() != 2 || 2 * cosine[1] > s.size) return refuse(kCos);
      if (!(*shape(kSin) == cosine)) return refuse(kSin);
    }
    return s;
  }

  Status Infer(InferContext& c) const {
    for (int i = kY; i <= kPresentV; ++i) {
      if (c.wants_output(i)) c.SetType(i, c.type(kQ));
    }
    for (int i = kRows; i <= kLengths; ++i) KANTE_TRY(c.RequireType(i, {ElementType::kInt32}));
    std::array<Shape, 11> shapes;
    for (int i = 0; i < c.input_count(); ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(shapes[static_cast<size_t>(i)], c.shape(i));
      }
    }
    KANTE_TRY(const Sizes s,
              Resolve([&](int i) { return c.has_input(i) ? &shapes[static_cast<size_t>(i)] : nullptr; }));
    for (int i : {kPresentK, kPresentV}) {
      if (c.wants_output(i)) KANTE_TRY(c.SetShape(i, shapes[kPastK]));
    }
    return c.SetShape(kY, Shape{s.batch, s.rows, heads * s.size});
  }

  // The place of the first query of each sequence. In a prompt padding follows its tokens.
  Result<std::vector<int64_t>> Past(RunContext& c, const Sizes& s, std::vector<int64_t>& lengths) const {
    const int64_t total = c.in(kTotal).data<int32_t>()[0];
    if (total < s.rows || total > s.room || CeilDiv(total, block) > s.blocks) {
      return InvalidArgument("total_sequence_length ", total, " does not suit ", s.rows, " queries, a cache of ",
                             s.room, " and ", s.blocks, " blocks of ", block);
    }
    std::vector<int64_t> past;
    for (int64_t b = 0; b < s.batch; ++b) {
      const int64_t length = c.in(kLengths).data<int32_t>()[b];
      const int64_t before = total == s.rows ? 0 : length - s.rows;
      if (length < 0 || length > total || before < 0) {
        return InvalidArgument("key_total_sequence_lengths holds ", length, " where ", total, " is the longest");
      }
      lengths.push_back(length);
      past.push_back(before);
    }
    return past;
  }

  // The cache `old` with the fresh rows at their places.
  Result<Heads> Join(RunContext& c, const Sizes& s, const Heads& fresh, int old, float* to,
                     const std::vector<int64_t>& past) const {
    KANTE_TRY(const float* from, ReadAs<float>(c, c.in(old)));
    if (!to) {
      KANTE_TRY(const MutableHeads made, NewHeads(c, {s.batch, kv_heads, s.room, s.size}));
      to = made.data;
    }
    const int64_t head = s.room * s.size;
    KANTE_TRY(c.Parallel(s.batch * kv_heads, 0.3 * static_cast<double>(head), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t b = i / kv_heads, first = past[static_cast<size_t>(b)];
        std::copy_n(from + i * head, head, to + i * head);
        for (int64_t r = 0; r < s.rows; ++r) {
          std::copy_n(fresh.at(b, i % kv_heads, r), s.size, to + i * head + (first + r) * s.size);
        }
      }
    }));
    return Heads::HeadsFirst(to, kv_heads, s.room, s.size);
  }

  Status Rotate(RunContext& c, const Sizes& s, const std::vector<int64_t>& past, Heads& q, Heads& k) const {
    const int64_t limit = c.in(kCos).dim(0);
    std::vector<int64_t> places;
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t i = 0; i < s.rows; ++i) {
        places.push_back(past[static_cast<size_t>(b)] + i);
        if (places.back() >= limit) {
          return InvalidArgument("position ", places.back(), " is outside the caches of ", limit, " rows");
        }
      }
    }
    Rotation r{.half = c.in(kCos).dim(1), .interleaved = interleaved, .places = places.data()};
    KANTE_TRY(r.cosine, ReadAs<float>(c, c.in(kCos)));
    KANTE_TRY(r.sine, ReadAs<float>(c, c.in(kSin)));
    KANTE_TRY(q, Rotated(c, q, {s.batch, heads, s.rows, s.size}, r));
    KANTE_TRY(k, Rotated(c, k, {s.batch, kv_heads, s.rows, s.size}, r));
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const Sizes s, Resolve([&](int i) { return c.has_input(i) ? &c.in(i).shape() : nullptr; }));
    std::vector<int64_t> lengths;
    KANTE_TRY(const std::vector<int64_t> past, Past(c, s, lengths));
    const BlockLayouts layouts{.rows = c.in(kRows).data<int32_t>(),
                               .columns = c.in(kColumns).data<int32_t>(),
                               .layouts = c.in(kRows).dim(0),
                               .row_step = s.blocks + 1,
                               .column_step = c.in(kColumns).dim(1),
                               .block = block};
    KANTE_TRY(layouts.Check(s.blocks));
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    const int64_t width = (s.packed ? heads + 2 * kv_heads : heads) * s.size;
    AttentionArgs args{.batch = s.batch, .heads = heads, .kv_heads = kv_heads, .rows = s.rows};
    args.keys = c.in(kTotal).data<int32_t>()[0];
    args.size = args.v_size = s.size;
    args.q = {q, s.rows * width, s.size, width};
    Heads k = args.q, v = args.q;
    if (s.packed) {
      k.data += heads * s.size;
      v.data += (heads + kv_heads) * s.size;
    } else {
      KANTE_TRY(const float* keys, ReadAs<float>(c, c.in(kK)));
      KANTE_TRY(const float* values, ReadAs<float>(c, c.in(kV)));
      k = Heads::RowsFirst(keys, kv_heads, s.rows, s.size);
      v = Heads::RowsFirst(values, kv_heads, s.rows, s.size);
    }
    if (rotary) KANTE_TRY(Rotate(c, s, past, args.q, k));
    std::array<FloatTarget, 3> outs;
    for (int i = kY; i <= kPresentV; ++i) {
      if (!c.wants_output(i)) continue;
      KANTE_TRY(Tensor * t, c.Output(i));
      KANTE_TRY(outs[static_cast<size_t>(i)], FloatTarget::Open(c, t));
    }
    KANTE_TRY(args.k, Join(c, s, k, kPastK, outs[kPresentK].data, past));
    KANTE_TRY(args.v, Join(c, s, v, kPastV, outs[kPresentV].data, past));
    args.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.lengths = lengths.data();
    args.first_places = past.data();
    args.causal = true;
    const auto hide = [&](int64_t b, int64_t h, int64_t i, int64_t first, int64_t last, float* score) {
      layouts.Hide(h, past[static_cast<size_t>(b)] + i, first, last, score);
    };
    const AttentionArgs::Filter filter(hide);
    args.filter = &filter;
    args.y = MutableHeads::RowsFirst(outs[kY].data, heads, s.rows, s.size);
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    for (const FloatTarget& out : outs) out.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(SparseAttention)

}  // namespace kante::core
