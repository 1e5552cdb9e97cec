// SPDX-License-Identifier: MIT
// GroupQueryAttention of com.microsoft: the decoder's attention with a cache, rotary embedding and padded batches.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/transformer/heads.h"

namespace kante::core {
namespace {

struct GroupQueryAttention {
  enum Inputs {
    kQ,
    kK,
    kV,
    kPastK,
    kPastV,
    kLengths,
    kTotal,
    kCos,
    kSin,
    kPlaces,
    kBias,
    kSink,
    kScaleK,
    kScaleV,
    kNormQ,
    kNormK,
    kQueryLengths
  };
  enum Outputs { kY, kPresentK, kPresentV, kScores };
  static constexpr OpInfo kInfo{.name = "GroupQueryAttention",
                                .domain = "com.microsoft",
                                .min_inputs = 7,
                                .max_inputs = 17,
                                .max_outputs = 4,
                                .types = kFloats,
                                .same_type = 0b1100'1101'1001'1111,
                                .shape_inputs = 1u << kTotal,
                                .numerics = kComputesInSingle};
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t window = -1;
  int64_t scores = 0;
  float scale = 0, softcap = 0, q_epsilon = 0, k_epsilon = 0;
  bool rotary = false, interleaved = false, smooth = false, causal = true;

  static Result<GroupQueryAttention> Parse(AttrReader& a) {
    GroupQueryAttention op;
    op.heads = a.Int("num_heads");
    op.kv_heads = a.Int("kv_num_heads");
    op.window = a.Int("local_window_size", -1);
    op.scores = a.Int("qk_output", 0);
    op.scale = a.Float("scale", 0);
    op.softcap = a.Float("softcap", 0);
    const float epsilon = a.Float("qk_norm_epsilon", 1e-6f);
    op.q_epsilon = a.Float("q_norm_epsilon", epsilon);
    op.k_epsilon = a.Float("k_norm_epsilon", epsilon);
    op.rotary = a.Bool("do_rotary", false);
    op.interleaved = a.Bool("rotary_interleaved", false);
    op.smooth = a.Int("smooth_softmax", 0) == 1;
    op.causal = a.Bool("causal", true);
    a.Ignore("kv_cache_bit_width");  // only of quantized caches
    for (const char* name : {"k_quant_type", "v_quant_type"}) {
      const std::string type = a.String(name, "NONE");
      if (type != "NONE") a.Fail(StrCat(name, " ", type, " is not supported"));
    }
    if (a.has_input(kScaleK) || a.has_input(kScaleV)) a.Fail("quantized caches are not supported");
    if (a.Int("sliding_window_cache", 0) != 0) a.Fail("sliding_window_cache is not supported");
    if (op.heads < 1 || op.kv_heads < 1 || op.heads % op.kv_heads != 0) {
      a.Fail(StrCat(op.heads, " query heads cannot share ", op.kv_heads, " heads of keys"));
    }
    if (op.scores < 0 || op.scores > 2) a.Fail(StrCat("qk_output ", op.scores, " is not known"));
    if (op.rotary && !(a.has_input(kCos) && a.has_input(kSin))) a.Fail("do_rotary needs cos_cache and sin_cache");
    if (a.has_input(kNormQ) != a.has_input(kNormK)) a.Fail("q_norm_weight and k_norm_weight go together");
    if (!op.causal && op.window >= 0) a.Fail("local_window_size needs causal attention");
    return op;
  }

  struct Sizes {
    int64_t batch = 0, rows = 0, size = 0, past_room = 0, total = 0, room = 0, half = 0;
    bool packed = false;
  };

