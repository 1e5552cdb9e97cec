// SPDX-License-Identifier: MIT
// A range of elementwise operators as one step.
#include "ops/math/fused_pointwise.h"

#include <string>
#include <vector>

#include "base/build.h"
#include "compute/pointwise_program.h"
#include "ops/listed.h"
#include "ops/math/elementwise.h"
#include "ops/nn/activation.h"

namespace kante::core {
namespace {

struct Unary {
  std::string_view name;
  kernels::UnaryOp op;
};
struct Binary {
  std::string_view name;
  kernels::BinaryOp op;
};

// Those without parameters that are no activations (see ParseActivation). A null handle: not in this build.
#define KANTE_UNARY(name)                                                  \
  {                                                                        \
#name, Listed(#name) ? kernels::UnaryOp::k##name : kernels::UnaryOp {} \
  }
#define KANTE_BINARY(name)                                                   \
  {                                                                          \
#name, Listed(#name) ? kernels::BinaryOp::k##name : kernels::BinaryOp {} \
  }
constexpr Unary kUnary[] = {KANTE_UNARY(Abs),  KANTE_UNARY(Neg),  KANTE_UNARY(Sqrt),  KANTE_UNARY(Reciprocal),
                            KANTE_UNARY(Exp),  KANTE_UNARY(Log),  KANTE_UNARY(Erf),   KANTE_UNARY(Floor),
                            KANTE_UNARY(Ceil), KANTE_UNARY(Sign), KANTE_UNARY(Round), KANTE_UNARY(Sin),
                            KANTE_UNARY(Cos)};
constexpr Binary kBinary[] = {KANTE_BINARY(Add), KANTE_BINARY(Sub), KANTE_BINARY(Mul), KANTE_BINARY(Div),
                              KANTE_BINARY(Min), KANTE_BINARY(Max), KANTE_BINARY(Pow)};
#undef KANTE_UNARY
#undef KANTE_BINARY

template <typename Table>
auto FindIn(const Table& table, std::string_view name) -> decltype(table[0].op) {
  for (const auto& entry : table) {
    if (entry.name == name) return entry.op;
  }
  return {};
}

struct FusedPointwise {
  static constexpr OpInfo kInfo{.name = "FusedPointwise",
                                .domain = "kante",
                                .max_inputs = kMaxPointwiseInputs,
                                .types = kFloat32Only,
                                .same_type = ~uint32_t{0},
                                .in_place = ~uint32_t{0},
                                .numerics = kAsParts};
  // For each step: ONNX's operator, its two operands (inputs first, then results; -1: none) and two parameters, in the
  // order of ParseActivation.
  std::vector<std::string> ops;
  std::vector<int64_t> operands;
  std::vector<float> params;
  std::vector<PointwiseStep> steps;
  size_t inputs = 0;

  static Result<FusedPointwise> Parse(AttrReader& a) {
    FusedPointwise p{a.Strings("ops"), a.Ints("operands"), a.Floats("params"), {}, a.input_count()};
    const size_t count = p.ops.size();
    if (count < 1 || count > kMaxPointwiseSteps || p.operands.size() != 2 * count || p.params.size() != 2 * count) {
      return InvalidGraph("ops, operands and params must speak of 1 to ", kMaxPointwiseSteps, " steps");
    }
    for (size_t i = 0; i < count; ++i) {
      const int arity = PointwiseOperands(p.ops[i]);
      if (arity == 0) return NotImplemented("step '", p.ops[i], "' is not known or not in this build");
      PointwiseStep step;
      for (int k = 0; k < 2; ++k) {
        const int64_t v = p.operands[2 * i + static_cast<size_t>(k)];
        if (k < arity ? v < 0 || v >= static_cast<int64_t>(p.inputs + i) : v != -1) {
          return InvalidGraph("step ", i, " reads ", v, ", which does not come before it");
        }
        (k ? step.y : step.x) = static_cast<int>(k < arity ? v : step.x);
      }
      if (arity == 2) {
        step.binary = FindIn(kBinary, p.ops[i]);
      } else if (step.unary = FindIn(kUnary, p.ops[i]); !step.unary.function) {
        KANTE_TRY(const Activation act, ParseActivation(p.ops[i], std::span(p.params).subspan(2 * i, 2)));
        step.unary = act.op;
        step.alpha = act.alpha;
        step.beta = act.beta;
      }
      p.steps.push_back(step);
    }
    PlaceResults(static_cast<int>(p.inputs), p.steps);
    return p;
  }

  static Status CheckLarge(int large) {
    return large > kMaxOperands ? InvalidArgument(large, " inputs have more than one element, at most 4 may")
                                : OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    int large = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      if (!c.has_input(i)) return InvalidGraph("input ", i, " is absent");
      large += c.in(i).shape_known && c.in(i).shape.elements() != 1;
    }
    KANTE_TRY(CheckLarge(large));
    return c.Broadcast(0, ElementType::kFloat32);
  }

  // A build for size runs the steps one by one.
  template <bool kFast = !kForSize>
  Status Run(RunContext& c) const requires kFast {
    const Tensor* tensors[kMaxPointwiseInputs];
    Shape shape;
    int large = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      tensors[i] = &c.in(i);
      large += c.in(i).elements() != 1;
      KANTE_TRY(shape, BroadcastShapes(shape, c.in(i).shape()));
    }
    KANTE_TRY(CheckLarge(large));
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kFloat32, shape));
    return WithThreads(c, [&](ParallelFor parallel) {
      return RunPointwise(steps, shape, std::span(tensors, inputs), y->mutable_data<float>(), parallel);
    });
  }

  double Flops(const ChooseContext& c) const {
    return static_cast<double>(c.output_shape(0).elements()) * static_cast<double>(steps.size());
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    std::vector<ValueId> values;
    for (size_t i = 0; i < inputs; ++i) values.push_back(c.input(i));
    for (size_t i = 0; i < ops.size(); ++i) {
      const ValueId x = values[static_cast<size_t>(steps[i].x)];
      if (steps[i].binary.function) {
        values.push_back(b.Op(ops[i], {x, values[static_cast<size_t>(steps[i].y)]}));
      } else if (FindIn(kUnary, ops[i]).function) {
        values.push_back(b.Op(ops[i], {x}));
      } else {
        values.push_back(ExpandActivation(b, x, ops[i], std::span(params).subspan(2 * i, 2)));
      }
    }
    c.SetOutput(0, values.back());
    return OkStatus();
  }
};

}  // namespace

int PointwiseOperands(std::string_view name) {
  if (FindIn(kBinary, name).function) return 2;
  if (FindIn(kUnary, name).function) return 1;
  return !name.empty() && ParseActivation(name, {}).ok() ? 1 : 0;
}

KANTE_DEFINE_OP(FusedPointwise)

}  // namespace kante::core
