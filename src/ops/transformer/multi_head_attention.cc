// SPDX-License-Identifier: MIT
// MultiHeadAttention of com.microsoft: heads that the model has projected, apart or packed.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/norm/rows.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/transformer/heads.h"

namespace kante::core {
namespace {

struct MultiHeadAttention {
  enum Inputs { kQ, kK, kV, kBias, kMask, kAttentionBias, kPastK, kPastV, kPastLength, kIndirection };
  enum Outputs { kY, kPresentK, kPresentV, kScores };
  static constexpr OpInfo kInfo{.name = "MultiHeadAttention",
                                .domain = "com.microsoft",
                                .max_inputs = 10,
                                .max_outputs = 4,
                                .types = kFloats,
                                .same_type = 0b11101111,
                                .numerics = kComputesInSingle};
  int64_t heads = 0;
  float scale = 0;
  float filter = -10000;
  bool causal = false;

  static Result<MultiHeadAttention> Parse(AttrReader& a) {
    MultiHeadAttention op{a.Int("num_heads"), a.Float("scale", 0), a.Float("mask_filter_value", -10000),
                          a.Bool("unidirectional", false)};
    if (op.heads < 1) a.Fail(StrCat("num_heads ", op.heads, " must be positive"));
    if (a.has_input(kIndirection) && !a.has_input(kPastLength)) {
      a.Fail("cache_indirection needs past_sequence_length: it speaks of a buffer that beams share");
    }
    return op;
  }

  struct Sizes {
    int64_t batch = 0, rows = 0, fresh = 0, size = 0, v_size = 0, past_room = 0;
  };

  // `shape(i)` of present inputs; null for absent ones.
  template <typename ShapeOf>
  Result<Sizes> Resolve(const ShapeOf& shape) const {
    const Shape *q = shape(kQ), *k = shape(kK), *v = shape(kV), *old = shape(kPastK), *old_v = shape(kPastV);
    const auto refuse = [&](int i) {
      return InvalidArgument("input ", i, " ", shape(i)->ToString(), " does not suit ", heads, " heads");
    };
    Sizes s;
    if (q->rank() == 5 ? (*q)[2] != heads || (*q)[3] != 3 || k || v : q->rank() != 3 || !k) return refuse(kQ);
    s.batch = (*q)[0];
    s.rows = s.fresh = (*q)[1];
    if (q->rank() == 5) {
      s.size = s.v_size = (*q)[4];
    } else {
      if ((*q)[2] % heads != 0) return refuse(kQ);
      s.size = s.v_size = (*q)[2] / heads;
      const bool packed = k->rank() == 5, cross = k->rank() == 4;
      if (k->rank() < 3 || k->rank() > 5 || (*k)[0] != s.batch) return refuse(kK);
      s.fresh = (*k)[cross ? 2 : 1];
      if (packed ? v || (*k)[2] != heads || (*k)[3] != 2 || (*k)[4] != s.size
                 : !v || (cross ? (*k)[1] != heads || (*k)[3] != s.size : (*k)[2] != (*q)[2])) {
        return refuse(kK);
      }
      if (!packed) {
        if (v->rank() != k->rank() || (*v)[0] != s.batch || (*v)[cross ? 2 : 1] != s.fresh) return refuse(kV);
        if (cross ? (*v)[1] != heads : (*v)[2] % heads != 0) return refuse(kV);
        s.v_size = cross ? (*v)[3] : (*v)[2] / heads;
      }
    }
    if (const Shape* bias = shape(kBias); bias && !(*bias == Shape{heads * (2 * s.size + s.v_size)}))
      return refuse(kBias);
    if ((old == nullptr) != (old_v == nullptr)) return InvalidArgument("past_key and past_value go together");
    if (old) {
      s.past_room = old->rank() == 4 ? (*old)[2] : 0;
      if (!(*old == Shape{s.batch, heads, s.past_room, s.size})) return refuse(kPastK);
      if (!(*old_v == Shape{s.batch, heads, s.past_room, s.v_size})) return refuse(kPastV);
    }
    if (const Shape* beams = shape(kIndirection)) {
      const bool fits = beams->rank() == 3 && (*beams)[1] > 0 && s.batch % (*beams)[1] == 0 &&
                        s.batch / (*beams)[1] == (*beams)[0] && (*beams)[2] >= s.past_room;
      if (!fits) return refuse(kIndirection);
    }
    return s;
  }

