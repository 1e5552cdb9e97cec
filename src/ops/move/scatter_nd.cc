// SPDX-License-Identifier: MIT
#include "ops/move/index_rows.h"
#include "ops/move/movable.h"
#include "ops/move/reduce_into.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ScatterND {
  static constexpr OpInfo kInfo{.name = "ScatterND",
                                .versions = {11, 13, 16, 18},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .same_type = 0b101,
                                .in_place = 0b1,
                                .numerics = Numerics{FloatRule::kStored, IntegerRule::kWrap}};
  Reduction reduction = Reduction::kNone;

  static Result<ScatterND> Parse(AttrReader& a) { return ScatterND{ParseReduction(a)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    if (reduction != Reduction::kNone) KANTE_TRY(c.RequireType(0, kReducible));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(c.SetShape(0, x));
    KANTE_TRY(const Shape indices, c.shape(1));
    KANTE_TRY(const Shape updates, c.shape(2));
    const int rank = indices.rank();
    if (rank < 1 || x.rank() < 1) return InvalidArgument("data and indices must not be scalars");
    const int64_t k = indices[rank - 1];
    if (k < 0 || k > x.rank()) return InvalidArgument(k, " coordinates into ", x.ToString());
    std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
    dims.insert(dims.end(), x.begin() + k, x.end());
    KANTE_TRY(const Shape wanted, Shape::Make(dims));
    if (!(updates == wanted)) {
      return InvalidArgument("updates must be ", wanted.ToString(), ", not ", updates.ToString());
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const Tensor& indices = c.in(1);
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const auto offsets, ReadOffsets(c, indices, x.shape(), 0));
    KANTE_TRY(const Movable data, ReadMovable(c, x));
    KANTE_TRY(const Movable from, ReadMovable(c, c.in(2)));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    if (to.data != data.data) {
      KANTE_TRY(c.Parallel(x.elements(), 0.2 * static_cast<double>(to.size),
                           [&](int64_t begin, int64_t end) { CopyRun(to, begin, data, begin, end - begin); }));
    }
    const int64_t inner = x.shape().Product(static_cast<int>(indices.dim(indices.rank() - 1)), x.rank());
    const auto rows = static_cast<int64_t>(offsets.size());
    // In order, because rows may name the same place; threads share the inner elements instead.
    KANTE_TRY(c.Parallel(inner, 0.3 * static_cast<double>(rows * to.size), [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t at = offsets[static_cast<size_t>(i)] + begin;
        if (reduction == Reduction::kNone) {
          CopyRun(to, at, from, i * inner + begin, end - begin);
        } else {
          ReduceInto(x.type(), reduction, to.data + at * to.size, from.data + (i * inner + begin) * to.size,
                     end - begin);
        }
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ScatterND)

}  // namespace kante::core
