// SPDX-License-Identifier: MIT
#include <algorithm>

#include "compute/element_io.h"
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

// x ** y in the type of x; y may have another type.
struct Pow {
  static constexpr OpInfo kInfo = [] {
    OpInfo info = BinaryInfo("Pow", {1, 7, 12, 13, 15}, kNumeric, false);
    info.same_type = 0b1;
    info.in_place = 0b1;
    return info;
  }();
  static Status Upgrade(UpgradeContext& u, int from) { return UpgradeBroadcast(u, from); }

  Status Infer(InferContext& c) const {
    KANTE_TRY(c.RequireType(1, kNumeric));
    return c.Broadcast(0, c.type(0));
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const Tensor& y = c.in(1);
    if (kFloats.Has(x.type()) && y.elements() == 1 && y.rank() <= x.rank()) {
      double exponent = 0;
      GetLoadRow<double>(y.type())(&exponent, y.raw(), 1);
      if (exponent == 2) return RunUnaryOp(c, kernels::UnaryOp::kSquare);
    }
    if (x.type() == y.type()) return RunBinaryOp(c, kernels::BinaryOp::kPow);
    KANTE_TRY(const Shape shape, BroadcastShapes(x.shape(), y.shape()));
    KANTE_TRY(Tensor * z, c.Output(0, x.type(), shape));
    const BroadcastPlan plan = PlanBroadcast(shape, x.shape(), y.shape());
    // Integers raised to integers stay integers; everything else goes through double.
    if (kIntegers.Has(x.type()) && kIntegers.Has(y.type())) return RunAs<int64_t>(c, plan, x, y, *z);
    return RunAs<double>(c, plan, x, y, *z);
  }

 private:
  template <typename Wide>
  static Status RunAs(RunContext& c, const BroadcastPlan& plan, const Tensor& x, const Tensor& y, const Tensor& z) {
    const auto load_x = GetLoadRow<Wide>(x.type());
    const auto load_y = GetLoadRow<Wide>(y.type());
    const auto store = GetStoreRow<Wide>(z.type());
    const auto f = kernels::GetBinary<Wide>(kernels::BinaryOp::kPow, kernels::BinaryForm::kVectorVector);
    const int64_t size_x = BitsOf(x.type()) / 8, size_y = BitsOf(y.type()) / 8;
    return WithThreads(c, [&](ParallelFor parallel) {
      return ForEachRow(plan, 20, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
        Wide a[kTileElements], b[kTileElements];
        for (int64_t at = 0; at < n; at += kTileElements) {
          const int64_t part = std::min(kTileElements, n - at);
          Fill(load_x, a, x.raw() + offsets[0] * size_x, plan.repeats[0], at, size_x, part);
          Fill(load_y, b, y.raw() + offsets[1] * size_y, plan.repeats[1], at, size_y, part);
          f(a, a, b, static_cast<size_t>(part));
          store(z.raw() + (out + at) * size_x, a, part);
        }
      });
    });
  }

  template <typename Wide>
  static void Fill(LoadRow<Wide> load, Wide* to, const std::byte* from, bool repeats, int64_t at, int64_t size,
                   int64_t n) {
    if (!repeats) return load(to, from + at * size, n);
    load(to, from, 1);
    std::fill(to + 1, to + n, to[0]);
  }
};

}  // namespace

KANTE_DEFINE_OP(Pow)

}  // namespace kante::core
