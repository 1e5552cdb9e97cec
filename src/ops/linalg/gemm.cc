// SPDX-License-Identifier: MIT
#include <algorithm>

#include "compute/element_io.h"
#include "compute/explain.h"
#include "compute/gemm_plain.h"
#include "compute/saturate.h"
#include "ops/linalg/product.h"
#include "ops/math/elementwise.h"
#include "ops/nn/float_arrays.h"

namespace kante::core {
namespace {

enum Inputs { kA, kB, kC };

// alpha * A' * B' + beta * C, where C broadcasts to the product.
struct GemmAttributes {
  float alpha = 1, beta = 1;
  bool trans_a = false, trans_b = false;

  void Read(AttrReader& a) {
    alpha = a.Float("alpha", 1);
    beta = a.Float("beta", 1);
    trans_a = a.Bool("transA", false);
    trans_b = a.Bool("transB", false);
  }
  std::vector<Attribute> Write() const {
    return {{"alpha", AttributeValue(alpha)},
            {"beta", AttributeValue(beta)},
            {"transA", int{trans_a}},
            {"transB", int{trans_b}}};
  }
};

struct Sizes {
  int64_t m = 0, n = 0, k = 0;
  static Result<Sizes> Make(const GemmAttributes& g, const Shape& a, const Shape& b) {
    if (a.rank() != 2 || b.rank() != 2) {
      return InvalidArgument("A and B must be matrices, not ", a.ToString(), " and ", b.ToString());
    }
    const Sizes s{a[g.trans_a ? 1 : 0], b[g.trans_b ? 0 : 1], a[g.trans_a ? 0 : 1]};
    const int64_t k = b[g.trans_b ? 1 : 0];
    if (s.k != k) return InvalidArgument("cannot multiply: ", s.k, " columns of A, ", k, " rows of B");
    return s;
  }
};

GemmPlan PlanFor(const GemmAttributes& g, const Sizes& s, bool packed, kernels::PanelType panels) {
  return PlanGemm(s.m, s.n, s.k, packed ? GemmB::kPacked : GemmB::kStrided, g.trans_a ? 1 : s.k, g.trans_a ? s.m : 1,
                  panels);
}

// C as an epilogue sees it: one number per column, per row, or per element.
enum class Spread { kColumns, kRows, kAll };
Spread SpreadOf(const Shape& c, const Sizes& s) {
  const int64_t rows = c.rank() == 2 ? c[0] : 1;
  const int64_t columns = c.rank() >= 1 ? c[c.rank() - 1] : 1;
  if (rows == 1 || s.m == 1) return Spread::kColumns;
  return columns == 1 ? Spread::kRows : Spread::kAll;
}
int64_t CountOf(Spread spread, const Sizes& s) {
  return spread == Spread::kAll ? s.m * s.n : spread == Spread::kRows ? s.m : s.n;
}

// beta * C with as many elements as the epilogue reads; C itself where it is that already.
Result<const float*> Addend(RunContext& c, const GemmAttributes& g, const Sizes& s, Spread spread) {
  KANTE_TRY(const float* from, ReadFloats(c, c.in(kC)));
  const int64_t have = c.in(kC).elements(), want = CountOf(spread, s);
  if (have == want && g.beta == 1) return from;
  KANTE_TRY(std::byte * memory, c.Scratch(want * 4));
  float* to = reinterpret_cast<float*>(memory);
  // C of one column under a row of several can only be a single element here.
  KANTE_TRY(c.Parallel(want, 0.3, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = g.beta * from[have == 1 ? 0 : i];
  }));
  return to;
}

Status RunFloats(RunContext& c, const GemmAttributes& g, const Sizes& s, const Activation& act, Tensor* y) {
  const std::byte* packed = c.packed(kB);
  const GemmPlan plan = PlanFor(g, s, packed != nullptr, static_cast<kernels::PanelType>(c.choice().algorithm));
  GemmArgs args;
  if (plan.scratch_bytes) {
    KANTE_TRY(args.scratch, c.Scratch(plan.scratch_bytes));
  }
  KANTE_TRY(args.a, ReadFloats(c, c.in(kA)));
  args.a_row_stride = g.trans_a ? 1 : s.k;
  args.a_col_stride = g.trans_a ? s.m : 1;
  args.packed_b = packed;
  if (!packed) {
    KANTE_TRY(args.b, ReadFloats(c, c.in(kB)));
    args.b_row_stride = g.trans_b ? 1 : s.n;
    args.b_col_stride = g.trans_b ? s.k : 1;
  }
  args.epilogue.scale = g.alpha;
  args.epilogue.act = act.op;
  args.epilogue.alpha = act.alpha;
  args.epilogue.beta = act.beta;
  if (c.has_input(kC) && g.beta != 0) {
    const Spread spread = SpreadOf(c.in(kC).shape(), s);
    KANTE_TRY(const float* addend, Addend(c, g, s, spread));
    if (spread == Spread::kColumns) args.epilogue.bias_col = addend;
    if (spread == Spread::kRows) args.epilogue.bias_row = addend;
    if (spread == Spread::kAll) args.epilogue.residual = addend;
    args.epilogue.ld_residual = static_cast<size_t>(s.n);
  }
  KANTE_TRY(const FloatWriter writer, FloatWriter::Open(c, y));
  args.c = writer.data();
  args.ldc = s.n;
  KANTE_TRY(WithThreads(c, [&](ParallelFor parallel) { return RunGemm(plan, args, parallel); }));
  return writer.Finish(c);
}

// y = alpha * y + beta * c; factors of 1 leave integers alone, so that they wrap around.
template <typename T>
void Combine(const GemmAttributes& g, const Sizes& s, const Tensor* addend, T* y) {
  const int64_t step_row = !addend || addend->rank() < 2 || addend->dim(0) == 1 ? 0 : addend->dim(1);
  const int64_t step_col = !addend || addend->rank() < 1 || addend->dim(addend->rank() - 1) == 1 ? 0 : 1;
  const auto scaled = [](T v, float by) {
    if (by == 1) return v;
    const double product = static_cast<double>(v) * by;
    if constexpr (std::is_integral_v<T>) return SaturateTo<T>(product);
    return static_cast<T>(product);
  };
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t j = 0; j < s.n; ++j) {
      T& v = y[i * s.n + j];
      v = scaled(v, g.alpha);
      if (!addend) continue;
      const T more = scaled(addend->data<T>()[i * step_row + j * step_col], g.beta);
      if constexpr (std::is_integral_v<T>) {
        using Wrapping = std::make_unsigned_t<T>;
        v = static_cast<T>(static_cast<Wrapping>(v) + static_cast<Wrapping>(more));
      } else {
        v += more;
      }
    }
  }
}

