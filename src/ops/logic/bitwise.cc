// SPDX-License-Identifier: MIT
#include "ops/math/elementwise.h"

namespace kante::core {

namespace {

Status RunBitwise(RunContext& c, BitOp op) {
  const Tensor& a = c.in(0);
  const Tensor& b = c.in(1);
  KANTE_TRY(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  KANTE_TRY(Tensor * y, c.Output(0, a.type(), shape));
  const BroadcastPlan plan = PlanBroadcast(shape, a.shape(), b.shape());
  return WithThreads(
      c, [&](ParallelFor parallel) { return RunBitOp(op, a.type(), plan, a.raw(), b.raw(), y->raw(), parallel); });
}

template <BitOp kOp>
struct Bitwise {
  static Status Upgrade(UpgradeContext& u, int from) { return UpgradeBroadcast(u, from); }
  Status Infer(InferContext& c) const { return c.Broadcast(0, c.type(0)); }
  Status Run(RunContext& c) const { return RunBitwise(c, kOp); }
};

struct BitwiseAnd : Bitwise<BitOp::kAnd> {
  static constexpr OpInfo kInfo = BinaryInfo("BitwiseAnd", {18}, kIntegers, true, kBitwise);
};
struct BitwiseOr : Bitwise<BitOp::kOr> {
  static constexpr OpInfo kInfo = BinaryInfo("BitwiseOr", {18}, kIntegers, true, kBitwise);
};
struct BitwiseXor : Bitwise<BitOp::kXor> {
  static constexpr OpInfo kInfo = BinaryInfo("BitwiseXor", {18}, kIntegers, true, kBitwise);
};
struct And : Bitwise<BitOp::kAnd> {
  static constexpr OpInfo kInfo = BinaryInfo("And", {1, 7}, kBool, true, kBitwise);
};
struct Or : Bitwise<BitOp::kOr> {
  static constexpr OpInfo kInfo = BinaryInfo("Or", {1, 7}, kBool, true, kBitwise);
};
struct Xor : Bitwise<BitOp::kXor> {
  static constexpr OpInfo kInfo = BinaryInfo("Xor", {1, 7}, kBool, true, kBitwise);
};

struct BitShift {
  static constexpr OpInfo kInfo = BinaryInfo("BitShift", {11, 28}, kIntegers, false, kBitwise);
  bool left = false;
  static Result<BitShift> Parse(AttrReader& a) {
    const std::string direction = a.String("direction", "");
    if (direction != "LEFT" && direction != "RIGHT") {
      a.Fail(StrCat("direction '", direction, "' must be 'LEFT' or 'RIGHT'"));
    }
    return BitShift{direction == "LEFT"};
  }
  Status Infer(InferContext& c) const { return c.Broadcast(0, c.type(0)); }
  Status Run(RunContext& c) const { return RunBitwise(c, left ? BitOp::kShiftLeft : BitOp::kShiftRight); }
};

// Of bool: x == false.
struct Not {
  static constexpr OpInfo kInfo = UnaryInfo("Not", {1}, kBool, kBitwise);
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
    const bool* from = x.data<bool>();
    bool* to = y->mutable_data<bool>();
    return c.Parallel(x.elements(), 0.3, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = !from[i];
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(BitwiseAnd)
KANTE_DEFINE_OP(BitwiseOr)
KANTE_DEFINE_OP(BitwiseXor)
KANTE_DEFINE_OP(And)
KANTE_DEFINE_OP(Or)
KANTE_DEFINE_OP(Xor)
KANTE_DEFINE_OP(BitShift)
KANTE_DEFINE_OP(Not)

}  // namespace kante::core
