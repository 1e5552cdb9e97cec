// SPDX-License-Identifier: MIT
// ScatterElements, and Scatter, its old name.
#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/move/reduce_into.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ScatterElements {
  static constexpr OpInfo kInfo{.name = "ScatterElements",
                                .versions = {11, 13, 16, 18},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .same_type = 0b101,
                                .in_place = 0b1,
                                .numerics = Numerics{FloatRule::kStored, IntegerRule::kWrap}};
  int64_t axis = 0;
  Reduction reduction = Reduction::kNone;

  static Result<ScatterElements> Parse(AttrReader& a) { return ScatterElements{a.Int("axis", 0), ParseReduction(a)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kIndices));
    if (reduction != Reduction::kNone) KANTE_TRY(c.RequireType(0, kReducible));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(c.SetShape(0, x));
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    KANTE_TRY(const Shape indices, c.shape(1));
    KANTE_TRY(const Shape updates, c.shape(2));
    if (!(indices == updates)) {
      return InvalidArgument("indices ", indices.ToString(), " and updates ", updates.ToString(), " differ");
    }
    if (indices.rank() != x.rank()) return InvalidArgument("indices have rank ", indices.rank(), ", data ", x.rank());
    for (int i = 0; i < x.rank(); ++i) {
      if (i != at && indices[i] > x[i]) {
        return InvalidArgument("indices ", indices.ToString(), " reach beyond data ", x.ToString(), " on axis ", i);
      }
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const Tensor& updates = c.in(2);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    KANTE_TRY(const auto indices, ReadIndices(c, c.in(1), x.dim(at)));
    KANTE_TRY(const Movable data, ReadMovable(c, x));
    KANTE_TRY(const Movable from, ReadMovable(c, updates));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const int64_t n = x.elements();
    if (to.data != data.data) {
      KANTE_TRY(c.Parallel(n, 0.2 * static_cast<double>(to.size),
                           [&](int64_t begin, int64_t end) { CopyRun(to, begin, data, begin, end - begin); }));
    }
    if (indices.empty()) {
      Finish(to, *y);
      return OkStatus();
    }
    // Two updates meet only within one slab of the dimensions before the axis: slabs are independent of each other.
    const Shape& shape = updates.shape();
    const int64_t slabs = shape.Product(0, at);
    const int64_t slab = shape.Product(at, shape.rank());
    const auto strides = ContiguousStrides(x.shape());
    KANTE_TRY(c.Parallel(slabs, 4.0 * static_cast<double>(slab), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * slab; i < end * slab; ++i) {
        int64_t rest = i;
        int64_t offset = 0;
        for (int d = shape.rank() - 1; d >= 0; --d) {
          const int64_t index = d == at ? indices[static_cast<size_t>(i)] : rest % shape[d];
          rest /= shape[d];
          offset += index * strides[static_cast<size_t>(d)];
        }
        if (reduction == Reduction::kNone) {
          CopyRun(to, offset, from, i, 1);
        } else {
          ReduceInto(x.type(), reduction, to.data + offset * to.size, from.data + i * to.size, 1);
        }
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

// Deprecated in opset 11: only its upgrade is left.
struct Scatter {
  static constexpr OpInfo kInfo{.name = "Scatter",
                                .versions = {9, 11},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .same_type = 0b101,
                                .numerics = Numerics{FloatRule::kStored, IntegerRule::kWrap}};

  static Status Upgrade(UpgradeContext& u, int) {
    u.Rename("ScatterElements");
    u.node().version = 18;
    return OkStatus();
  }
  Status Infer(InferContext&) const { return InvalidGraph("Scatter is ScatterElements now"); }
};

}  // namespace

KANTE_DEFINE_OP(ScatterElements)
KANTE_DEFINE_OP(Scatter)

}  // namespace kante::core
