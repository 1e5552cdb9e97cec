// SPDX-License-Identifier: MIT
// Products and convolutions with what ONNX Runtime's optimizer folds into them; Kante's own fusions find it again.
#include <numeric>

#include "ops/contrib/rewriting.h"
#include "ops/nn/activation.h"

namespace kante::core {
namespace {

Result<ValueId> Activated(Rewriting& r, ValueId y, std::span<const float> params) {
  const std::string name = r.attrs.String("activation", "");
  KANTE_TRY(ParseActivation(name, params));
  return ExpandActivation(r.b, y, name, params);
}

// `batch`: the first dimension moves behind the others but the last; `matrix`: then the last two change places.
ValueId Turned(Rewriting& r, size_t i, bool batch, bool matrix) {
  const ValueId x = r.in(i);
  if (!batch && !matrix) return x;
  if (const auto rank = r.u.rank(i); rank && *rank >= 2) {
    std::vector<int64_t> perm(static_cast<size_t>(*rank));
    std::iota(perm.begin(), perm.end(), 0);
    if (batch) std::rotate(perm.begin(), perm.begin() + 1, perm.end() - 1);
    if (matrix) std::swap(perm[perm.size() - 2], perm[perm.size() - 1]);
    return r.Transpose(x, std::move(perm));
  }
  // Of any rank: three dimensions, of which the batch is one.
  const ValueId rows = batch ? r.Dims(x, 0, 1) : r.Dims(x, -2, -1), columns = r.Dims(x, -1);
  const ValueId lead = batch ? r.Dims(x, 1, -1) : r.Dims(x, 0, -2);
  const ValueId count = r.b.Op("ReduceProd", {lead, r.b.Ints({0})});
  const ValueId cube = r.b.Op("Reshape", {x, r.Join(batch ? std::vector<ValueId>{rows, count, columns}
                                                          : std::vector<ValueId>{count, rows, columns})});
  const ValueId turned = r.Transpose(cube, !batch   ? std::vector<int64_t>{0, 2, 1}
                                           : matrix ? std::vector<int64_t>{1, 2, 0}
                                                    : std::vector<int64_t>{1, 0, 2});
  const ValueId shape =
      r.Join(matrix ? std::vector<ValueId>{lead, columns, rows} : std::vector<ValueId>{lead, rows, columns});
  return r.b.Op("Reshape", {turned, shape});
}

Status RewriteMsFusedMatMul(Rewriting& r) {
  const bool batch_a = r.attrs.Bool("transBatchA", false), batch_b = r.attrs.Bool("transBatchB", false);
  const bool trans_a = r.attrs.Bool("transA", false), trans_b = r.attrs.Bool("transB", false);
  const float alpha = r.attrs.Float("alpha", 1);
  ValueId y = r.b.Op("MatMul", {Turned(r, 0, batch_a, trans_a), Turned(r, 1, batch_b, trans_b)});
  if (alpha != 1) y = r.Mul(y, r.b.Op("CastLike", {r.b.Scalar(alpha), y}));
  r.Out(0, y);
  return OkStatus();
}
Status RewriteTransposeMatMul(Rewriting& r) { return RewriteMsFusedMatMul(r); }

Status RewriteMsFusedGemm(Rewriting& r) {
  const ValueId y =
      r.b.Op("Gemm", {r.in(0), r.in(1), r.in(2)},
             {Attribute("alpha", r.attrs.Float("alpha", 1)), Attribute("beta", r.attrs.Float("beta", 1)),
              Attribute("transA", r.attrs.Int("transA", 0)), Attribute("transB", r.attrs.Int("transB", 0))});
  std::vector<float> params;
  for (const char* name : {"activation_alpha", "activation_beta", "activation_gamma"}) {
    if (!r.attrs.Has(name)) continue;
    // Selu has alpha and gamma, HardSigmoid alpha and beta.
    params.push_back(r.attrs.Float(name, 0));
  }
  if (params.size() > 2) return InvalidGraph("an activation has at most two parameters");
  KANTE_TRY(const ValueId out, Activated(r, y, params));
  r.Out(0, out);
  return OkStatus();
}

// A convolution of the node's own attributes.
ValueId ConvOf(Rewriting& r, ValueId x, ValueId w, ValueId bias, const char* op = "Conv") {
  std::vector<Attribute> attributes;
  for (const char* name : {"auto_pad", "group", "pads", "strides", "dilations", "kernel_shape", "output_padding"}) {
    r.attrs.Ignore(name);  // Conv checks it
    if (const Attribute* a = r.u.node().FindAttribute(name)) attributes.push_back(*a);
  }
  return r.b.Op(op, {x, w, bias}, std::move(attributes));
}

// A residual is added before the activation.
Status RewriteMsFusedConv(Rewriting& r) {
  ValueId y = ConvOf(r, r.in(0), r.in(1), r.in(2));
  if (r.has(3)) y = r.Add(y, r.in(3));
  KANTE_TRY(y, Activated(r, y, r.attrs.Floats("activation_params")));
  r.Out(0, y);
  return OkStatus();
}

// Pads are what is cut off the borders of the whole result.
Status RewriteConvTransposeWithDynamicPads(Rewriting& r) {
  const ValueId y = ConvOf(r, r.in(0), r.in(1), r.in(3), "ConvTranspose");
  r.Out(0, y);
  if (!r.has(2)) return OkStatus();
  if (r.attrs.String("auto_pad", "NOTSET") != "NOTSET") return NotImplemented("auto_pad beside pads");
  const ValueId size = r.Dims(y, 2), count = r.Dims(size, 0);
  const ValueId begins = r.b.Op("Slice", {r.in(2), r.b.Ints({0}), count});
  const ValueId ends = r.b.Op("Slice", {r.in(2), count, r.Mul(count, r.b.Ints({2}))});
  const ValueId axes = r.Add(r.Count(size, 0), r.b.Int(2));
  r.Out(0, r.b.Op("Slice", {y, begins, r.b.Op("Sub", {size, ends}), axes}));
  return OkStatus();
}

ValueId ChannelsFirst(Rewriting& r, ValueId x) { return r.Transpose(x, {0, 3, 1, 2}); }
ValueId ChannelsLast(Rewriting& r, ValueId x) { return r.Transpose(x, {0, 2, 3, 1}); }

// The weights are as ONNX Runtime's fusion writes them, [M, kH, kW, C / group].
Status RewriteNhwcConv(Rewriting& r) {
  r.Out(0, ChannelsLast(r, ConvOf(r, ChannelsFirst(r, r.in(0)), ChannelsFirst(r, r.in(1)), r.in(2))));
  return OkStatus();
}

// As ONNX's: the weights are [M, C / group, kH, kW].
Status RewriteNhwcFusedConv(Rewriting& r) {
  ValueId y = ChannelsLast(r, ConvOf(r, ChannelsFirst(r, r.in(0)), r.in(1), r.in(2)));
  if (r.has(3)) y = r.Add(y, r.in(3));
  KANTE_TRY(y, Activated(r, y, r.attrs.Floats("activation_params")));
  r.Out(0, y);
  return OkStatus();
}

}  // namespace

KANTE_REWRITTEN_OP(MsFusedMatMul, "FusedMatMul", 2, 2, 1)
KANTE_REWRITTEN_OP(TransposeMatMul, "TransposeMatMul", 2, 2, 1)
KANTE_REWRITTEN_OP(MsFusedGemm, "FusedGemm", 2, 3, 1)
KANTE_REWRITTEN_OP(MsFusedConv, "FusedConv", 2, 4, 1)
KANTE_REWRITTEN_OP(ConvTransposeWithDynamicPads, "ConvTransposeWithDynamicPads", 2, 4, 1)
KANTE_REWRITTEN_OP(NhwcConv, "NhwcConv", 2, 3, 1)
KANTE_REWRITTEN_OP(NhwcFusedConv, "NhwcFusedConv", 2, 4, 1)

}  // namespace kante::core
