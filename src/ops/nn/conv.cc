// SPDX-License-Identifier: MIT
// Conv of ONNX, and kante.FusedConv: the same with a residual added and an activation applied to its result.
#include "compute/conv.h"

#include <algorithm>

#include "compute/conv_direct.h"
#include "compute/explain.h"
#include "ops/nn/activation.h"
#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"
#include "ops/pack_later.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kW = 1, kB = 2, kZ = 3;

// Whether the weights are an operand of a product alone.
bool ReadsAnyAlignment(const ConvPlan& plan) {
  if (plan.algorithm == ConvAlgorithm::kColumn) return true;
  const bool product = plan.algorithm == ConvAlgorithm::kPointwise || plan.algorithm == ConvAlgorithm::kImplicit;
  return product && !plan.gemm.vector;
}

// Winograd's weights may wait: a run that transforms them itself touches far less new memory.
void PackWeights(ChooseContext& c, const ConvShape& s, const ConvPlan& plan, WeightFormat format) {
  const bool later = c.type(kX) == ElementType::kFloat32 && plan.algorithm == ConvAlgorithm::kWinograd;
  c.Pack(kW, later ? format | kPackLater : format);
  if (later)
    c.choice.scratch_bytes = std::max(c.choice.scratch_bytes, ReplanConv(s, c.choice.algorithm, false).scratch_bytes);
}

struct ConvBase {
  Window window;
  int64_t group = 1;

  void Read(AttrReader& a) {
    window = Window::Read(a);
    group = a.Int("group", 1);
    if (group < 1) a.Fail(StrCat("group ", group, " must be positive"));
  }

  Result<ConvShape> Resolve(const Shape& x, const Shape& w) const {
    if (x.rank() < 3) return InvalidArgument("input 0 needs at least 3 dimensions, not ", x.ToString());
    if (w.rank() != x.rank()) return InvalidArgument("weights ", w.ToString(), " do not suit input ", x.ToString());
    KANTE_TRY(CheckSizes(x.dims()));
    KANTE_TRY(CheckSizes(w.dims()));
    ConvShape s;
    s.batch = x[0];
    s.in_channels = x[1];
    s.out_channels = w[0];
    s.groups = group;
    if (x[1] % group != 0 || w[0] % group != 0 || x[1] / group != w[1]) {
      return InvalidArgument("weights ", w.ToString(), " in ", group, " groups do not suit ", x[1], " channels");
    }
    KANTE_TRY(window.Resolve(x.dims().subspan(2), w.dims().subspan(2), s));
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kW));
    KANTE_TRY(const ConvShape s, Resolve(x, w));
    if (c.has_input(kB)) {
      KANTE_TRY(const Shape b, c.shape(kB));
      if (b.rank() != 1 || b[0] != w[0]) {
        return InvalidArgument("bias ", b.ToString(), " does not suit ", w[0], " output channels");
      }
    }
    KANTE_TRY(const Shape y, ImageShape(s.batch, s.out_channels, s.out, s.rank));
    if (c.has_input(kZ)) {
      KANTE_TRY(const Shape z, c.shape(kZ));
      if (!(z == y)) return InvalidArgument("residual ", z.ToString(), " differs from the result ", y.ToString());
    }
    return c.SetShape(0, y);
  }

  Status Choose(ChooseContext& c) const {
    KANTE_TRY(const ConvShape s, Resolve(c.shape(kX), c.shape(kW)));
    if (c.type(kX) == ElementType::kFloat64) return OkStatus();
    const ConvPlan plan = PlanConv(s, c.is_constant(kW), c.byte_price());
    c.choice.algorithm = ConvPlanCode(plan);
    c.choice.scratch_bytes = c.type(kX) == ElementType::kFloat32 ? plan.scratch_bytes : 0;
    if (const WeightFormat format = ConvWeightFormat(plan, s)) {
      PackWeights(c, s, plan, format);
      KANTE_TRY(const int64_t bytes, PackedConvBytes(format, s.out_channels, s.in_per_group()));
      c.choice.extra_bytes = bytes - s.out_channels * s.depth() * 4;
    } else if (c.is_constant(kW) && c.type(kX) == ElementType::kFloat32 && ReadsAnyAlignment(plan)) {
      c.Pack(kW, kAsItLies);
    }
    return OkStatus();
  }

  Status Pack(PackContext& c) const {
    const Shape& w = c.weight().shape();
    KANTE_TRY(const int64_t bytes, PackedConvBytes(c.format(), w[0], w[1]));
    KANTE_TRY(std::byte * packed, c.Allocate(bytes));
    std::shared_ptr<Buffer> copy;
    KANTE_TRY(const std::byte* from, WeightFloats(c.weight(), 0, c.weight().elements(), copy));
    PackConvWeights(reinterpret_cast<float*>(packed), from, c.format(), w[0], w[1], c.parallel());
    return OkStatus();
  }

  double Flops(const ChooseContext& c) const {
    const Shape& w = c.shape(kW);  // [out_channels, what one output needs...]
    return 2 * static_cast<double>(c.output_shape(0).elements()) * static_cast<double>(w.Product(1, w.rank()));
  }

  Method Explain(const ChooseContext& c) const {
    const Result<ConvShape> s = Resolve(c.shape(kX), c.shape(kW));
    if (!s.ok() || c.type(kX) == ElementType::kFloat64) return {"plain loops", "float64"};
    const WeightFormat format = c.choice.packs[0].format;
    const ConvPlan plan = ReplanConv(*s, c.choice.algorithm, format != kPlainWeight && format != kAsItLies);
    return {NameOf(plan), ReasonOf(plan, *s, c.is_constant(kW))};
  }

  Status RunWith(RunContext& c, const Activation& act) const {
    KANTE_TRY(const ConvShape s, Resolve(c.in(kX).shape(), c.in(kW).shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64) {
      const double* bias = c.has_input(kB) ? c.in(kB).data<double>() : nullptr;
      return FinishedOr(c, ConvDirect(s, c.in(kX).data<double>(), c.in(kW).data<double>(), bias,
                                      y->mutable_data<double>(), ParallelOf(c)));
    }
    const std::byte* packed = c.packed(kW);
    const ConvPlan plan = ReplanConv(s, c.choice().algorithm, packed != nullptr);
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    ConvOperands o;
    KANTE_TRY(o.x, ReadFloats(c, kX));
    o.w = reinterpret_cast<const float*>(packed);
    if (!packed) {
      KANTE_TRY(o.w, ReadFloats(c, kW));
    }
    KANTE_TRY(o.bias, ReadFloats(c, kB));
    KANTE_TRY(o.residual, ReadFloats(c, kZ));
    o.act = act.op;
    o.alpha = act.alpha;
    o.beta = act.beta;
    o.y = out.data();
    if (plan.scratch_bytes > 0) {
      KANTE_TRY(o.scratch, c.Scratch(plan.scratch_bytes));
    }
    KANTE_TRY(FinishedOr(c, RunConv(plan, s, o, ParallelOf(c))));
    return out.Finish(c);
  }
};