  Status Infer(InferContext& c) const {
    for (int i = 0; i < 4; ++i) {
      if (c.wants_output(i)) c.SetType(i, c.type(kQ));
    }
    KANTE_TRY(c.RequireType(kMask, {ElementType::kInt32}));
    KANTE_TRY(c.RequireType(kPastLength, {ElementType::kInt32}));
    KANTE_TRY(c.RequireType(kIndirection, {ElementType::kInt32}));
    std::array<Shape, 10> shapes;
    for (int i = 0; i < 10; ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(shapes[static_cast<size_t>(i)], c.shape(i));
      }
    }
    KANTE_TRY(const Sizes s,
              Resolve([&](int i) { return c.has_input(i) ? &shapes[static_cast<size_t>(i)] : nullptr; }));
    KANTE_TRY(c.SetShape(kY, Shape{s.batch, s.rows, heads * s.v_size}));
    const bool shared = c.has_input(kPastLength);
    if (shared && c.wants_output(kScores)) return OkStatus();
    const int64_t keys = s.past_room + s.fresh, room = shared ? s.past_room : keys;
    if (!shared && c.has_input(kMask)) {
      KANTE_TRY(CheckPaddingMask(shapes[kMask], s.batch, s.rows, keys));
    }
    if (!shared && c.has_input(kAttentionBias)) {
      KANTE_TRY(BiasMask(shapes[kAttentionBias], s.batch, heads, s.rows, keys).TakeStatus());
    }
    if (c.wants_output(kPresentK)) KANTE_TRY(c.SetShape(kPresentK, Shape{s.batch, heads, room, s.size}));
    if (c.wants_output(kPresentV)) KANTE_TRY(c.SetShape(kPresentV, Shape{s.batch, heads, room, s.v_size}));
    if (c.wants_output(kScores)) KANTE_TRY(c.SetShape(kScores, Shape{s.batch, heads, s.rows, keys}));
    return OkStatus();
  }

