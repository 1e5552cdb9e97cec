// SPDX-License-Identifier: MIT
// Attention of com.microsoft: the projection of queries, keys and values is part of it.
#include <cmath>
#include <vector>

#include "base/checked.h"
#include "ops/linalg/product.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/transformer/heads.h"

namespace kante::core {
namespace {

struct MsAttention {
  enum Inputs { kX, kWeights, kBias, kMask, kPast, kAttentionBias, kPastLength };
  static constexpr OpInfo kInfo{.name = "Attention",
                                .domain = "com.microsoft",
                                .min_inputs = 2,
                                .max_inputs = 7,
                                .max_outputs = 2,
                                .types = {ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16},
                                .same_type = 0b110111,
                                .numerics = kComputes};
  int64_t heads = 0;
  float scale = 0;
  float filter = -10000;
  bool causal = false;
  std::vector<int64_t> hidden;  // of q, k, v; empty: a third of the weights each
  bool rotary = false;
  int64_t rotated = 0;  // of a row of q and k; 0: all
  bool shared = false;  // past and present have room for more keys than there are

  static Result<MsAttention> Parse(AttrReader& a) {
    MsAttention op{a.Int("num_heads"), a.Float("scale", 0), a.Float("mask_filter_value", -10000),
                   a.Bool("unidirectional", false), a.Ints("qkv_hidden_sizes")};
    op.rotary = a.Bool("do_rotary", false);
    op.rotated = a.Int("rotary_embedding_dim", 0);
    op.shared = a.Bool("past_present_share_buffer", false);
    if (op.rotary && (op.rotated < 0 || op.rotated % 2 != 0)) {
      a.Fail(StrCat("rotary_embedding_dim ", op.rotated, " must be even and positive"));
    }
    if (op.shared != a.has_input(kPastLength) || (op.shared && !a.has_input(kPast))) {
      a.Fail("past_present_share_buffer, past and past_sequence_length go together");
    }
    if (op.heads < 1) a.Fail(StrCat("num_heads ", op.heads, " must be positive"));
    bool fits = op.hidden.empty() || (op.hidden.size() == 3 && op.hidden[0] == op.hidden[1]);
    for (int64_t size : op.hidden) fits = fits && op.heads > 0 && size > 0 && size % op.heads == 0;
    if (!fits) a.Fail(StrCat("qkv_hidden_sizes do not suit ", op.heads, " heads"));
    return op;
  }

  struct Sizes {
    int64_t batch = 0, rows = 0, depth = 0, width = 0, size = 0, v_size = 0, past = 0, keys = 0;
    int64_t past_room = 0, room = 0;
  };
  // `length` of the past; negative: not known yet, if it is not its room.
  template <typename ShapeOf>
  Result<Sizes> Resolve(const ShapeOf& shape, int64_t length) const {
    const Shape &x = *shape(kX), &w = *shape(kWeights);
    const Shape *bias = shape(kBias), *past = shape(kPast);
    if (x.rank() != 3 || w.rank() != 2 || w[0] != x[2] || (bias && !(*bias == Shape{w[1]}))) {
      return InvalidArgument("input ", x.ToString(), " and weights ", w.ToString(), " do not suit");
    }
    Sizes s{.batch = x[0], .rows = x[1], .depth = x[2], .width = w[1]};
    const int64_t q = hidden.empty() ? s.width / 3 : hidden[0];
    s.size = q / heads;
    s.v_size = hidden.empty() ? s.size : hidden[2] / heads;
    int64_t both = 0, all = 0;
    if (!CheckedAdd(s.size, s.size, &both) || !CheckedAdd(both, s.v_size, &all) || !CheckedMul(all, heads, &all) ||
        all != s.width) {
      return InvalidArgument("weights ", w.ToString(), " do not suit ", heads, " heads");
    }
    if (past) {
      s.past_room = past->rank() == 5 ? (*past)[3] : 0;
      if (s.size != s.v_size || !(*past == Shape{2, s.batch, heads, s.past_room, s.size})) {
        return InvalidArgument("past ", past->ToString(), " does not suit ", heads, " heads of ", s.size);
      }
    }
    if (rotary && (rotated > s.size || (rotated == 0 && s.size % 2 != 0))) {
      return InvalidArgument("heads of ", s.size, " do not suit rotary_embedding_dim ", rotated);
    }
    s.past = shared ? length : s.past_room;
    s.room = shared ? s.past_room : s.past_room + s.rows;
    if (s.past < 0) return s;
    s.keys = s.past + s.rows;
    if (s.keys > s.room) {
      return InvalidArgument("past_sequence_length ", s.past, " and ", s.rows, " new keys do not fit into ", s.room);
    }
    if (const Shape* mask = shape(kMask)) KANTE_TRY(CheckPaddingMask(*mask, s.batch, s.rows, s.keys));
    if (const Shape* add = shape(kAttentionBias)) {
      KANTE_TRY(BiasMask(*add, s.batch, heads, s.rows, s.keys).TakeStatus());
    }
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    if (c.wants_output(1)) c.SetType(1, c.type(kX));
    for (int i : {kMask, kPastLength}) KANTE_TRY(c.RequireType(i, {ElementType::kInt32}));
    std::array<Shape, 6> shapes;
    for (int i = 0; i < 6; ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(shapes[static_cast<size_t>(i)], c.shape(i));
      }
    }
    KANTE_TRY(const Sizes s,
              Resolve([&](int i) { return c.has_input(i) ? &shapes[static_cast<size_t>(i)] : nullptr; }, -1));
    if (c.wants_output(1)) {
      if (s.size != s.v_size) return InvalidArgument("present needs heads of one size");
      KANTE_TRY(c.SetShape(1, Shape{2, s.batch, heads, s.room, s.size}));
    }
    return c.SetShape(0, Shape{s.batch, s.rows, heads * s.v_size});
  }