  template <typename ShapeOf>
  Result<Sizes> Resolve(const ShapeOf& shape, int64_t total) const {
    const Shape *q = shape(kQ), *k = shape(kK), *v = shape(kV), *old = shape(kPastK), *old_v = shape(kPastV);
    const auto refuse = [&](int i) {
      return InvalidArgument("input ", i, " ", shape(i)->ToString(), " does not suit ", heads, " and ", kv_heads,
                             " heads");
    };
    Sizes s;
    s.packed = k == nullptr;
    const int64_t parts = s.packed ? heads + 2 * kv_heads : heads;
    if (q->rank() != 3 || (*q)[2] % parts != 0 || (k == nullptr) != (v == nullptr)) return refuse(kQ);
    s.batch = (*q)[0];
    s.rows = (*q)[1];
    s.size = (*q)[2] / parts;
    if (k && !(*k == Shape{s.batch, s.rows, kv_heads * s.size})) return refuse(kK);
    if (v && !(*v == Shape{s.batch, s.rows, kv_heads * s.size})) return refuse(kV);
    if ((old == nullptr) != (old_v == nullptr)) return InvalidArgument("past_key and past_value go together");
    if (old) {
      s.past_room = old->rank() == 4 ? (*old)[2] : 0;
      if (!(*old == Shape{s.batch, kv_heads, s.past_room, s.size})) return refuse(kPastK);
      if (!(*old_v == *old)) return refuse(kPastV);
    }
    if (total < 1 && s.rows > 0) return InvalidArgument("total_sequence_length ", total, " must be positive");
    s.total = total;
    s.room = std::max(total, s.past_room);
    if (shape(kLengths)->elements() != s.batch) return refuse(kLengths);
    if (rotary) {
      const Shape *cosine = shape(kCos), *sine = shape(kSin);
      s.half = cosine->rank() == 2 ? (*cosine)[1] : 0;
      if (cosine->rank() != 2 || 2 * s.half > s.size) return refuse(kCos);
      if (!(*sine == *cosine)) return refuse(kSin);
    }
    if (const Shape* p = shape(kPlaces); p && !(*p == Shape{s.batch, s.rows})) return refuse(kPlaces);
    if (const Shape* sink = shape(kSink); sink && !(*sink == Shape{heads})) return refuse(kSink);
    for (int i : {kNormQ, kNormK}) {
      if (const Shape* w = shape(i); w && !(*w == Shape{s.size})) return refuse(i);
    }
    if (const Shape* n = shape(kQueryLengths); n && !(*n == Shape{s.batch})) return refuse(kQueryLengths);
    if (const Shape* bias = shape(kBias)) {
      KANTE_TRY(BiasMask(*bias, s.batch, heads, s.rows, s.total).TakeStatus());
    }
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(kY, c.type(kQ));
    for (int i = kPresentK; i <= kScores; ++i) {
      if (c.wants_output(i)) c.SetType(i, c.type(kQ));
    }
    for (int i : {kLengths, kTotal, kQueryLengths}) KANTE_TRY(c.RequireType(i, {ElementType::kInt32}));
    KANTE_TRY(c.RequireType(kPlaces, {ElementType::kInt64}));
    if (c.wants_output(kScores) && scores == 0) return InvalidArgument("output_qk needs the attribute qk_output");
    std::array<Shape, 17> shapes;
    for (int i = 0; i < c.input_count() && i < 17; ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(shapes[static_cast<size_t>(i)], c.shape(i));
      }
    }
    KANTE_TRY(const std::vector<int64_t> total, c.ints(kTotal));
    if (total.size() != 1) return InvalidArgument("total_sequence_length must be one number");
    KANTE_TRY(const Sizes s,
              Resolve([&](int i) { return c.has_input(i) ? &shapes[static_cast<size_t>(i)] : nullptr; }, total[0]));
    const Shape cache{s.batch, kv_heads, s.room, s.size};
    if (c.wants_output(kPresentK)) KANTE_TRY(c.SetShape(kPresentK, cache));
    if (c.wants_output(kPresentV)) KANTE_TRY(c.SetShape(kPresentV, cache));
    if (c.wants_output(kScores)) KANTE_TRY(c.SetShape(kScores, Shape{s.batch, heads, s.rows, s.total}));
    return c.SetShape(kY, Shape{s.batch, s.rows, heads * s.size});
  }

