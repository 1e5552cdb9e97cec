// SPDX-License-Identifier: MIT
#include "ops/math/elementwise.h"

namespace kante::core {

Status RunUnaryOp(RunContext& c, kernels::UnaryOp op, double alpha, double beta) {
  const Tensor& x = c.in(0);
  KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
  return WithThreads(c, [&](ParallelFor parallel) {
    return RunUnary(op, alpha, beta, x.type(), x.raw(), y->raw(), x.elements(), parallel);
  });
}

Status RunBinaryOp(RunContext& c, kernels::BinaryOp op) {
  const Tensor& a = c.in(0);
  const Tensor& b = c.in(1);
  KANTE_TRY(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  KANTE_TRY(Tensor * y, c.Output(0, a.type(), shape));
  const BroadcastPlan plan = PlanBroadcast(shape, a.shape(), b.shape());
  return WithThreads(
      c, [&](ParallelFor parallel) { return RunBinary(op, a.type(), plan, a.raw(), b.raw(), y->raw(), parallel); });
}

Status DropConsumedInputs(UpgradeContext& u) {
  u.node().RemoveAttribute("consumed_inputs");
  return OkStatus();
}

Status UpgradeBroadcast(UpgradeContext& u, int from) {
  if (from >= 7) return OkStatus();
  KANTE_TRY(DropConsumedInputs(u));
  const Attribute* broadcast = u.node().FindAttribute("broadcast");
  const Attribute* axis = u.node().FindAttribute("axis");
  const bool placed = broadcast && axis && broadcast->get<int64_t>() && *broadcast->get<int64_t>() != 0;
  const int64_t* at = axis ? axis->get<int64_t>() : nullptr;
  if (axis && !at) return InvalidGraph("attribute 'axis' must be of type int");
  const int64_t where = at ? *at : 0;
  u.node().RemoveAttribute("broadcast");
  u.node().RemoveAttribute("axis");
  if (!placed || !u.has_input(1)) return OkStatus();

  const auto rank_a = u.rank(0), rank_b = u.rank(1);
  const int64_t from_end = where < 0 ? -where : rank_a ? *rank_a - where : -1;  // dimensions from `axis` to the end
  if (from_end >= 0 && rank_b) {
    const int64_t trailing = from_end - *rank_b;
    if (trailing < 0 || (rank_a && from_end > *rank_a)) {
      return InvalidGraph("axis ", where, " leaves no room for input 1 of rank ", *rank_b);
    }
    if (trailing == 0) return OkStatus();
    std::vector<int64_t> axes;
    for (int64_t i = 0; i < trailing; ++i) axes.push_back(*rank_b + i);
    u.SetInput(1, u.build().Op("Unsqueeze", {u.input(1), u.build().Ints(axes)}));
    return OkStatus();
  }
  // Reshape(b, Shape(b) ++ [1] * (rank(a) - axis - rank(b)))
  GraphBuilder& g = u.build();
  const ValueId shape_b = g.Op("Shape", {u.input(1)});
  const ValueId length =
      where < 0 ? g.Int(-where) : g.Op("Sub", {g.Op("Size", {g.Op("Shape", {u.input(0)})}), g.Int(where)});
  const ValueId count = g.Op("Reshape", {g.Op("Sub", {length, g.Op("Size", {shape_b})}), g.Ints({1})});
  const ValueId ones = g.Op("Expand", {g.Int(1), count});
  const ValueId target = g.Op("Concat", {shape_b, ones}, {Attribute("axis", 0)});
  u.SetInput(1, g.Op("Reshape", {u.input(1), target}));
  return OkStatus();
}

}  // namespace kante::core