  static GemmPlan Projection(int64_t rows, int64_t width, int64_t depth, bool packed) {
    return PlanGemm(rows, width, depth, packed ? GemmB::kPacked : GemmB::kStrided, depth);
  }
  Status Choose(ChooseContext& c) const {
    if (c.is_constant(kWeights) && c.shape(kWeights).elements() > 0) c.Pack(kWeights, GemmWeightFormat(false));
    return OkStatus();
  }
  Status Pack(PackContext& c) const { return PackProductWeight(c, false); }

  // Queries or keys turned to their places: halves of the first `rotated` numbers, frequencies 10000^(-2k / rotated).
  Result<Heads> Rotate(RunContext& c, const Sizes& s, const Heads& x) const {
    const int64_t dim = rotated > 0 ? rotated : s.size, half = dim / 2;
    std::vector<int64_t> places;
    std::vector<float> cosine, sine;
    for (int64_t i = 0; i < s.rows; ++i) {
      for (int64_t k = 0; k < half; ++k) {
        const double angle =
            static_cast<double>(s.past + i) / std::pow(10000.0, static_cast<double>(2 * k) / static_cast<double>(dim));
        cosine.push_back(static_cast<float>(std::cos(angle)));
        sine.push_back(static_cast<float>(std::sin(angle)));
      }
    }
    for (int64_t i = 0; i < s.batch * s.rows; ++i) places.push_back(i % s.rows);
    return Rotated(c, x, {s.batch, heads, s.rows, s.size},
                   {.cosine = cosine.data(), .sine = sine.data(), .half = half, .places = places.data()});
  }

  double Flops(const ChooseContext& c) const {
    const Shape &x = c.shape(kX), &w = c.shape(kWeights), &y = c.output_shape(0);
    const int64_t keys = x[1] + (c.has_input(kPast) && !shared ? c.shape(kPast)[3] : 0);
    const double queries = static_cast<double>(x[0] * x[1]);
    const double scores = queries * static_cast<double>(hidden.empty() ? w[1] / 3 : hidden[0]);
    return 2 * (queries * static_cast<double>(w.elements()) +
                static_cast<double>(keys) * (scores + static_cast<double>(y.elements())));
  }