  // Where the sequences of a batch stand.
  struct Steps {
    std::vector<int64_t> lengths, past, added, places;
  };
  Result<Steps> Place(RunContext& c, const Sizes& s) const {
    Steps t;
    const int32_t* lengths = c.in(kLengths).data<int32_t>();
    const int32_t* valid = c.has_input(kQueryLengths) ? c.in(kQueryLengths).data<int32_t>() : nullptr;
    for (int64_t b = 0; b < s.batch; ++b) {
      const int64_t length = int64_t{lengths[b]} + 1;
      if (length < 1 || length > s.total) {
        return InvalidArgument("seqlens_k holds ", lengths[b], ", outside [0, ", s.total - 1, "]");
      }
      const int64_t added = valid ? valid[b] : std::min(s.rows, length);
      if (added < 0 || added > std::min(s.rows, length)) return InvalidArgument("query_seqlens holds ", added);
      if (length - added > s.past_room) {
        return InvalidArgument("seqlens_k holds ", lengths[b], ": ", length - added, " past keys in a cache of ",
                               s.past_room);
      }
      t.lengths.push_back(length);
      t.added.push_back(added);
      t.past.push_back(length - added);
    }
    if (!rotary) return t;
    const int64_t* given = c.has_input(kPlaces) ? c.in(kPlaces).data<int64_t>() : nullptr;
    const bool prompt = s.rows == s.total && !valid;  // only the first place counts then
    const int64_t limit = c.in(kCos).dim(0);
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t i = 0; i < s.rows; ++i) {
        const bool padding = i >= t.added[static_cast<size_t>(b)];
        int64_t place = t.past[static_cast<size_t>(b)] + i;
        if (given) place = prompt ? given[0] + i : given[b * s.rows + i];
        if (padding && (place < 0 || place >= limit)) place = 0;
        if (place < 0 || place >= limit) {
          return InvalidArgument("position ", place, " is outside the caches of ", limit, " rows");
        }
        t.places.push_back(place);
      }
    }
    return t;
  }

  Status Run(RunContext& c) const {
    if (c.in(kTotal).elements() != 1) return InvalidArgument("total_sequence_length must be one number");
    KANTE_TRY(const Sizes s, Resolve([&](int i) { return c.has_input(i) ? &c.in(i).shape() : nullptr; },
                                     c.in(kTotal).data<int32_t>()[0]));
    KANTE_TRY(const Steps steps, Place(c, s));
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    const int64_t width = (s.packed ? heads + 2 * kv_heads : heads) * s.size;
    AttentionArgs args{.batch = s.batch, .heads = heads, .kv_heads = kv_heads, .rows = s.rows, .keys = s.total};
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
    const HeadSizes q_sizes{s.batch, heads, s.rows, s.size}, k_sizes{s.batch, kv_heads, s.rows, s.size};
    if (c.has_input(kNormQ)) {
      KANTE_TRY(const float* q_weight, ReadAs<float>(c, c.in(kNormQ)));
      KANTE_TRY(const float* k_weight, ReadAs<float>(c, c.in(kNormK)));
      KANTE_TRY(args.q, NormalizedRows(c, args.q, q_sizes, q_weight, q_epsilon));
      KANTE_TRY(k, NormalizedRows(c, k, k_sizes, k_weight, k_epsilon));
    }
    if (rotary) {
      Rotation r{.half = s.half, .interleaved = interleaved, .places = steps.places.data()};
      KANTE_TRY(r.cosine, ReadAs<float>(c, c.in(kCos)));
      KANTE_TRY(r.sine, ReadAs<float>(c, c.in(kSin)));
      KANTE_TRY(args.q, Rotated(c, args.q, q_sizes, r));
      KANTE_TRY(k, Rotated(c, k, k_sizes, r));
    }
    std::array<FloatTarget, 4> outs;
    for (int i = 0; i < 4; ++i) {
      if (!c.wants_output(i)) continue;
      KANTE_TRY(Tensor * t, c.Output(i));
      KANTE_TRY(outs[static_cast<size_t>(i)], FloatTarget::Open(c, t));
    }
    const auto join = [&](const Heads& fresh, int old, int out) -> Result<Heads> {
      CacheStep step{.sizes = {s.batch, kv_heads, s.room, s.size}, .fresh = fresh};
      step.past = steps.past.data();
      step.added = steps.added.data();
      if (c.has_input(old)) {
        KANTE_TRY(const float* rows, ReadAs<float>(c, c.in(old)));
        step.old = Heads::HeadsFirst(rows, kv_heads, s.past_room, s.size);
      }
      float* to = outs[static_cast<size_t>(out)].data;
      if (!to) {
        KANTE_TRY(const MutableHeads made, NewHeads(c, step.sizes));
        to = made.data;
      }
      KANTE_TRY(JoinCache(c, step, to));
      return Heads::HeadsFirst(to, kv_heads, s.room, s.size);
    };
    KANTE_TRY(args.k, join(k, kPastK, kPresentK));
    KANTE_TRY(args.v, join(v, kPastV, kPresentV));
    args.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.softcap = softcap;
    args.lengths = steps.lengths.data();
    args.first_places = steps.past.data();
    args.causal = causal;
    if (window > 0) args.left_window = window - 1;
    if (c.has_input(kBias)) {
      KANTE_TRY(args.masks[0], BiasMask(c.in(kBias).shape(), s.batch, heads, s.rows, s.total));
      KANTE_TRY(args.masks[0].add, ReadAs<float>(c, c.in(kBias)));
    }
    const std::vector<float> zeros(static_cast<size_t>(heads), 0.0f);
    if (c.has_input(kSink)) {
      KANTE_TRY(args.sinks, ReadAs<float>(c, c.in(kSink)));
    } else if (smooth) {
      args.sinks = zeros.data();
    }
    args.y = MutableHeads::RowsFirst(outs[kY].data, heads, s.rows, s.size);
    args.scores = outs[kScores].data;
    args.stage = scores == 2 ? ScoreStage::kProbability : ScoreStage::kMasked;
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    if (args.scores) MarkHidden(args.scores, s.batch * heads * s.rows * s.total, 0);
    for (const FloatTarget& out : outs) out.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(GroupQueryAttention)

}  // namespace kante::core
