// SPDX-License-Identifier: MIT
// Attention of ONNX over compute/attention.h.
#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "compute/attention.h"
#include "ops/nn/attention_plain.h"
#include "ops/nn/attention_shape.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kQ = 0, kK = 1, kV = 2, kMask = 3, kPastK = 4, kPastV = 5, kLengths = 6;
constexpr int kY = 0, kPresentK = 1, kPresentV = 2, kScores = 3;
template <typename T>
BasicHeads<T> HeadsOf(T* data, int rank, int64_t heads, int64_t rows, int64_t size) {
  using Of = BasicHeads<T>;
  return rank == 4 ? Of::HeadsFirst(data, heads, rows, size) : Of::RowsFirst(data, heads, rows, size);
}

struct Attention {
  static constexpr OpInfo kInfo{.name = "Attention",
                                .versions = {23, 24, 25},
                                .min_inputs = 3,
                                .max_inputs = 7,
                                .max_outputs = 4,
                                .types = kFloats,
                                .same_type = 0b11,
                                .numerics = kComputes};
  AttentionRule rule;

  static Result<Attention> Parse(AttrReader& a) { return Attention{AttentionRule::Read(a)}; }

  Result<AttentionShape> Resolve(const Shape& q, const Shape& k, const Shape& v, const Shape* past) const {
    return AttentionShape::Make(rule, q, k, v, past);
  }

  Status Infer(InferContext& c) const {
    c.SetType(kY, c.type(kQ));
    if (c.wants_output(kPresentK)) c.SetType(kPresentK, c.type(kK));
    if (c.wants_output(kPresentV)) c.SetType(kPresentV, c.type(kV));
    if (c.wants_output(kScores)) c.SetType(kScores, c.type(kQ));
    KANTE_TRY(c.RequireType(kV, kFloats));
    KANTE_TRY(c.RequireType(kMask, kFloats | kBool));
    KANTE_TRY(c.RequireType(kLengths, {ElementType::kInt64}));
    if (c.has_input(kPastK) != c.has_input(kPastV)) return InvalidArgument("past_key and past_value go together");
    KANTE_TRY(const Shape q, c.shape(kQ));
    KANTE_TRY(const Shape k, c.shape(kK));
    KANTE_TRY(const Shape v, c.shape(kV));
    Shape past;
    if (c.has_input(kPastK)) {
      KANTE_TRY(past, c.shape(kPastK));
    }
    KANTE_TRY(const AttentionShape s, Resolve(q, k, v, c.has_input(kPastK) ? &past : nullptr));
    if (c.has_input(kPastV)) {
      KANTE_TRY(const Shape past_v, c.shape(kPastV));
      if (!(past_v == Shape{s.batch, s.kv_heads, s.past, s.v_size})) {
        return InvalidArgument("past_value ", past_v.ToString(), " does not suit past_key ", past.ToString());
      }
    }
    if (c.has_input(kMask)) {
      KANTE_TRY(const Shape mask, c.shape(kMask));
      KANTE_TRY(AttentionMaskStrides(mask, s).TakeStatus());
    }
    if (c.has_input(kLengths)) {
      KANTE_TRY(const Shape lengths, c.shape(kLengths));
      if (!(lengths == Shape{s.batch})) return InvalidArgument("nonpad_kv_seqlen must be [", s.batch, "]");
    }
    if (c.wants_output(kPresentK)) KANTE_TRY(c.SetShape(kPresentK, Shape{s.batch, s.kv_heads, s.total, s.size}));
    if (c.wants_output(kPresentV)) KANTE_TRY(c.SetShape(kPresentV, Shape{s.batch, s.kv_heads, s.total, s.v_size}));
    if (c.wants_output(kScores)) KANTE_TRY(c.SetShape(kScores, Shape{s.batch, s.heads, s.rows, s.total}));
    return c.SetShape(
        kY, s.rank == 4 ? Shape{s.batch, s.heads, s.rows, s.v_size} : Shape{s.batch, s.rows, s.heads * s.v_size});
  }

