// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <limits>

#include "compute/element_io.h"
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

// y = min(max(x, low), high); either bound may be absent.
struct Clip {
  static constexpr OpInfo kInfo = [] {
    OpInfo info = UnaryInfo("Clip", {1, 6, 11, 12, 13}, kNumeric, kChooses);
    info.max_inputs = 3;
    info.same_type = 0b111;
    return info;
  }();

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 11 || !u.has_input(0)) return OkStatus();
    KANTE_TRY(DropConsumedInputs(u));
    if (from >= 6) {  // infinities became the largest floats
      const float most = std::numeric_limits<float>::max();
      if (!u.node().FindAttribute("min")) u.node().SetAttribute(Attribute("min", -most));
      if (!u.node().FindAttribute("max")) u.node().SetAttribute(Attribute("max", most));
    }
    KANTE_TRY(BoundToInput(u, "min", 1));
    return BoundToInput(u, "max", 2);
  }

  Status Infer(InferContext& c) const {
    for (int i = 1; i <= 2; ++i) {
      if (c.has_input(i) && c.in(i).shape_known && c.in(i).shape.elements() != 1) {
        return InvalidArgument("input ", i, " must be a scalar, not ", c.in(i).shape.ToString());
      }
    }
    return c.SameAs(0, 0);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    if (kIntegers.Has(x.type())) return RunOnIntegers(c);
    double low = -std::numeric_limits<double>::infinity(), high = -low;
    const LoadRow<double> load = GetLoadRow<double>(x.type());
    if (c.has_input(1)) load(&low, c.in(1).raw(), 1);
    if (c.has_input(2)) load(&high, c.in(2).raw(), 1);
    return RunUnaryOp(c, kernels::UnaryOp::kClip, std::min(low, high), high);
  }

 private:
  static Status BoundToInput(UpgradeContext& u, std::string_view name, size_t i) {
    const Attribute* a = u.node().FindAttribute(name);
    if (!a) return OkStatus();
    const float* bound = a->get<float>();
    if (!bound) return InvalidGraph("attribute '", name, "' must be of type float");
    ValueId value = u.build().Scalar(*bound);
    const ElementType type = u.graph().value(u.input(0)).type.element_type;
    if (type == ElementType::kUndefined) {
      value = u.build().Op("CastLike", {value, u.input(0)});
    } else if (type != ElementType::kFloat32) {
      value = u.build().Op("Cast", {value}, {Attribute("to", static_cast<int>(type))});
    }
    u.node().RemoveAttribute(name);
    u.SetInput(i, value);
    return OkStatus();
  }

  Status RunOnIntegers(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
    const BroadcastPlan plan = PlanBroadcast(x.shape(), x.shape(), Shape());
    return WithThreads(c, [&](ParallelFor parallel) {
      const std::byte* from = x.raw();
      for (int i = 1; i <= 2; ++i) {
        if (!c.has_input(i)) continue;
        const auto op = i == 1 ? kernels::BinaryOp::kMax : kernels::BinaryOp::kMin;
        if (!RunBinary(op, x.type(), plan, from, c.in(i).raw(), y->raw(), parallel)) return false;
        from = y->raw();
      }
      if (from == x.raw() && x.raw() != y->raw()) std::copy_n(x.raw(), x.bytes(), y->raw());
      return true;
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(Clip)

}  // namespace kante::core
