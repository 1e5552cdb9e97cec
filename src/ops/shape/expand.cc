// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Expand {
  static constexpr OpInfo kInfo{.name = "Expand",
                                .versions = {8, 13},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> target, c.ints(1));
    KANTE_TRY(const Shape wanted, Shape::Make(target));
    KANTE_TRY(const Shape y, BroadcastShapes(x, wanted));
    return y.elements() == x.elements() ? c.View(0, 0, y) : c.SetShape(0, y);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const Shape& out = y->shape();
    const auto x_strides = ContiguousStrides(x.shape());
    const auto y_strides = ContiguousStrides(out);
    std::array<int64_t, kMaxRank> strides{};  // 0 where x repeats
    const int shift = out.rank() - x.rank();
    for (int i = 0; i < x.rank(); ++i) {
      if (x.dim(i) != 1) strides[static_cast<size_t>(i + shift)] = x_strides[static_cast<size_t>(i)];
    }
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto rank = static_cast<size_t>(out.rank());
    KANTE_TRY(
        RunCopy(c, StridedCopy(to.type, out.dims(), std::span(y_strides).first(rank), std::span(strides).first(rank)),
                to.data, from.data));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Expand)

}  // namespace kante::core
