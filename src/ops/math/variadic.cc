// SPDX-License-Identifier: MIT
// Max, Min, Sum and Mean of any number of tensors, broadcasting.
#include <algorithm>

#include "compute/element_io.h"
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

constexpr OpInfo VariadicInfo(std::string_view name, Versions versions, TypeSet types, Numerics numerics) {
  OpInfo info;
  info.name = name;
  info.versions = versions;
  info.max_inputs = kVariadic;
  info.types = types;
  info.same_type = ~uint32_t{0};
  info.in_place = 0b11;  // later inputs are read after the output was first written
  info.commutative = true;
  info.numerics = numerics;
  return info;
}

// Folds the inputs one after the other into the output.
Status RunVariadic(RunContext& c, kernels::BinaryOp op, bool mean) {
  const Tensor& first = c.in(0);
  Shape shape = first.shape();
  const int count = c.input_count();
  for (int i = 1; i < count; ++i) {
    KANTE_TRY(shape, BroadcastShapes(shape, c.in(i).shape()));
  }
  KANTE_TRY(Tensor * y, c.Output(0, first.type(), shape));
  return WithThreads(c, [&](ParallelFor parallel) {
    const std::byte* from = first.raw();
    Shape from_shape = first.shape();
    for (int i = 1; i < count; ++i) {
      const Tensor& next = c.in(i);
      const BroadcastPlan plan = PlanBroadcast(shape, from_shape, next.shape());
      if (!RunBinary(op, first.type(), plan, from, next.raw(), y->raw(), parallel)) return false;
      from = y->raw();
      from_shape = shape;
    }
    if (count == 1) {
      if (first.raw() != y->raw()) std::copy_n(first.raw(), first.bytes(), y->raw());
      return true;
    }
    if (!mean) return true;
    alignas(8) std::byte divisor[8];
    const double n = count;
    GetStoreRow<double>(first.type())(divisor, &n, 1);
    const BroadcastPlan plan = PlanBroadcast(shape, shape, Shape());
    return RunBinary(kernels::BinaryOp::kDiv, first.type(), plan, y->raw(), divisor, y->raw(), parallel);
  });
}

template <kernels::BinaryOp kOp, bool kMean = false>
struct Variadic {
  static Status Upgrade(UpgradeContext& u, int) { return DropConsumedInputs(u); }
  Status Infer(InferContext& c) const {
    for (int i = 0; i < c.input_count(); ++i) {
      if (!c.has_input(i)) return InvalidGraph("input ", i, " is missing");
    }
    return c.Broadcast(0, c.type(0));
  }
  Status Run(RunContext& c) const { return RunVariadic(c, kOp, kMean); }
};

struct Max : Variadic<kernels::BinaryOp::kMax> {
  static constexpr OpInfo kInfo = VariadicInfo("Max", {1, 6, 8, 12, 13}, kNumeric, kChooses);
};
struct Min : Variadic<kernels::BinaryOp::kMin> {
  static constexpr OpInfo kInfo = VariadicInfo("Min", {1, 6, 8, 12, 13}, kNumeric, kChooses);
};
struct Sum : Variadic<kernels::BinaryOp::kAdd> {
  static constexpr OpInfo kInfo = VariadicInfo("Sum", {1, 6, 8, 13}, kFloats, {FloatRule::kStored});
};
struct Mean : Variadic<kernels::BinaryOp::kAdd, true> {
  static constexpr OpInfo kInfo = VariadicInfo("Mean", {1, 6, 8, 13}, kFloats, {FloatRule::kStored});
};

}  // namespace

KANTE_DEFINE_OP(Max)
KANTE_DEFINE_OP(Min)
KANTE_DEFINE_OP(Sum)
KANTE_DEFINE_OP(Mean)

}  // namespace kante::core