Status RunPlain(RunContext& c, const GemmAttributes& g, const Sizes& s, const Tensor& y) {
  PlainGemmArgs args{.m = s.m, .n = s.n, .k = s.k};
  args.a = c.in(kA).raw();
  args.a_row_stride = g.trans_a ? 1 : s.k;
  args.a_col_stride = g.trans_a ? s.m : 1;
  args.b = c.in(kB).raw();
  args.b_row_stride = g.trans_b ? 1 : s.n;
  args.b_col_stride = g.trans_b ? s.k : 1;
  args.c = y.raw();
  args.ldc = s.n;
  KANTE_TRY(WithThreads(c, [&](ParallelFor parallel) { return RunPlainGemm(y.type(), args, parallel); }));
  const Tensor* addend = c.has_input(kC) ? &c.in(kC) : nullptr;
  switch (y.type()) {
    case ElementType::kFloat64:
      Combine(g, s, addend, y.mutable_data<double>());
      break;
    case ElementType::kInt32:
      Combine(g, s, addend, y.mutable_data<int32_t>());
      break;
    case ElementType::kUint32:
      Combine(g, s, addend, y.mutable_data<uint32_t>());
      break;
    case ElementType::kInt64:
      Combine(g, s, addend, y.mutable_data<int64_t>());
      break;
    default:
      Combine(g, s, addend, y.mutable_data<uint64_t>());
      break;
  }
  return OkStatus();
}