  double Flops(const ChooseContext& c) const {
    const Shape& y = c.output_shape(kY);
    const Shape& q = c.shape(kQ);
    int64_t keys = q[1];
    if (c.has_input(kK)) keys = c.shape(kK)[c.shape(kK).rank() == 4 ? 2 : 1];
    if (c.has_input(kPastK)) keys = c.has_input(kPastLength) ? c.shape(kPastK)[2] : keys + c.shape(kPastK)[2];
    const int64_t scores = q.rank() == 3 ? q.elements() : y.elements();
    return 2.0 * static_cast<double>(keys) * static_cast<double>(scores + y.elements());
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const Sizes s, Resolve([&](int i) { return c.has_input(i) ? &c.in(i).shape() : nullptr; }));
    int64_t past = s.past_room;
    const bool shared = c.has_input(kPastLength);
    if (shared) {
      if (c.in(kPastLength).elements() != 1) return InvalidArgument("past_sequence_length must be one number");
      past = c.in(kPastLength).data<int32_t>()[0];
      if (past < 0 || past + s.fresh > s.past_room) {
        return InvalidArgument("past_sequence_length ", past, " and ", s.fresh, " new keys do not fit into ",
                               s.past_room);
      }
    }
    const int64_t keys = past + s.fresh, room = shared ? s.past_room : keys;
    AttentionArgs args{.batch = s.batch, .heads = heads, .kv_heads = heads, .rows = s.rows, .keys = keys};
    args.size = s.size;
    args.v_size = s.v_size;
    args.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.first_place = past;
    args.causal = causal && s.rows > 1;
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    Heads k, v;
    if (c.in(kQ).rank() == 5) {
      args.q = {q, s.rows * heads * 3 * s.size, 3 * s.size, heads * 3 * s.size};
      k = v = args.q;
      k.data += s.size;
      v.data += 2 * s.size;
    } else {
      args.q = Heads::RowsFirst(q, heads, s.rows, s.size);
      KANTE_TRY(const float* from, ReadAs<float>(c, c.in(kK)));
      if (c.in(kK).rank() == 5) {
        k = v = {from, s.fresh * heads * 2 * s.size, 2 * s.size, heads * 2 * s.size};
        v.data += s.size;
      } else {
        const auto at = c.in(kK).rank() == 4 ? &Heads::HeadsFirst : &Heads::RowsFirst;
        KANTE_TRY(const float* values, ReadAs<float>(c, c.in(kV)));
        k = at(from, heads, s.fresh, s.size);
        v = at(values, heads, s.fresh, s.v_size);
      }
    }
    if (c.has_input(kBias)) {
      KANTE_TRY(const float* bias, ReadAs<float>(c, c.in(kBias)));
      KANTE_TRY(args.q, PlusBias(c, args.q, {s.batch, heads, s.rows, s.size}, bias));
      if (!c.has_input(kK) || c.in(kK).rank() != 4) {  // keys in heads have their bias already
        KANTE_TRY(k, PlusBias(c, k, {s.batch, heads, s.fresh, s.size}, bias + heads * s.size));
        KANTE_TRY(v, PlusBias(c, v, {s.batch, heads, s.fresh, s.v_size}, bias + 2 * heads * s.size));
      }
    }
    std::array<FloatTarget, 4> outs;
    const Shape shapes[] = {Shape{s.batch, s.rows, heads * s.v_size}, Shape{s.batch, heads, room, s.size},
                            Shape{s.batch, heads, room, s.v_size}, Shape{s.batch, heads, s.rows, keys}};
    for (int i = 0; i < 4; ++i) {
      if (!c.wants_output(i)) continue;
      KANTE_TRY(Tensor * t, c.Output(i, c.in(kQ).type(), shapes[i]));
      KANTE_TRY(outs[static_cast<size_t>(i)], FloatTarget::Open(c, t));
    }
    const std::vector<int64_t> pasts(static_cast<size_t>(s.batch), past), added(static_cast<size_t>(s.batch), s.fresh);
    const auto join = [&](const Heads& fresh, int old, int out, int64_t size) -> Result<Heads> {
      float* to = outs[static_cast<size_t>(out)].data;
      if (!to && past == 0) return fresh;
      CacheStep step{
          .sizes = {s.batch, heads, room, size}, .fresh = fresh, .past = pasts.data(), .added = added.data()};
      if (c.has_input(old)) {
        KANTE_TRY(const float* rows, ReadAs<float>(c, c.in(old)));
        step.old = Heads::HeadsFirst(rows, heads, s.past_room, size);
      }
      if (!to) {
        KANTE_TRY(const MutableHeads made, NewHeads(c, step.sizes));
        to = made.data;
      }
      KANTE_TRY(JoinCache(c, step, to));
      return Heads::HeadsFirst(to, heads, room, size);
    };
    KANTE_TRY(args.k, join(k, kPastK, kPresentK, s.size));
    KANTE_TRY(args.v, join(v, kPastV, kPresentV, s.v_size));
    if (c.has_input(kIndirection)) {
      const Tensor& beams = c.in(kIndirection);
      const BeamPaths paths{.beams = beams.data<int32_t>(), .width = beams.dim(1), .room = beams.dim(2), .past = past};
      KANTE_TRY(args.k, FollowBeams(c, args.k, {s.batch, heads, keys, s.size}, paths));
      KANTE_TRY(args.v, FollowBeams(c, args.v, {s.batch, heads, keys, s.v_size}, paths));
    }
    if (c.has_input(kMask)) {
      KANTE_TRY(CheckPaddingMask(c.in(kMask).shape(), s.batch, s.rows, keys));
      KANTE_TRY(args.masks[0], PaddingMask(c, c.in(kMask), s.batch, s.rows, keys, past, filter));
    }
    if (c.has_input(kAttentionBias)) {
      KANTE_TRY(args.masks[1], BiasMask(c.in(kAttentionBias).shape(), s.batch, heads, s.rows, keys));
      KANTE_TRY(args.masks[1].add, ReadAs<float>(c, c.in(kAttentionBias)));
    }
    args.y = MutableHeads::RowsFirst(outs[kY].data, heads, s.rows, s.v_size);
    args.scores = outs[kScores].data;
    args.stage = ScoreStage::kMasked;
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    if (args.scores) MarkHidden(args.scores, s.batch * heads * s.rows * keys, std::numeric_limits<float>::lowest());
    for (const FloatTarget& out : outs) out.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(MultiHeadAttention)

}  // namespace kante::core
