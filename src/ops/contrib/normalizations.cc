// SPDX-License-Identifier: MIT
// Normalisations with a residual, a gate or an embedding before them.
#include "ops/contrib/rewriting.h"

namespace kante::core {
namespace {

Attribute Epsilon(float value) { return {"epsilon", value}; }

ValueId InverseRms(Rewriting& r, ValueId x, float epsilon, int64_t axis) {
  const ValueId wide = r.Cast(x, ElementType::kFloat32);
  std::vector<int64_t> axes;
  for (int64_t a = axis; a < 0; ++a) axes.push_back(a);
  const ValueId squares = r.b.Op("ReduceMean", {r.Mul(wide, wide), r.b.Ints(axes)});
  return r.b.Op("Reciprocal", {r.b.Op("Sqrt", {r.Add(squares, r.b.Scalar(epsilon))})});
}

// x + skip + bias, which output 3 is.
ValueId Residual(Rewriting& r, size_t bias) {
  ValueId sum = r.Add(r.in(0), r.in(1));
  if (r.has(bias)) sum = r.Add(sum, r.in(bias));
  r.Out(3, sum);
  return sum;
}

Status RewriteSimplifiedLayerNormalization(Rewriting& r) {
  const float epsilon = r.attrs.Float("epsilon", 1e-5f);
  const int64_t axis = r.attrs.Int("axis", -1);
  r.attrs.Ignore("stash_type");  // statistics are float32 or better
  r.Out(0, r.b.Op("RMSNormalization", {r.in(0), r.in(1)}, {Epsilon(epsilon), Attribute("axis", axis)}));
  if (!r.wants(1)) return OkStatus();
  if (axis >= 0) return NotImplemented("output 1 with an axis counted from the front");
  if (axis < -8) return InvalidArgument("axis ", axis, " outside [-8, -1]");
  r.Out(1, InverseRms(r, r.in(0), epsilon, axis));
  return OkStatus();
}
Status RewriteMsSimplifiedLayerNormalization(Rewriting& r) { return RewriteSimplifiedLayerNormalization(r); }

Status RewriteSkipSimplifiedLayerNormalization(Rewriting& r) {
  const float epsilon = r.attrs.Float("epsilon", 1e-12f);
  const ValueId sum = Residual(r, 3);
  r.Out(0, r.b.Op("RMSNormalization", {sum, r.in(2)}, {Epsilon(epsilon)}));
  if (r.wants(1)) return NotImplemented("output 1 (mean): a normalisation without a mean");
  if (r.wants(2)) r.Out(2, InverseRms(r, sum, epsilon, -1));
  return OkStatus();
}

Status RewriteSkipLayerNormalization(Rewriting& r) {
  const ValueId sum = Residual(r, 4);
  const std::vector<ValueId> y =
      r.b.Op("", "LayerNormalization", {sum, r.in(2), r.in(3)}, 3, {Epsilon(r.attrs.Float("epsilon", 1e-12f))});
  for (size_t i = 0; i < 3; ++i) r.Out(i, y[i]);
  return OkStatus();
}

// Rows of `scale` many elements, gated by silu or sigmoid of the gate; all in float32.
Status RewriteGatedRMSNorm(Rewriting& r) {
  const std::string gate = r.attrs.String("activation", "silu");
  const bool sigmoid = gate == "sigmoid";
  if (!sigmoid && gate != "silu" && gate != "swish") return InvalidArgument("activation '", gate, "' is not known");
  const float epsilon = r.attrs.Float("epsilon", 1e-5f);
  const ValueId rows = r.Join({r.b.Ints({-1}), r.Dims(r.in(1), 0)});
  const ValueId x = r.b.Op("Reshape", {r.Cast(r.in(0), ElementType::kFloat32), rows});
  const ValueId scale = r.Cast(r.in(1), ElementType::kFloat32);
  const ValueId flat = r.b.Op("RMSNormalization", {x, scale}, {Epsilon(epsilon)});
  const ValueId y = r.b.Op("Reshape", {flat, r.Dims(r.in(0), 0)});
  const ValueId z = r.b.Op(sigmoid ? "Sigmoid" : "Swish", {r.Cast(r.in(2), ElementType::kFloat32)});
  r.Out(0, r.b.Op("CastLike", {r.Mul(y, z), r.in(0)}));
  return OkStatus();
}

// What both embeddings end in: the sum of the rows, its normalisation, and how many words the mask leaves.
void FinishEmbedding(Rewriting& r, ValueId sum, ValueId gamma, ValueId beta, size_t mask, float epsilon) {
  r.Out(0, r.b.Op("LayerNormalization", {sum, gamma, beta}, {Epsilon(epsilon)}));
  if (!r.wants(1)) return;
  const ValueId batch = r.Dims(r.in(0), 0, 1);
  const int32_t one = 1, zero = 0;
  if (!r.has(mask)) {
    const ValueId none = r.b.Constant(Tensor::Of<int32_t>({1}, std::span<const int32_t>(&zero, 1)));
    r.Out(1, r.b.Op("Expand", {none, batch}));
    return;
  }
  const ValueId ones = r.b.Op("Equal", {r.in(mask), r.b.Constant(Tensor::Of<int32_t>({}, std::span(&one, 1)))});
  r.Out(1, r.b.Op("ReduceSum", {r.Cast(ones, ElementType::kInt32), r.b.Ints({1})}, {Attribute("keepdims", 0)}));
}

ValueId PositionsOf(Rewriting& r, size_t given) { return r.has(given) ? r.in(given) : r.Count(r.in(0), 1); }

Status RewriteEmbedLayerNormalization(Rewriting& r) {
  r.attrs.Ignore("mask_index_type");  // says whether output 1 is wanted, which the node says too
  ValueId sum = r.Add(r.b.Op("Gather", {r.in(2), r.in(0)}), r.b.Op("Gather", {r.in(3), PositionsOf(r, 8)}));
  if (r.has(1) != r.has(4)) return InvalidGraph("segment_ids and segment_embedding go together");
  if (r.has(1)) sum = r.Add(sum, r.b.Op("Gather", {r.in(4), r.in(1)}));
  FinishEmbedding(r, sum, r.in(5), r.in(6), 7, r.attrs.Float("epsilon", 1e-12f));
  r.Out(2, sum);
  return OkStatus();
}

Status RewriteQEmbedLayerNormalization(Rewriting& r) {
  const auto real = [&](ValueId rows, size_t scale, size_t zero) {
    const ValueId x = r.Cast(rows, ElementType::kFloat32), z = r.Cast(r.in(zero), ElementType::kFloat32);
    return r.Mul(r.b.Op("Sub", {x, z}), r.in(scale));
  };
  ValueId sum = r.Add(real(r.b.Op("Gather", {r.in(2), r.in(0)}), 8, 13),
                      real(r.b.Op("Gather", {r.in(3), r.Count(r.in(0), 1)}), 9, 14));
  if (r.has(1) != r.has(4) || r.has(1) != r.has(10) || r.has(1) != r.has(15)) {
    return InvalidGraph("segment_ids, segment_embedding, its scale and its zero point go together");
  }
  if (r.has(1)) sum = r.Add(sum, real(r.b.Op("Gather", {r.in(4), r.in(1)}), 10, 15));
  FinishEmbedding(r, sum, real(r.in(5), 11, 16), real(r.in(6), 12, 17), 7, r.attrs.Float("epsilon", 1e-12f));
  return OkStatus();
}

// Images as [N, pixels, C] or [N, C, pixels]; a skip of [N, C] is one pixel.
Status GroupNormOf(Rewriting& r, bool skip) {
  const int64_t groups = r.attrs.Int("groups"), activation = r.attrs.Int("activation");
  const bool last = r.attrs.Bool("channels_last", true);
  if (activation != 0 && activation != 1) return InvalidArgument("activation ", activation, " must be 0 or 1");
  const auto planes = [&](ValueId x) {
    const ValueId n = r.Dims(x, 0, 1);
    const ValueId c = r.Dims(r.in(1), 0);
    return r.b.Op("Reshape", {x, last ? r.Join({n, r.b.Ints({-1}), c}) : r.Join({n, c, r.b.Ints({-1})})});
  };
  const ValueId shape = r.Dims(r.in(0), 0);
  ValueId x = planes(r.in(0));
  if (skip) {
    x = r.Add(x, planes(r.in(3)));
    if (r.has(4)) x = r.Add(x, last ? r.in(4) : r.Reshape(r.in(4), {-1, 1}));
    r.Out(1, r.b.Op("Reshape", {x, shape}));
  }
  x = r.Cast(x, ElementType::kFloat32);
  if (last) x = r.Transpose(x, {0, 2, 1});
  ValueId y =
      r.b.Op("GroupNormalization", {x, r.Cast(r.in(1), ElementType::kFloat32), r.Cast(r.in(2), ElementType::kFloat32)},
             {Epsilon(r.attrs.Float("epsilon", 1e-5f)), Attribute("num_groups", groups)});
  if (activation == 1) y = r.b.Op("Swish", {y});
  if (last) y = r.Transpose(y, {0, 2, 1});
  r.Out(0, r.b.Op("CastLike", {r.b.Op("Reshape", {y, shape}), r.in(0)}));
  return OkStatus();
}
Status RewriteGroupNorm(Rewriting& r) { return GroupNormOf(r, false); }
Status RewriteSkipGroupNorm(Rewriting& r) { return GroupNormOf(r, true); }

}  // namespace

// ONNX Runtime knows this one in ONNX's own domain, where ONNX has none.
KANTE_REWRITTEN_OP_OF("", SimplifiedLayerNormalization, "SimplifiedLayerNormalization", 2, 2, 2)
KANTE_REWRITTEN_OP(MsSimplifiedLayerNormalization, "SimplifiedLayerNormalization", 2, 2, 2)
KANTE_REWRITTEN_OP(SkipSimplifiedLayerNormalization, "SkipSimplifiedLayerNormalization", 3, 4, 4)
KANTE_REWRITTEN_OP(SkipLayerNormalization, "SkipLayerNormalization", 3, 5, 4)
KANTE_REWRITTEN_OP(GatedRMSNorm, "GatedRMSNorm", 3, 3, 1)
KANTE_REWRITTEN_OP(EmbedLayerNormalization, "EmbedLayerNormalization", 7, 9, 3)
KANTE_REWRITTEN_OP(QEmbedLayerNormalization, "QEmbedLayerNormalization", 18, 18, 2)
KANTE_REWRITTEN_OP(GroupNorm, "GroupNorm", 3, 3, 1)
KANTE_REWRITTEN_OP(SkipGroupNorm, "SkipGroupNorm", 4, 5, 2)

}  // namespace kante::core