struct Conv : ConvBase {
  static constexpr OpInfo kInfo{.name = "Conv",
                                .versions = {1, 11, 22},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b111,
                                .numerics = kComputes};

  static Result<Conv> Parse(AttrReader& a) {
    Conv op;
    op.Read(a);
    return op;
  }
  Status Run(RunContext& c) const { return RunWith(c, {}); }
};

struct FusedConv : ConvBase {
  static constexpr OpInfo kInfo{.name = "FusedConv",
                                .domain = "kante",
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .types = {ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16},
                                .same_type = 0b1111,
                                .numerics = kComputes};
  std::string activation;
  std::vector<float> params;
  Activation act;

  static Result<FusedConv> Parse(AttrReader& a) {
    FusedConv op;
    op.Read(a);
    op.activation = a.String("activation", "");
    op.params = a.Floats("activation_params");
    KANTE_TRY(op.act, ParseActivation(op.activation, op.params));
    return op;
  }
  Status Run(RunContext& c) const { return RunWith(c, act); }

  Status Expand(ExpandContext& c) const {
    std::vector<ValueId> inputs = {c.input(kX), c.input(kW)};
    if (c.has_input(kB)) inputs.push_back(c.input(kB));
    static constexpr const char* kAutoPad[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
    std::vector<Attribute> attributes = {{"group", AttributeValue(group)},
                                         {"auto_pad", kAutoPad[static_cast<size_t>(window.auto_pad)]}};
    const auto ints = [&](const char* name, const std::vector<int64_t>& list) {
      if (!list.empty()) attributes.emplace_back(name, AttributeValue(list));
    };
    ints("kernel_shape", window.kernel);
    ints("strides", window.strides);
    ints("dilations", window.dilations);
    ints("pads", window.pads);
    ValueId y = c.build().Op("Conv", std::move(inputs), std::move(attributes));
    if (c.has_input(kZ)) y = c.build().Op("Add", {y, c.input(kZ)});
    c.SetOutput(0, ExpandActivation(c.build(), y, activation, params));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Conv)
KANTE_DEFINE_OP(FusedConv)

}  // namespace kante::core