  Status Run(RunContext& c) const {
    if (shared && c.in(kPastLength).elements() != 1) {
      return InvalidArgument("past_sequence_length must be one number");
    }
    const int64_t length = shared ? c.in(kPastLength).data<int32_t>()[0] : 0;
    if (length < 0) return InvalidArgument("past_sequence_length ", length, " is negative");
    KANTE_TRY(const Sizes s, Resolve([&](int i) { return c.has_input(i) ? &c.in(i).shape() : nullptr; }, length));
    const int64_t dims[] = {s.batch, s.rows, s.width, 4};
    KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
    KANTE_TRY(std::byte * projected, c.Scratch(bytes));
    GemmArgs product{.a_row_stride = s.depth, .c = reinterpret_cast<float*>(projected), .ldc = s.width};
    KANTE_TRY(product.a, ReadAs<float>(c, c.in(kX)));
    product.packed_b = c.packed(kWeights);
    if (!product.packed_b) {
      KANTE_TRY(product.b, ReadAs<float>(c, c.in(kWeights)));
      product.b_row_stride = s.width;
    }
    if (c.has_input(kBias)) {
      KANTE_TRY(product.epilogue.bias_col, ReadAs<float>(c, c.in(kBias)));
    }
    const GemmPlan plan = Projection(s.batch * s.rows, s.width, s.depth, product.packed_b != nullptr);
    KANTE_TRY(product.scratch, c.Scratch(plan.scratch_bytes));
    KANTE_TRY(FinishedOr(c, RunGemm(plan, product, ParallelOf(c))));

    AttentionArgs args{.batch = s.batch, .heads = heads, .kv_heads = heads, .rows = s.rows, .keys = s.keys};
    args.size = s.size;
    args.v_size = s.v_size;
    args.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    args.first_place = s.past;
    args.causal = causal;
    args.q = {product.c, s.rows * s.width, s.size, s.width};
    args.k = {product.c + heads * s.size, s.rows * s.width, s.size, s.width};
    args.v = {product.c + 2 * heads * s.size, s.rows * s.width, s.v_size, s.width};
    if (rotary) {
      KANTE_TRY(args.q, Rotate(c, s, args.q));
      KANTE_TRY(args.k, Rotate(c, s, args.k));
    }
    FloatTarget present;
    if (c.wants_output(1) || c.has_input(kPast)) {
      const HeadSizes cache{s.batch, heads, s.room, s.size};
      const int64_t half = s.batch * heads * s.room * s.size;
      float* to = nullptr;
      if (c.wants_output(1)) {
        KANTE_TRY(Tensor * t, c.Output(1));
        KANTE_TRY(present, FloatTarget::Open(c, t));
        to = present.data;
      } else {
        KANTE_TRY(const MutableHeads made, NewHeads(c, {2 * s.batch, heads, s.room, s.size}));
        to = made.data;
      }
      const float* past = nullptr;
      if (c.has_input(kPast)) {
        KANTE_TRY(past, ReadAs<float>(c, c.in(kPast)));
      }
      const std::vector<int64_t> pasts(static_cast<size_t>(s.batch), s.past), added(pasts.size(), s.rows);
      CacheStep step{.sizes = cache, .past = pasts.data(), .added = added.data()};
      for (Heads* heads_of : {&args.k, &args.v}) {
        const bool values = heads_of == &args.v;
        if (past) {
          const int64_t first = values ? s.batch * heads * s.past_room * s.size : 0;
          step.old = Heads::HeadsFirst(past + first, heads, s.past_room, s.size);
        }
        step.fresh = *heads_of;
        KANTE_TRY(JoinCache(c, step, to + (values ? half : 0)));
        *heads_of = Heads::HeadsFirst(to + (values ? half : 0), heads, s.room, s.size);
      }
    }
    if (c.has_input(kMask)) {
      KANTE_TRY(args.masks[0], PaddingMask(c, c.in(kMask), s.batch, s.rows, s.keys, s.past, filter));
    }
    if (c.has_input(kAttentionBias)) {
      KANTE_TRY(args.masks[1], BiasMask(c.in(kAttentionBias).shape(), s.batch, heads, s.rows, s.keys));
      KANTE_TRY(args.masks[1].add, ReadAs<float>(c, c.in(kAttentionBias)));
    }
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    args.y = MutableHeads::RowsFirst(out.data, heads, s.rows, s.v_size);
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    out.Close();
    present.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(MsAttention)

}  // namespace kante::core
