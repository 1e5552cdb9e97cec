// SPDX-License-Identifier: MIT
// QAttention of com.microsoft: Attention over what its 8-bit inputs stand for.
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct QAttention {
  enum Inputs { kX, kWeights, kBias, kXScale, kWeightScale, kMask, kXZero, kWeightZero, kPast };
  static constexpr TypeSet kBytes{ElementType::kInt8, ElementType::kUint8};
  static constexpr OpInfo kInfo{.name = "QAttention",
                                .domain = "com.microsoft",
                                .min_inputs = 5,
                                .max_inputs = 9,
                                .max_outputs = 2,
                                .types = kBytes,
                                .same_type = 1u << kX | 1u << kXZero,
                                .numerics = kAsParts};
  int64_t heads = 0;
  float scale = 0;
  float filter = -10000;
  bool causal = false;
  bool rotary = false;

  static Result<QAttention> Parse(AttrReader& a) {
    QAttention op{a.Int("num_heads"), a.Float("scale", 0), a.Float("mask_filter_value", -10000),
                  a.Bool("unidirectional", false), a.Bool("do_rotary", false)};
    if (a.Bool("past_present_share_buffer", false)) {
      a.Fail("past_present_share_buffer needs past_sequence_length, which QAttention has no input for");
    }
    if (op.heads < 1) a.Fail(StrCat("num_heads ", op.heads, " must be positive"));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kBias));
    if (c.wants_output(1)) c.SetType(1, c.type(kBias));
    for (int i : {kWeights, kWeightZero}) KANTE_TRY(c.RequireType(i, kBytes));
    for (int i : {kBias, kXScale, kWeightScale, kPast}) KANTE_TRY(c.RequireType(i, kFloats));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kWeights));
    if (x.rank() != 3 || w.rank() != 2 || w[0] != x[2] || w[1] % 3 != 0 || w[1] / 3 % heads != 0) {
      return InvalidArgument("input ", x.ToString(), " and weights ", w.ToString(), " do not suit ", heads, " heads");
    }
    for (int i : {kXScale, kWeightScale, kXZero, kWeightZero}) {
      if (!c.has_input(i)) continue;
      KANTE_TRY(const Shape p, c.shape(i));
      const bool columns = (i == kWeightScale || i == kWeightZero) && p == Shape{w[1]};
      if (p.rank() > 1 || (p.elements() != 1 && !columns)) {
        return InvalidArgument("input ", i, " ", p.ToString(), " does not suit ", w.ToString());
      }
    }
    int64_t past = 0;
    if (c.has_input(kPast)) {
      KANTE_TRY(const Shape old, c.shape(kPast));
      past = old.rank() == 5 ? old[3] : 0;
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, Shape{2, x[0], heads, past + x[1], w[1] / 3 / heads}));
    return c.SetShape(0, Shape{x[0], x[1], w[1] / 3});
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    const auto value = [&](int data, int zero, int factor) {
      const auto cast = [&](int i) { return b.Op("CastLike", {c.input(static_cast<size_t>(i)), c.input(kBias)}); };
      ValueId x = cast(data);
      if (c.has_input(static_cast<size_t>(zero))) x = b.Op("Sub", {x, cast(zero)});
      return b.Op("Mul", {x, c.input(static_cast<size_t>(factor))});
    };
    const ValueId x = value(kX, kXZero, kXScale), w = value(kWeights, kWeightZero, kWeightScale);
    const size_t outputs = c.wants_output(1) ? 2 : 1;
    const std::vector<ValueId> y =
        b.Op("com.microsoft", "Attention", {x, w, c.input(kBias), c.input(kMask), c.input(kPast)}, outputs,
             {{"num_heads", AttributeValue(heads)},
              {"scale", AttributeValue(scale)},
              {"mask_filter_value", AttributeValue(filter)},
              {"unidirectional", AttributeValue(int64_t{causal})},
              {"do_rotary", AttributeValue(int64_t{rotary})}});
    for (size_t i = 0; i < outputs; ++i) c.SetOutput(i, y[i]);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(QAttention)

}  // namespace kante::core