  // Keys or values of past and present one after the other, [batch, kv_heads, total, size]; as they are without past.
  template <typename T>
  static Result<BasicHeads<const T>> Joined(RunContext& c, const AttentionShape& s, int in, int past, int out,
                                            int64_t size) {
    const Tensor& t = c.in(in);
    KANTE_TRY(const T* fresh, ReadAs<T>(c, t));
    const BasicHeads<const T> now = HeadsOf(fresh, s.rank, s.kv_heads, s.fresh, size);
    if (!c.has_input(past) && !c.wants_output(out)) return now;
    const T* old = nullptr;
    if (c.has_input(past)) {
      KANTE_TRY(old, ReadAs<T>(c, c.in(past)));
    }
    const int64_t all = s.batch * s.kv_heads * s.total * size;
    T* to = nullptr;
    Tensor* present = nullptr;
    if (c.wants_output(out)) {
      KANTE_TRY(present, c.Output(out));
      if (present->type() == ElementTypeFor<T>) to = present->mutable_data<T>();
    }
    if (!to) {
      KANTE_TRY(std::byte * memory, c.Scratch(all * static_cast<int64_t>(sizeof(T))));
      to = reinterpret_cast<T*>(memory);
    }
    KANTE_TRY(
        c.Parallel(s.batch * s.kv_heads, 0.3 * static_cast<double>(s.total * size), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            T* head = to + i * s.total * size;
            if (old) std::copy_n(old + i * s.past * size, s.past * size, head);
            for (int64_t r = 0; r < s.fresh; ++r)
              std::copy_n(now.at(i / s.kv_heads, i % s.kv_heads, r), size, head + (s.past + r) * size);
          }
        }));
    if (present && present->type() != ElementTypeFor<T>) GetStoreRow<T>(present->type())(present->raw(), to, all);
    return HeadsOf<const T>(to, 4, s.kv_heads, s.total, size);
  }

  static int64_t KeysOf(const Tensor& mask, const AttentionShape& s) {
    return mask.rank() > 0 && mask.dim(mask.rank() - 1) != 1 ? mask.dim(mask.rank() - 1) : s.total;
  }

  // Where the first query of each batch stands: the last one stands at its last key.
  static Result<const int64_t*> Places(RunContext& c, const AttentionShape& s) {
    const int64_t* lengths = c.in(kLengths).data<int64_t>();
    KANTE_TRY(std::byte * memory, c.Scratch(s.batch * 8));
    int64_t* places = reinterpret_cast<int64_t*>(memory);
    for (int64_t b = 0; b < s.batch; ++b) {
      if (lengths[b] < 0 || lengths[b] > s.total) return InvalidArgument("nonpad_kv_seqlen holds ", lengths[b]);
      places[b] = lengths[b] - s.rows;
    }
    return places;
  }

  Status RunPlain(RunContext& c, const AttentionShape& s) const {
    PlainAttention a{.shape = s, .rule = rule};
    a.q = HeadsOf(c.in(kQ).data<double>(), s.rank, s.heads, s.rows, s.size);
    KANTE_TRY(a.k, Joined<double>(c, s, kK, kPastK, kPresentK, s.size));
    KANTE_TRY(a.v, Joined<double>(c, s, kV, kPastV, kPresentV, s.v_size));
    if (c.has_input(kMask)) {
      const Tensor& mask = c.in(kMask);
      KANTE_TRY(a.strides, AttentionMaskStrides(mask.shape(), s));
      a.mask_keys = KeysOf(mask, s);
      if (mask.type() == ElementType::kBool) {
        a.allowed = mask.data<bool>();
      } else {
        KANTE_TRY(a.add, ReadAs<double>(c, mask));
      }
    }
    if (c.has_input(kLengths)) {
      a.lengths = c.in(kLengths).data<int64_t>();
      KANTE_TRY(a.first_places, Places(c, s));
    }
    KANTE_TRY(Tensor * y, c.Output(kY));
    a.y = HeadsOf(y->mutable_data<double>(), s.rank, s.heads, s.rows, s.v_size);
    if (c.wants_output(kScores)) {
      KANTE_TRY(Tensor * scores, c.Output(kScores));
      a.scores = scores->mutable_data<double>();
    }
    int64_t bytes = 0;
    if (!CheckedMul(s.batch * s.heads, s.total, &bytes) || !CheckedMul(bytes, 8, &bytes)) {
      return InvalidArgument("the scores are too many");
    }
    KANTE_TRY(std::byte * memory, c.Scratch(bytes));
    auto* rows = reinterpret_cast<double*>(memory);
    const double cost = 2.0 * static_cast<double>(s.rows * s.total) * static_cast<double>(s.size + s.v_size);
    return c.Parallel(s.batch * s.heads, cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) RunPlainHead(a, i / s.heads, i % s.heads, rows + i * s.total);
    });
  }

  double Flops(const ChooseContext& c) const {
    const auto s = Resolve(c.shape(kQ), c.shape(kK), c.shape(kV), c.has_input(kPastK) ? &c.shape(kPastK) : nullptr);
    return s.ok() ? AttentionFlops(s->batch, s->heads, s->rows, s->total, s->size, s->v_size) : 0;
  }

  Status Run(RunContext& c) const {
    const Shape* past = c.has_input(kPastK) ? &c.in(kPastK).shape() : nullptr;
    KANTE_TRY(const AttentionShape s, Resolve(c.in(kQ).shape(), c.in(kK).shape(), c.in(kV).shape(), past));
    if (c.in(kQ).type() == ElementType::kFloat64) return RunPlain(c, s);
    AttentionArgs args{.batch = s.batch, .heads = s.heads, .kv_heads = s.kv_heads, .rows = s.rows, .keys = s.total};
    args.size = s.size;
    args.v_size = s.v_size;
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    args.q = HeadsOf(q, s.rank, s.heads, s.rows, s.size);
    KANTE_TRY(args.k, Joined<float>(c, s, kK, kPastK, kPresentK, s.size));
    KANTE_TRY(args.v, Joined<float>(c, s, kV, kPastV, kPresentV, s.v_size));
    args.scale = rule.scale != 0 ? rule.scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.softcap = rule.softcap;
    args.causal = rule.causal;
    args.left_window = rule.left_window;
    args.right_window = rule.right_window;
    args.first_place = s.past;
    if (c.has_input(kMask)) {
      const Tensor& mask = c.in(kMask);
      AttentionMask& to = args.masks[0];
      KANTE_TRY(to.strides, AttentionMaskStrides(mask.shape(), s));
      to.keys = KeysOf(mask, s);
      if (mask.type() == ElementType::kBool) {
        to.allowed = mask.data<bool>();
      } else {
        KANTE_TRY(to.add, ReadAs<float>(c, mask));
      }
    }
    if (c.has_input(kLengths)) {
      args.lengths = c.in(kLengths).data<int64_t>();
      KANTE_TRY(args.first_places, Places(c, s));
    }
    KANTE_TRY(Tensor * y, c.Output(kY));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    args.y = s.rank == 4 ? MutableHeads::HeadsFirst(out.data, s.heads, s.rows, s.v_size)
                         : MutableHeads::RowsFirst(out.data, s.heads, s.rows, s.v_size);
    FloatTarget kept;
    if (c.wants_output(kScores)) {
      KANTE_TRY(Tensor * scores, c.Output(kScores));
      KANTE_TRY(kept, FloatTarget::Open(c, scores));
      args.scores = kept.data;
      args.stage = static_cast<ScoreStage>(rule.scores_mode);
    }
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    out.Close();
    kept.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Attention)

}  // namespace kante::core
