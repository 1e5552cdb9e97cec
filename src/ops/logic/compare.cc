// SPDX-License-Identifier: MIT
// Comparisons, broadcasting, to bool.
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

constexpr OpInfo CompareInfo(std::string_view name, Versions versions, TypeSet types, bool commutative) {
  OpInfo info = BinaryInfo(name, versions, types, commutative, kChooses);
  info.in_place = 0;
  return info;
}

// `swapped`: a > b is b < a.
template <Comparison kOp, bool kSwapped>
struct Compare {
  static Status Upgrade(UpgradeContext& u, int from) { return UpgradeBroadcast(u, from); }
  Status Infer(InferContext& c) const { return c.Broadcast(0, ElementType::kBool); }
  Status Run(RunContext& c) const {
    const Tensor& a = c.in(kSwapped ? 1 : 0);
    const Tensor& b = c.in(kSwapped ? 0 : 1);
    KANTE_TRY(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kBool, shape));
    const BroadcastPlan plan = PlanBroadcast(shape, a.shape(), b.shape());
    return WithThreads(c, [&](ParallelFor parallel) {
      return RunComparison(kOp, a.type(), plan, a.raw(), b.raw(), y->mutable_data<bool>(), parallel);
    });
  }
};

struct Equal : Compare<Comparison::kEqual, false> {
  static constexpr OpInfo kInfo =
      CompareInfo("Equal", {1, 7, 11, 13, 19}, kNumeric | kBool | TypeSet{ElementType::kString}, true);
};
struct Less : Compare<Comparison::kLess, false> {
  static constexpr OpInfo kInfo = CompareInfo("Less", {1, 7, 9, 13}, kNumeric, false);
};
struct LessOrEqual : Compare<Comparison::kLessOrEqual, false> {
  static constexpr OpInfo kInfo = CompareInfo("LessOrEqual", {12, 16}, kNumeric, false);
};
struct Greater : Compare<Comparison::kLess, true> {
  static constexpr OpInfo kInfo = CompareInfo("Greater", {1, 7, 9, 13}, kNumeric, false);
};
struct GreaterOrEqual : Compare<Comparison::kLessOrEqual, true> {
  static constexpr OpInfo kInfo = CompareInfo("GreaterOrEqual", {12, 16}, kNumeric, false);
};

}  // namespace

KANTE_DEFINE_OP(Equal)
KANTE_DEFINE_OP(Less)
KANTE_DEFINE_OP(LessOrEqual)
KANTE_DEFINE_OP(Greater)
KANTE_DEFINE_OP(GreaterOrEqual)

}  // namespace kante::core
