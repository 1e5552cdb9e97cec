// SPDX-License-Identifier: MIT
#include "compute/explain.h"
#include "compute/gemm_batch.h"
#include "compute/gemm_plain.h"
#include "ops/linalg/matmul_shape.h"
#include "ops/linalg/product.h"
#include "ops/math/elementwise.h"
#include "ops/nn/float_arrays.h"

namespace kante::core {
namespace {

enum Inputs { kA, kB, kBias };

// A column on the right is computed as a row on the left, which reads A in the order it lies in.
bool IsColumn(const MatMulShape& s) { return s.n == 1 && s.m > 1; }

BatchGemmPlan PlanFor(const MatMulShape& s, bool packed, kernels::PanelType panels) {
  if (IsColumn(s)) return PlanBatchGemm(s.batch, s.b_batch, s.a_batch, 1, s.m, s.k, GemmB::kStrided, s.k, 1);
  return PlanBatchGemm(s.batch, s.a_batch, s.b_batch, s.m, s.n, s.k, packed ? GemmB::kPacked : GemmB::kStrided, s.k, 1,
                       panels);
}

Status ChooseProduct(ChooseContext& c) {
  if (!kFloatProducts.Has(c.type(kA))) return OkStatus();
  KANTE_TRY(MatMulShape s, MatMulShape::Make(c.shape(kA), c.shape(kB)));
  s.FoldBatchIntoRows();
  const bool packed = c.is_constant(kB) && !IsColumn(s) && c.shape(kB).rank() >= 2 && s.m > 0 && s.n > 0 && s.k > 0;
  const kernels::PanelType panels = PanelTypeOf(c.weight_storage(kB));
  c.choice.algorithm = static_cast<int>(panels);
  const BatchGemmPlan plan = PlanFor(s, packed, panels);
  c.choice.scratch_bytes = plan.scratch_bytes;
  if (packed) {
    const BatchGemmPlan plain = PlanFor(s, false, panels);
    PackProduct(c, kB, GemmWeightFormat(false, panels), plan.one, plain.one, plain.scratch_bytes);
  }
  return OkStatus();
}

Method ExplainProduct(const ChooseContext& c) {
  if (!kFloatProducts.Has(c.type(kA))) return {"plain loops", ""};
  Result<MatMulShape> s = MatMulShape::Make(c.shape(kA), c.shape(kB));
  if (!s.ok()) return {};
  s->FoldBatchIntoRows();
  const BatchGemmPlan plan =
      PlanFor(*s, c.choice.packs[0].input == kB, static_cast<kernels::PanelType>(c.choice.algorithm));
  std::string reason = ReasonOf(plan.one);
  if (plan.count > 1) reason = StrCat(plan.count, plan.across ? " shared out to threads; " : " one by one; ", reason);
  return {NameOf(plan.one), std::move(reason)};
}

Status RunFloats(RunContext& c, const MatMulShape& s, const Activation& act, const Tensor& y) {
  const std::byte* packed = c.packed(kB);
  const auto panels = static_cast<kernels::PanelType>(c.choice().algorithm);
  const BatchGemmPlan plan = PlanFor(s, packed != nullptr, panels);
  GemmArgs args;
  if (plan.scratch_bytes) {
    KANTE_TRY(args.scratch, c.Scratch(plan.scratch_bytes));
  }
  KANTE_TRY(const float* a, ReadFloats(c, c.in(kA)));
  KANTE_TRY(const float* b,
            packed ? Result<const float*>(static_cast<const float*>(nullptr)) : ReadFloats(c, c.in(kB)));
  KANTE_TRY(const float* bias, ReadFloats(c, kBias));
  KANTE_TRY(const FloatWriter writer, FloatWriter::Open(c, const_cast<Tensor*>(&y)));
  args.c = writer.data();
  args.epilogue.act = act.op;
  args.epilogue.alpha = act.alpha;
  args.epilogue.beta = act.beta;
  BatchStrides strides{.a = s.m * s.k, .b = s.k * s.n, .c = s.m * s.n};
  if (IsColumn(s)) {
    args.a = b;
    args.a_row_stride = s.k;
    args.b = a;
    args.b_row_stride = 1;
    args.b_col_stride = s.k;
    args.ldc = s.m;
    args.epilogue.bias_row = bias;
    std::swap(strides.a, strides.b);
  } else {
    args.a = a;
    args.a_row_stride = s.k;
    args.packed_b = packed;
    args.b = b;
    args.b_row_stride = s.n;
    args.ldc = s.n;
    args.epilogue.bias_col = bias;
    if (packed) {
      KANTE_TRY(strides.b, PackedGemmBytes(1, s.k, s.n));
      strides.b /= 4;  // elements
    }
  }
  KANTE_TRY(WithThreads(c, [&](ParallelFor parallel) { return RunBatchGemm(plan, args, strides, parallel); }));
  return writer.Finish(c);
}

Status RunPlain(RunContext& c, const MatMulShape& s, const Tensor& y) {
  const int64_t size = BitsOf(y.type()) / 8;
  const BroadcastPlan batch = PlanBroadcast(s.batch, s.a_batch, s.b_batch);
  return WithThreads(c, [&](ParallelFor parallel) {
    bool finished = true;
    auto one_thread = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
      if (count > 0) body(0, count);
      return true;
    };
    return ForEachRow(batch, 0, one_thread,
                      [&](const int64_t* offsets, int64_t out, int64_t count) {
                        for (int64_t i = 0; i < count && finished; ++i) {
                          PlainGemmArgs args{.m = s.m, .n = s.n, .k = s.k};
                          args.a = c.in(kA).raw() + (offsets[0] + (batch.repeats[0] ? 0 : i)) * s.m * s.k * size;
                          args.a_row_stride = s.k;
                          args.b = c.in(kB).raw() + (offsets[1] + (batch.repeats[1] ? 0 : i)) * s.k * s.n * size;
                          args.b_row_stride = s.n;
                          args.c = y.raw() + (out + i) * s.m * s.n * size;
                          args.ldc = s.n;
                          finished = RunPlainGemm(y.type(), args, parallel);
                        }
                      }) &&
           finished;
  });
}

Status RunProduct(RunContext& c, const Activation& act) {
  const Tensor& a = c.in(kA);
  KANTE_TRY(MatMulShape s, MatMulShape::Make(a.shape(), c.in(kB).shape()));
  KANTE_TRY(const Tensor* y, c.Output(0, a.type(), s.output));
  s.FoldBatchIntoRows();
  return kFloatProducts.Has(a.type()) ? RunFloats(c, s, act, *y) : RunPlain(c, s, *y);
}

Status InferProduct(InferContext& c) {
  c.SetType(0, c.type(kA));
  KANTE_TRY(const Shape a, c.shape(kA));
  KANTE_TRY(const Shape b, c.shape(kB));
  KANTE_TRY(const MatMulShape s, MatMulShape::Make(a, b));
  if (c.has_input(kBias)) {
    KANTE_TRY(const Shape bias, c.shape(kBias));
    if (b.rank() < 2 || bias.rank() != 1 || bias[0] != s.n) {
      return InvalidArgument("bias ", bias.ToString(), " does not suit ", s.n, " columns");
    }
  }
  return c.SetShape(0, s.output);
}

struct MatMul {
  static constexpr OpInfo kInfo{.name = "MatMul",
                                .versions = {1, 9, 13},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kProductTypes,
                                .same_type = 0b11,
                                .numerics = kArithmetic};
  Status Infer(InferContext& c) const { return InferProduct(c); }
  Status Choose(ChooseContext& c) const { return ChooseProduct(c); }
  double Flops(const ChooseContext& c) const { return ProductFlops(c.shape(kA), c.output_shape(0)); }
  Method Explain(const ChooseContext& c) const { return ExplainProduct(c); }
  Status Pack(PackContext& c) const { return PackProductWeight(c, false); }
  Status Run(RunContext& c) const { return RunProduct(c, {}); }
};

// activation(A * B + bias)
struct FusedMatMul {
  static constexpr OpInfo kInfo{.name = "FusedMatMul",
                                .domain = "kante",
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloatProducts,
                                .same_type = 0b111,
                                .numerics = kComputes};
  FusedActivation activation;
  static Result<FusedMatMul> Parse(AttrReader& a) {
    FusedMatMul op;
    KANTE_TRY(op.activation, FusedActivation::Parse(a));
    return op;
  }
  Status Infer(InferContext& c) const { return InferProduct(c); }
  Status Choose(ChooseContext& c) const { return ChooseProduct(c); }
  double Flops(const ChooseContext& c) const { return ProductFlops(c.shape(kA), c.output_shape(0)); }
  Method Explain(const ChooseContext& c) const { return ExplainProduct(c); }
  Status Pack(PackContext& c) const { return PackProductWeight(c, false); }
  Status Run(RunContext& c) const { return RunProduct(c, activation.parsed); }
  Status Expand(ExpandContext& c) const {
    ValueId y = c.build().Op("MatMul", {c.input(kA), c.input(kB)});
    if (c.has_input(kBias)) y = c.build().Op("Add", {y, c.input(kBias)});
    c.SetOutput(0, ExpandActivation(c.build(), y, activation.name, activation.params));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(MatMul)
KANTE_DEFINE_OP(FusedMatMul)

}  // namespace kante::core