struct GemmBase : GemmAttributes {
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kA));
    KANTE_TRY(const Shape a, c.shape(kA));
    KANTE_TRY(const Shape b, c.shape(kB));
    KANTE_TRY(const Sizes s, Sizes::Make(*this, a, b));
    const Shape output{s.m, s.n};
    if (c.has_input(kC)) {
      KANTE_TRY(const Shape addend, c.shape(kC));
      KANTE_TRY(const Shape both, BroadcastShapes(output, addend));
      if (addend.rank() > 2 || !(both == output)) {
        return InvalidArgument("C ", addend.ToString(), " does not broadcast to ", output.ToString());
      }
    }
    return c.SetShape(0, output);
  }
  Status Choose(ChooseContext& c) const {
    if (!kFloatProducts.Has(c.type(kA))) return OkStatus();
    KANTE_TRY(const Sizes s, Sizes::Make(*this, c.shape(kA), c.shape(kB)));
    const bool packed = c.is_constant(kB) && s.n > 0 && s.k > 0;
    const kernels::PanelType panels = PanelTypeOf(c.weight_storage(kB));
    c.choice.algorithm = static_cast<int>(panels);
    const GemmPlan plan = PlanFor(*this, s, packed, panels);
    c.choice.scratch_bytes = plan.scratch_bytes;
    if (packed) {
      const GemmPlan plain = PlanFor(*this, s, false, panels);
      PackProduct(c, kB, GemmWeightFormat(trans_b, panels), plan, plain, plain.scratch_bytes);
    }
    return OkStatus();
  }
  Status Pack(PackContext& c) const { return PackProductWeight(c, trans_b); }
  double Flops(const ChooseContext& c) const {
    const auto s = Sizes::Make(*this, c.shape(kA), c.shape(kB));
    if (!s.ok()) return 0;
    return 2 * static_cast<double>(s->m) * static_cast<double>(s->n) * static_cast<double>(s->k);
  }
  Method Explain(const ChooseContext& c) const {
    const auto s = Sizes::Make(*this, c.shape(kA), c.shape(kB));
    if (!s.ok() || !kFloatProducts.Has(c.type(kA))) return {"plain loops", ""};
    const GemmPlan plan =
        PlanFor(*this, *s, c.choice.packs[0].input == kB, static_cast<kernels::PanelType>(c.choice.algorithm));
    return {NameOf(plan), ReasonOf(plan)};
  }
  Status RunWith(RunContext& c, const Activation& act) const {
    const Tensor& a = c.in(kA);
    KANTE_TRY(const Sizes s, Sizes::Make(*this, a.shape(), c.in(kB).shape()));
    KANTE_TRY(Tensor * y, c.Output(0, a.type(), Shape{s.m, s.n}));
    return kFloatProducts.Has(a.type()) ? RunFloats(c, *this, s, act, y) : RunPlain(c, *this, s, *y);
  }
};

struct Gemm : GemmBase {
  static constexpr OpInfo kInfo{.name = "Gemm",
                                .versions = {1, 6, 7, 9, 11, 13},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kProductTypes,
                                .same_type = 0b111,
                                .numerics = kArithmetic};
  static Result<Gemm> Parse(AttrReader& a) {
    Gemm op;
    op.Read(a);
    return op;
  }
  // Before 7 C broadcast only when asked to, in the way it now always does.
  static Status Upgrade(UpgradeContext& u, int) {
    u.node().RemoveAttribute("broadcast");
    return OkStatus();
  }
  Status Run(RunContext& c) const { return RunWith(c, {}); }
};

struct FusedGemm : GemmBase {
  static constexpr OpInfo kInfo{.name = "FusedGemm",
                                .domain = "kante",
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloatProducts,
                                .same_type = 0b111,
                                .numerics = kComputes};
  FusedActivation activation;
  static Result<FusedGemm> Parse(AttrReader& a) {
    FusedGemm op;
    op.Read(a);
    KANTE_TRY(op.activation, FusedActivation::Parse(a));
    return op;
  }
  Status Run(RunContext& c) const { return RunWith(c, activation.parsed); }
  Status Expand(ExpandContext& c) const {
    std::vector<ValueId> inputs = {c.input(kA), c.input(kB)};
    if (c.has_input(kC)) inputs.push_back(c.input(kC));
    const ValueId y = c.build().Op("Gemm", std::move(inputs), Write());
    c.SetOutput(0, ExpandActivation(c.build(), y, activation.name, activation.params));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Gemm)
KANTE_DEFINE_OP(FusedGemm)

}  // namespace kante::core
