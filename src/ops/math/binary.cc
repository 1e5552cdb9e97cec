// SPDX-License-Identifier: MIT
// Arithmetic of two tensors, broadcasting.
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

template <kernels::BinaryOp kOp>
struct Arithmetic2 {
  static Status Upgrade(UpgradeContext& u, int from) { return UpgradeBroadcast(u, from); }
  Status Infer(InferContext& c) const { return c.Broadcast(0, c.type(0)); }
  Status Run(RunContext& c) const { return RunBinaryOp(c, kOp); }
};

struct Add : Arithmetic2<kernels::BinaryOp::kAdd> {
  static constexpr OpInfo kInfo = BinaryInfo("Add", {1, 6, 7, 13, 14}, kNumeric, true);
};
struct Sub : Arithmetic2<kernels::BinaryOp::kSub> {
  static constexpr OpInfo kInfo = BinaryInfo("Sub", {1, 6, 7, 13, 14}, kNumeric, false);
};
struct Mul : Arithmetic2<kernels::BinaryOp::kMul> {
  static constexpr OpInfo kInfo = BinaryInfo("Mul", {1, 6, 7, 13, 14}, kNumeric, true);
};
struct Div : Arithmetic2<kernels::BinaryOp::kDiv> {
  static constexpr OpInfo kInfo = BinaryInfo("Div", {1, 6, 7, 13, 14}, kNumeric, false);
};

struct Mod {
  static constexpr OpInfo kInfo = BinaryInfo("Mod", {10, 13, 28}, kNumeric, false);
  bool fmod = false;
  static Result<Mod> Parse(AttrReader& a) { return Mod{a.Bool("fmod", false)}; }
  Status Infer(InferContext& c) const { return c.Broadcast(0, c.type(0)); }
  Status Run(RunContext& c) const { return RunBinaryOp(c, fmod ? kernels::BinaryOp::kFmod : kernels::BinaryOp::kMod); }
};

// The slope broadcasts to x and never widens it.
struct PRelu {
  static constexpr OpInfo kInfo = [] {
    OpInfo info = BinaryInfo("PRelu", {1, 6, 7, 9, 16}, kNumeric, false);
    info.in_place = 0b1;
    return info;
  }();

  // Before 7 a slope of shape [C] belonged to dimension 1 of x.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 7) return OkStatus();
    KANTE_TRY(DropConsumedInputs(u));
    const auto rank_slope = u.rank(1), rank_x = u.rank(0);
    if (rank_slope && *rank_slope != 1) return OkStatus();
    GraphBuilder& g = u.build();
    if (rank_slope && rank_x) {
      std::vector<int64_t> axes;
      for (int i = 2; i < *rank_x; ++i) axes.push_back(i - 1);
      if (!axes.empty()) u.SetInput(1, g.Op("Unsqueeze", {u.input(1), g.Ints(axes)}));
      return OkStatus();
    }
    // Reshape(slope, [-1] ++ [1] * (rank(x) - 2))
    const ValueId rank = g.Op("Shape", {g.Op("Shape", {u.input(0)})});
    const ValueId trailing = g.Op("Max", {g.Op("Sub", {rank, g.Ints({2})}), g.Ints({0})});
    const ValueId target = g.Op("Concat", {g.Ints({-1}), g.Op("Expand", {g.Int(1), trailing})}, {Attribute("axis", 0)});
    u.SetInput(1, g.Op("Reshape", {u.input(1), target}));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape slope, c.shape(1));
    KANTE_TRY(const Shape both, BroadcastShapes(x, slope));
    if (!(both == x)) return InvalidArgument("slope ", slope.ToString(), " does not broadcast to ", x.ToString());
    return c.SetShape(0, x);
  }
  Status Run(RunContext& c) const { return RunBinaryOp(c, kernels::BinaryOp::kPRelu); }
};

}  // namespace

KANTE_DEFINE_OP(Add)
KANTE_DEFINE_OP(Sub)
KANTE_DEFINE_OP(Mul)
KANTE_DEFINE_OP(Div)
KANTE_DEFINE_OP(Mod)
KANTE_DEFINE_OP(PRelu)

}  // namespace kante::core
