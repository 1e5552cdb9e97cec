// SPDX-License-Identifier: MIT
#include "ops/move/index_rows.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct GatherND {
  static constexpr OpInfo kInfo{
      .name = "GatherND", .versions = {11, 12, 13}, .min_inputs = 2, .max_inputs = 2, .numerics = kMoves};
  int64_t batch_dims = 0;

  static Result<GatherND> Parse(AttrReader& a) { return GatherND{a.Int("batch_dims", 0)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape indices, c.shape(1));
    const int rank = indices.rank();
    if (rank < 1 || x.rank() < 1) return InvalidArgument("data and indices must not be scalars");
    if (batch_dims < 0 || batch_dims >= rank || batch_dims >= x.rank()) {
      return InvalidArgument("batch_dims ", batch_dims, " of ", x.ToString(), " and ", indices.ToString());
    }
    const int batch = static_cast<int>(batch_dims);
    for (int i = 0; i < batch; ++i) {
      if (indices[i] != x[i])
        return InvalidArgument("batches of ", x.ToString(), " and ", indices.ToString(), " differ");
    }
    const int64_t k = indices[rank - 1];
    if (k < 1 || k > x.rank() - batch) return InvalidArgument(k, " coordinates into ", x.ToString());
    std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
    dims.insert(dims.end(), x.begin() + batch + k, x.end());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const Tensor& indices = c.in(1);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int batch = static_cast<int>(batch_dims);
    KANTE_TRY(const auto offsets, ReadOffsets(c, indices, x.shape(), batch));
    if (y->elements() == 0) return OkStatus();
    const int64_t inner = x.shape().Product(batch + static_cast<int>(indices.dim(indices.rank() - 1)), x.rank());
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const double cost = 4 + 0.1 * static_cast<double>(inner * to.size);
    KANTE_TRY(c.Parallel(static_cast<int64_t>(offsets.size()), cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) CopyRun(to, i * inner, from, offsets[static_cast<size_t>(i)], inner);
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(GatherND)

}  // namespace kante::core
