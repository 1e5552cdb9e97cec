// SPDX-License-Identifier: MIT
// The ten reductions of ONNX.
#include "compute/reduce.h"

#include "ops/math/elementwise.h"
#include "ops/reduce/axes.h"

namespace kante::core {
namespace {

constexpr TypeSet kReduceTypes =
    kFloats | TypeSet{ElementType::kInt32, ElementType::kInt64, ElementType::kUint32, ElementType::kUint64};
constexpr TypeSet kExtremeTypes = kNumeric | kBool;

constexpr OpInfo ReduceInfo(std::string_view name, Versions versions, TypeSet types, Numerics numerics) {
  OpInfo info;
  info.numerics = numerics;
  info.name = name;
  info.versions = versions;
  info.max_inputs = 2;
  info.types = types;
  info.shape_inputs = 0b10;
  return info;
}

// Axes are an input from opset 18 on, for ReduceSum from 13 on.
template <Reduction kOp, int kAxesInputSince = 18>
struct Reducing {
  static constexpr Numerics kNumerics = [] {
    switch (kOp) {
      case Reduction::kMax:
      case Reduction::kMin:
        return kChooses;
      case Reduction::kL2:
      case Reduction::kLogSum:
      case Reduction::kLogSumExp:
        return Numerics{FloatRule::kNative, IntegerRule::kAsFloat};  // the root, the logarithm
      default:
        return kArithmetic;
    }
  }();
  bool keep_dims = true;
  bool noop_with_empty_axes = false;

  void Read(AttrReader& a) {
    keep_dims = a.Bool("keepdims", true);
    noop_with_empty_axes = a.Bool("noop_with_empty_axes", false);
  }
  static Status Upgrade(UpgradeContext& u, int from) {
    return from < kAxesInputSince ? u.AttributeToInput("axes", 1) : OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    std::vector<int64_t> axes;
    if (c.has_input(1)) {
      KANTE_TRY(axes, c.ints(1));
    }
    KANTE_TRY(const uint32_t mask, Mask(axes, x.rank()));
    return c.SetShape(0, ReducedShape(x, mask, keep_dims));
  }

  Status Choose(ChooseContext& c) const {
    c.choice.scratch_bytes = ReduceScratchBytes(kOp, c.type(0), c.shape(0).elements(), c.output_shape(0).elements());
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    std::array<int64_t, kMaxRank> axes{};
    int count = 0;
    if (c.has_input(1)) {
      KANTE_TRY(axes, SmallInts(c.in(1), &count));
    }
    ReduceArgs args{.op = kOp, .type = x.type(), .shape = x.shape()};
    KANTE_TRY(args.axes, Mask(std::span(axes.data(), static_cast<size_t>(count)), x.rank()));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), ReducedShape(x.shape(), args.axes, keep_dims)));
    if (const int64_t bytes = ReduceScratchBytes(kOp, x.type(), x.elements(), y->elements())) {
      KANTE_TRY(args.scratch, c.Scratch(bytes));
    }
    args.x = x.raw();
    args.y = y->raw();
    return WithThreads(c, [&](ParallelFor parallel) { return RunReduce(args, parallel); });
  }

 private:
  Result<uint32_t> Mask(std::span<const int64_t> axes, int rank) const {
    if (axes.empty()) return noop_with_empty_axes ? 0 : (uint32_t{1} << rank) - 1;
    return AxesMask(axes, rank);
  }
};

}  // namespace

#define KANTE_REDUCTION(Name, types, base, ...)                                                        \
  namespace {                                                                                          \
  struct Reduce##Name : base {                                                                         \
    static constexpr OpInfo kInfo = ReduceInfo("Reduce" #Name, {__VA_ARGS__}, types, base::kNumerics); \
    static Result<Reduce##Name> Parse(AttrReader& a) {                                                 \
      Reduce##Name op;                                                                                 \
      op.Read(a);                                                                                      \
      return op;                                                                                       \
    }                                                                                                  \
  };                                                                                                   \
  }                                                                                                    \
  KANTE_DEFINE_OP(Reduce##Name)

using ReducingSum = Reducing<Reduction::kSum, 13>;
KANTE_REDUCTION(Sum, kReduceTypes, ReducingSum, 1, 11, 13)
KANTE_REDUCTION(Mean, kReduceTypes, Reducing<Reduction::kMean>, 1, 11, 13, 18)
KANTE_REDUCTION(Max, kExtremeTypes, Reducing<Reduction::kMax>, 1, 11, 12, 13, 18, 20)
KANTE_REDUCTION(Min, kExtremeTypes, Reducing<Reduction::kMin>, 1, 11, 12, 13, 18, 20)
KANTE_REDUCTION(Prod, kReduceTypes, Reducing<Reduction::kProd>, 1, 11, 13, 18)
KANTE_REDUCTION(L1, kReduceTypes, Reducing<Reduction::kL1>, 1, 11, 13, 18)
KANTE_REDUCTION(L2, kReduceTypes, Reducing<Reduction::kL2>, 1, 11, 13, 18)
KANTE_REDUCTION(LogSum, kReduceTypes, Reducing<Reduction::kLogSum>, 1, 11, 13, 18, 28)
KANTE_REDUCTION(LogSumExp, kReduceTypes, Reducing<Reduction::kLogSumExp>, 1, 11, 13, 18, 28)
KANTE_REDUCTION(SumSquare, kReduceTypes, Reducing<Reduction::kSumSquare>, 1, 11, 13, 18)

}  // namespace kante::core
