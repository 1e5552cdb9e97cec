// SPDX-License-Identifier: MIT
// GroupQueryAttention of com.microsoft: the decoder's attention with a cache, rotary embedding and padded batches.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/checked.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/transformer/coded_cache.h"
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
                                .same_type = 0b1100'1101'1000'0111,
                                .shape_inputs = 1u << kTotal,
                                .numerics = kComputesInSingle};
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t window = -1;
  int64_t scores = 0;
  float scale = 0, softcap = 0, q_epsilon = 0, k_epsilon = 0;
  bool rotary = false, interleaved = false, smooth = false, causal = true;
  bool coded = false, four_bits = false;  // the caches
  std::array<bool, 2> by_channel{};
  bool sliding = false;

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
    op.sliding = a.Bool("sliding_window_cache", false);
    op.ParseCodes(a);
    if (op.sliding && op.window < 1) a.Fail("sliding_window_cache needs a positive local_window_size");
    if (op.sliding && !a.has_input(kPastK)) a.Fail("sliding_window_cache needs past_key and past_value");
    if (op.heads < 1 || op.kv_heads < 1 || op.heads % op.kv_heads != 0) {
      a.Fail(StrCat(op.heads, " query heads cannot share ", op.kv_heads, " heads of keys"));
    }
    if (op.scores < 0 || op.scores > 2) a.Fail(StrCat("qk_output ", op.scores, " is not known"));
    if (op.rotary && !(a.has_input(kCos) && a.has_input(kSin))) a.Fail("do_rotary needs cos_cache and sin_cache");
    if (a.has_input(kNormQ) != a.has_input(kNormK)) a.Fail("q_norm_weight and k_norm_weight go together");
    if (!op.causal && op.window >= 0) a.Fail("local_window_size needs causal attention");
    return op;
  }

  void ParseCodes(AttrReader& a) {
    const int64_t bits = a.Int("kv_cache_bit_width", 0);
    std::array<bool, 2> codes{};
    for (size_t i = 0; i < 2; ++i) {
      const char* name = i == 0 ? "k_quant_type" : "v_quant_type";
      const std::string type = a.String(name, "NONE");
      codes[i] = type != "NONE";
      by_channel[i] = type == "PER_CHANNEL";
      if (codes[i] && !by_channel[i] && type != "PER_TENSOR") a.Fail(StrCat(name, " ", type, " is not known"));
      if (codes[i] != a.has_input(i == 0 ? kScaleK : kScaleV)) {
        a.Fail(StrCat(name, " ", type, codes[i] ? " needs " : " has no use for ", i == 0 ? "k_scale" : "v_scale"));
      }
    }
    if (codes[0] != codes[1]) a.Fail("k_quant_type and v_quant_type: both caches hold codes or none does");
    coded = codes[0];
    four_bits = bits == 4;
    if (coded && bits != 0 && bits != 4 && bits != 8) a.Fail(StrCat("kv_cache_bit_width ", bits, " is not 4 or 8"));
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
      const int64_t width = coded && four_bits ? (s.size + 1) / 2 : s.size;
      if (!(*old == Shape{s.batch, kv_heads, s.past_room, width})) return refuse(kPastK);
      if (!(*old_v == *old)) return refuse(kPastV);
    }
    if (total < 1 && s.rows > 0) return InvalidArgument("total_sequence_length ", total, " must be positive");
    s.total = total;
    s.room = sliding ? s.past_room : std::max(total, s.past_room);
    if (sliding && s.past_room < window) {
      return InvalidArgument("a cache of ", s.past_room, " rows is smaller than local_window_size ", window);
    }
    for (int i : {kScaleK, kScaleV}) {
      const int64_t scales = by_channel[i == kScaleV] ? kv_heads * s.size : 1;
      if (const Shape* scale = shape(i); scale && scale->elements() != scales) {
        return InvalidArgument("input ", i, " ", scale->ToString(), " must hold ", scales, " scales");
      }
    }
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
    const ElementType codes = c.has_input(kPastK) ? c.type(kPastK)
                              : four_bits         ? ElementType::kUint8
                                                  : ElementType::kInt8;
    const ElementType cache = coded ? codes : c.type(kQ);
    for (int i = kY; i <= kScores; ++i) {
      if (c.wants_output(i)) c.SetType(i, i == kPresentK || i == kPresentV ? cache : c.type(kQ));
    }
    const TypeSet bytes =
        four_bits ? TypeSet{ElementType::kUint8} : TypeSet{ElementType::kInt8, ElementType::kFloat8E4M3FN};
    for (int i : {kPastK, kPastV}) {
      KANTE_TRY(c.RequireType(i, coded ? bytes : kFloats));
      if (c.has_input(i) && c.type(i) != cache && c.type(i) != ElementType::kUndefined) {
        return InvalidArgument("input ", i, " must be ", NameOf(cache), ", not ", NameOf(c.type(i)));
      }
    }
    for (int i : {kScaleK, kScaleV}) KANTE_TRY(c.RequireType(i, kFloat32Only));
    if (sliding && c.wants_output(kScores)) {
      return NotImplemented("output_qk is not defined for keys that sliding_window_cache has dropped: leave one out");
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
    const Shape present{s.batch, kv_heads, s.room, coded ? CacheCode::RowBytes(cache, s.size) : s.size};
    if (c.wants_output(kPresentK)) KANTE_TRY(c.SetShape(kPresentK, present));
    if (c.wants_output(kPresentV)) KANTE_TRY(c.SetShape(kPresentV, present));
    if (c.wants_output(kScores)) KANTE_TRY(c.SetShape(kScores, Shape{s.batch, heads, s.rows, s.total}));
    return c.SetShape(kY, Shape{s.batch, s.rows, heads * s.size});
  }

  // Rows that a sliding cache of `room` rows holds after `total` tokens: it drops room - window + 1 at a time.
  int64_t Resident(int64_t total, int64_t room) const {
    if (!sliding || total <= room) return total;
    const int64_t step = room - window + 1;
    return total - step * CeilDiv(total - room, step);
  }

  // Where the sequences of a batch stand.
  struct Steps {
    std::vector<int64_t> past, added, places;
    // Rows of the old cache, rows that this step sees, and the last of those, which the new cache keeps.
    std::vector<int64_t> old, seen, kept, dropped;
    int64_t room = 0;  // for the rows that this step sees
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
      const int64_t old = Resident(length - added, s.past_room);
      if (old > s.past_room) {
        return InvalidArgument("seqlens_k holds ", lengths[b], ": ", length - added, " past keys in a cache of ",
                               s.past_room);
      }
      t.past.push_back(length - added);
      t.added.push_back(added);
      t.old.push_back(old);
      t.seen.push_back(old + added);
      t.kept.push_back(Resident(length, s.past_room));
      t.dropped.push_back(t.seen.back() - t.kept.back());
      t.room = std::max(t.room, t.seen.back());
    }
    if (!sliding) t.room = s.room;
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

  // Writes the rows that this step sees and from them the new cache (`present`; null: nobody wants it), rows of
  // `width`.
  template <typename T>
  Result<const T*> Join(RunContext& c, const Sizes& s, const Steps& t, const T* old, const BasicHeads<const T>& fresh,
                        int64_t width, T* present) const {
    BasicCacheStep<T> step{.sizes = {s.batch, kv_heads, t.room, width}, .fresh = fresh};
    step.past = t.old.data();
    step.added = t.added.data();
    if (old) step.old = BasicHeads<const T>::HeadsFirst(old, kv_heads, s.past_room, width);
    T* to = sliding ? nullptr : present;
    if (!to) {
      const int64_t dims[] = {s.batch, kv_heads, t.room, width, int64_t{sizeof(T)}};
      KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
      KANTE_TRY(std::byte * memory, c.Scratch(bytes));
      to = reinterpret_cast<T*>(memory);
    }
    KANTE_TRY(JoinCache(c, step, to));
    if (!sliding || !present) return to;
    const std::vector<int64_t> none(t.kept.size(), 0);
    BasicCacheStep<T> last{.sizes = {s.batch, kv_heads, s.room, width}};
    last.old = BasicHeads<const T>::HeadsFirst(to, kv_heads, t.room, width);
    last.first = t.dropped.data();
    last.past = t.kept.data();
    last.added = none.data();
    KANTE_TRY(JoinCache(c, last, present));
    return to;
  }

  // Keys (`values` false) or values as this step sees them.
  Result<Heads> JoinHeads(RunContext& c, const Sizes& s, const Steps& t, const Heads& fresh, bool values,
                          float* present) const {
    const int old = values ? kPastV : kPastK, out = values ? kPresentV : kPresentK;
    if (!coded) {
      const float* rows = nullptr;
      if (c.has_input(old)) {
        KANTE_TRY(rows, ReadAs<float>(c, c.in(old)));
      }
      KANTE_TRY(const float* joined, Join(c, s, t, rows, fresh, s.size, present));
      return Heads::HeadsFirst(joined, kv_heads, t.room, s.size);
    }
    CacheCode code{.type = four_bits ? ElementType::kUint8 : ElementType::kInt8, .size = s.size};
    if (c.has_input(old)) code.type = c.in(old).type();
    code.scale = c.in(values ? kScaleV : kScaleK).data<float>();
    code.by_channel = by_channel[values];
    KANTE_TRY(const std::byte* codes, EncodeRows(c, code, fresh, {s.batch, kv_heads, s.rows, s.size}));
    std::byte* to = nullptr;
    if (c.wants_output(out)) {
      KANTE_TRY(Tensor * tensor, c.Output(out));
      to = tensor->raw();
    }
    const auto rows = BasicHeads<const std::byte>::HeadsFirst(codes, kv_heads, s.rows, code.row_bytes());
    KANTE_TRY(const std::byte* joined,
              Join(c, s, t, c.has_input(old) ? c.in(old).raw() : nullptr, rows, code.row_bytes(), to));
    return DecodeRows(c, code, joined, {s.batch, kv_heads, t.room, s.size});
  }

  // The bias of the keys that a step sees: its columns are places in the whole sequence.
  Status ShiftBias(RunContext& c, const Sizes& s, const Steps& t, AttentionMask& mask) const {
    const int64_t lines = c.in(kBias).dim(1) * s.rows;
    const int64_t dims[] = {s.batch, lines, t.room, 4};
    KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
    KANTE_TRY(std::byte * memory, c.Scratch(bytes));
    float* to = reinterpret_cast<float*>(memory);
    for (int64_t i = 0; i < s.batch * lines; ++i) {
      const auto b = static_cast<size_t>(i / lines);
      const float* from = mask.add + i / lines * mask.strides[0] + i % lines * s.total + t.past[b] - t.old[b];
      std::copy_n(from, t.seen[b], to + i * t.room);
      std::fill(to + i * t.room + t.seen[b], to + (i + 1) * t.room, 0.0f);
    }
    mask.add = to;
    mask.keys = t.room;
    mask.strides = {lines * t.room, mask.strides[1] == 0 ? 0 : s.rows * t.room, t.room, 1};
    return OkStatus();
  }

  // Over the whole room of the cache: only a run knows how much of it is filled.
  double Flops(const ChooseContext& c) const {
    const bool cached = c.output_count() > kPresentK && c.output_shape(kPresentK).rank() == 4;
    const int64_t keys = cached ? c.output_shape(kPresentK)[2] : c.shape(kQ)[1];
    return 4.0 * static_cast<double>(c.output_shape(kY).elements()) * static_cast<double>(keys);
  }

  Status Run(RunContext& c) const {
    if (c.in(kTotal).elements() != 1) return InvalidArgument("total_sequence_length must be one number");
    KANTE_TRY(const Sizes s, Resolve([&](int i) { return c.has_input(i) ? &c.in(i).shape() : nullptr; },
                                     c.in(kTotal).data<int32_t>()[0]));
    KANTE_TRY(const Steps steps, Place(c, s));
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    const int64_t width = (s.packed ? heads + 2 * kv_heads : heads) * s.size;
    AttentionArgs args{.batch = s.batch, .heads = heads, .kv_heads = kv_heads, .rows = s.rows};
    args.keys = sliding ? steps.room : s.total;
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
      if (!c.wants_output(i) || (coded && (i == kPresentK || i == kPresentV))) continue;
      KANTE_TRY(Tensor * t, c.Output(i));
      KANTE_TRY(outs[static_cast<size_t>(i)], FloatTarget::Open(c, t));
    }
    KANTE_TRY(args.k, JoinHeads(c, s, steps, k, false, outs[kPresentK].data));
    KANTE_TRY(args.v, JoinHeads(c, s, steps, v, true, outs[kPresentV].data));
    args.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.softcap = softcap;
    args.lengths = steps.seen.data();
    args.first_places = steps.old.data();
    args.causal = causal;
    if (window > 0) args.left_window = window - 1;
    if (c.has_input(kBias)) {
      KANTE_TRY(args.masks[0], BiasMask(c.in(kBias).shape(), s.batch, heads, s.rows, s.total));
      KANTE_TRY(args.masks[0].add, ReadAs<float>(c, c.in(kBias)));
      if (sliding) KANTE_TRY(ShiftBias(c, s, steps, args.masks[0]));
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
