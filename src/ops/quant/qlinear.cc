// SPDX-License-Identifier: MIT
// Operators of com.microsoft on bytes with a scale and a zero point: values go through float32 and back.
#include "ops/contrib/rewriting.h"

namespace kante::core {
namespace {

// The real values of input `at`, whose scale and zero point follow it.
ValueId Real(Rewriting& r, size_t at) { return r.b.Op("DequantizeLinear", {r.in(at), r.in(at + 1), r.in(at + 2)}); }

// Output 0: y in the scale of input `scale` and the zero point after it; without one it is 0 of the type of input
// `like`.
Status Quantized(Rewriting& r, ValueId y, size_t scale, size_t like = 0) {
  const ValueId zero = r.has(scale + 1) ? r.in(scale + 1) : r.b.Op("CastLike", {r.b.Int(0), r.in(like)});
  r.Out(0, r.b.Op("QuantizeLinear", {y, r.in(scale), zero}));
  return OkStatus();
}

Status RewriteQLinearAdd(Rewriting& r) { return Quantized(r, r.Add(Real(r, 0), Real(r, 3)), 6); }
Status RewriteQLinearMul(Rewriting& r) { return Quantized(r, r.Mul(Real(r, 0), Real(r, 3)), 6); }
Status RewriteQLinearWhere(Rewriting& r) {
  return Quantized(r, r.b.Op("Where", {r.in(0), Real(r, 1), Real(r, 4)}), 7, 1);
}

Status RewriteQLinearSigmoid(Rewriting& r) { return Quantized(r, r.b.Op("Sigmoid", {Real(r, 0)}), 3); }
Status RewriteQLinearLeakyRelu(Rewriting& r) {
  const float alpha = r.attrs.Float("alpha", 0.01f);
  return Quantized(r, r.b.Op("LeakyRelu", {Real(r, 0)}, {Attribute("alpha", alpha)}), 3);
}

// Before opset 13 the dimensions from `axis` on are one.
Status RewriteQLinearSoftmax(Rewriting& r) {
  const int64_t opset = r.attrs.Int("opset"), axis = r.attrs.Int("axis", -1);
  const ValueId x = Real(r, 0);
  if (opset >= 13) return Quantized(r, r.b.Op("Softmax", {x}, {Attribute("axis", axis)}), 3);
  const ValueId rows = r.b.Op("Flatten", {x}, {Attribute("axis", axis)});
  return Quantized(r, r.b.Op("Reshape", {r.b.Op("Softmax", {rows}, {Attribute("axis", -1)}), r.Dims(x, 0)}), 3);
}

Status RewriteQLinearConcat(Rewriting& r) {
  const size_t count = r.u.node().inputs.size();
  if (count < 5 || (count - 2) % 3 != 0) return InvalidGraph("needs three inputs for each part, not ", count - 2);
  std::vector<ValueId> parts;
  for (size_t i = 2; i < count; i += 3) parts.push_back(Real(r, i));
  return Quantized(r, r.b.Op("Concat", std::move(parts), {Attribute("axis", r.attrs.Int("axis"))}), 0, 2);
}

Status RewriteQLinearReduceMean(Rewriting& r) {
  const ValueId axes = r.b.Ints(r.attrs.Ints("axes"));
  return Quantized(r, r.b.Op("ReduceMean", {Real(r, 0), axes}, {Attribute("keepdims", r.attrs.Int("keepdims", 1))}), 3);
}

// Channels move from the last place to the second, or back.
Result<ValueId> MoveChannels(Rewriting& r, ValueId x, std::optional<int> rank, bool to_second) {
  if (!rank) return NotImplemented("channels_last on an input whose rank the model does not say");
  if (*rank < 3) return InvalidGraph("channels_last on an input of rank ", *rank);
  std::vector<int64_t> perm = {0};
  if (to_second) perm.push_back(*rank - 1);
  for (int d = to_second ? 1 : 2; static_cast<int>(perm.size()) < (to_second ? *rank : *rank - 1); ++d) {
    perm.push_back(d);
  }
  if (!to_second) perm.push_back(1);
  return r.Transpose(x, std::move(perm));
}

// The node's own attributes of these names, for an operator of ONNX that checks them.
std::vector<Attribute> Passed(Rewriting& r, std::initializer_list<const char*> names) {
  std::vector<Attribute> attributes;
  for (const char* name : names) {
    r.attrs.Ignore(name);
    if (const Attribute* a = r.u.node().FindAttribute(name)) attributes.push_back(*a);
  }
  return attributes;
}

Status RewriteQLinearAveragePool(Rewriting& r) {
  const int rank = static_cast<int>(r.attrs.Ints("kernel_shape").size()) + 2;
  const bool last = r.attrs.Bool("channels_last", false);
  ValueId x = Real(r, 0);
  if (last) {
    KANTE_TRY(x, MoveChannels(r, x, rank, true));
  }
  ValueId y = r.b.Op("AveragePool", {x},
                     Passed(r, {"kernel_shape", "strides", "pads", "auto_pad", "ceil_mode", "count_include_pad"}));
  if (last) {
    KANTE_TRY(y, MoveChannels(r, y, rank, false));
  }
  return Quantized(r, y, 3);
}

Status RewriteQLinearGlobalAveragePool(Rewriting& r) {
  const ValueId x = Real(r, 0);
  if (!r.attrs.Bool("channels_last", false)) return Quantized(r, r.b.Op("GlobalAveragePool", {x}), 3);
  const ValueId rank = r.b.Op("Reshape", {r.Dims(r.Dims(x, 0), 0), r.b.Ints({})});
  const ValueId axes = r.b.Op("Range", {r.b.Int(1), r.b.Op("Sub", {rank, r.b.Int(1)}), r.b.Int(1)});
  return Quantized(r, r.b.Op("ReduceMean", {x, axes}), 3);
}

// Weights are [M, C / group, ...] in both layouts.
Status RewriteMsQLinearConv(Rewriting& r) {
  const bool last = r.attrs.Bool("channels_last", false);
  const std::optional<int> rank = r.u.rank(0) ? r.u.rank(0) : r.u.rank(3);
  std::vector<ValueId> inputs = r.u.node().inputs;
  if (last) {
    KANTE_TRY(inputs[0], MoveChannels(r, inputs[0], rank, true));
  }
  ValueId y = r.b.Op("QLinearConv", std::move(inputs),
                     Passed(r, {"kernel_shape", "strides", "pads", "auto_pad", "dilations", "group"}));
  if (last) {
    KANTE_TRY(y, MoveChannels(r, y, rank, false));
  }
  r.Out(0, y);
  return OkStatus();
}

// alpha * a_scale * b_scale * (the product of the centred matrices + C); the sums are exact.
Status RewriteQGemm(Rewriting& r) {
  const auto matrix = [&](size_t i, const char* transposed) {
    return r.attrs.Bool(transposed, false) ? r.Transpose(r.in(i), {1, 0}) : r.in(i);
  };
  ValueId sum = r.b.Op("MatMulInteger", {matrix(0, "transA"), matrix(3, "transB"), r.in(2), r.in(5)});
  if (r.has(6)) sum = r.Add(sum, r.in(6));
  ValueId scale = r.Mul(r.Mul(r.in(1), r.in(4)), r.b.Scalar(r.attrs.Float("alpha", 1)));
  if (r.has(7)) scale = r.b.Op("Div", {scale, r.in(7)});
  const ValueId y = r.Mul(r.Cast(sum, ElementType::kFloat32), scale);
  r.Out(0, y);
  if (!r.has(7)) return OkStatus();
  if (!r.has(8)) return InvalidGraph("y_scale and y_zero_point go together");
  r.Out(0, r.b.Op("QuantizeLinear", {y, r.b.Scalar(1), r.in(8)}));
  return OkStatus();
}

Status RewriteDynamicQuantizeMatMul(Rewriting& r) {
  const std::vector<ValueId> a = r.b.Op("", "DynamicQuantizeLinear", {r.in(0)}, 3);
  r.Out(0,
        r.b.Op("com.microsoft", "MatMulIntegerToFloat", {a[0], r.in(1), a[1], r.in(2), a[2], r.in(3), r.in(4)}, 1)[0]);
  return OkStatus();
}

// Weights lie as [directions, input, gates]; a scale for each direction or for each gate's row. X is quantized at
// once; the hidden state stays as it is.
Status RewriteDynamicQuantizeLSTM(Rewriting& r) {
  const auto weights = [&](size_t i, size_t scale) {
    const auto columns = [&](size_t p) {
      const ValueId dims = r.Join({r.Dims(r.in(i), 0, 1), r.b.Ints({1, -1})});
      return r.b.Op("Reshape", {r.Cast(r.in(p), ElementType::kFloat32), dims});
    };
    const ValueId w = r.b.Op("Sub", {r.Cast(r.in(i), ElementType::kFloat32), columns(scale + 1)});
    return r.Transpose(r.Mul(w, columns(scale)), {0, 2, 1});
  };
  const std::vector<ValueId> x = r.b.Op("", "DynamicQuantizeLinear", {r.in(0)}, 3);
  const std::vector<ValueId> y = r.b.Op("", "LSTM",
                                        {r.b.Op("DequantizeLinear", {x[0], x[1], x[2]}), weights(1, 8), weights(2, 10),
                                         r.in(3), r.in(4), r.in(5), r.in(6), r.in(7)},
                                        3,
                                        Passed(r, {"direction", "activations", "activation_alpha", "activation_beta",
                                                   "clip", "hidden_size", "input_forget"}));
  for (size_t i = 0; i < 3; ++i) r.Out(i, y[i]);
  return OkStatus();
}

}  // namespace

KANTE_REWRITTEN_OP(QLinearAdd, "QLinearAdd", 7, 8, 1)
KANTE_REWRITTEN_OP(QLinearMul, "QLinearMul", 7, 8, 1)
KANTE_REWRITTEN_OP(QLinearWhere, "QLinearWhere", 9, 9, 1)
KANTE_REWRITTEN_OP(QLinearSigmoid, "QLinearSigmoid", 4, 5, 1)
KANTE_REWRITTEN_OP(QLinearLeakyRelu, "QLinearLeakyRelu", 4, 5, 1)
KANTE_REWRITTEN_OP(QLinearSoftmax, "QLinearSoftmax", 5, 5, 1)
KANTE_REWRITTEN_OP(QLinearConcat, "QLinearConcat", 5, kVariadic, 1)
KANTE_REWRITTEN_OP(QLinearReduceMean, "QLinearReduceMean", 4, 5, 1)
KANTE_REWRITTEN_OP(QLinearAveragePool, "QLinearAveragePool", 4, 5, 1)
KANTE_REWRITTEN_OP(QLinearGlobalAveragePool, "QLinearGlobalAveragePool", 5, 5, 1)
KANTE_REWRITTEN_OP(MsQLinearConv, "QLinearConv", 8, 9, 1)
KANTE_REWRITTEN_OP(QGemm, "QGemm", 6, 9, 1)
KANTE_REWRITTEN_OP(DynamicQuantizeMatMul, "DynamicQuantizeMatMul", 3, 5, 1)
KANTE_REWRITTEN_OP(DynamicQuantizeLSTM, "DynamicQuantizeLSTM", 12, 12, 3)

}  // namespace kante::core
