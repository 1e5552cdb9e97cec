// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Compress {
  static constexpr OpInfo kInfo{.name = "Compress",
                                .versions = {9, 11, 28},
                                .form_since = 11,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .data_dependent = true,
                                .numerics = kMoves};
  bool flat = true;  // without an axis the elements are taken one by one
  int64_t axis = 0;

  static Result<Compress> Parse(AttrReader& a) { return Compress{!a.Has("axis"), a.Int("axis", 0)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kBool));
    if (c.in(1).shape_known && c.in(1).shape.rank() != 1) {
      return InvalidArgument("condition must be a vector, not ", c.in(1).shape.ToString());
    }
    KANTE_TRY(const Shape x, c.shape(0));
    if (flat) return c.SetBound(0, {x.elements()});
    KANTE_TRY([[maybe_unused]] const int at, NormalizeAxis(axis, x.rank()));
    return c.SetBound(0, x);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const Tensor& condition = c.in(1);
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    const int64_t size = flat ? x.elements() : x.dim(at);
    const int64_t inner = flat ? 1 : x.shape().Product(at + 1, x.rank());
    const int64_t outer = flat ? 1 : x.shape().Product(0, at);
    // Entries beyond the axis must not be true; a shorter condition leaves the rest out.
    KANTE_TRY(std::byte * memory, c.Scratch(size * 8));
    auto* taken = reinterpret_cast<int64_t*>(memory);
    int64_t count = 0;
    for (int64_t i = 0; i < condition.elements(); ++i) {
      if (!condition.data<uint8_t>()[i]) continue;
      if (i >= size) return InvalidArgument("condition takes item ", i, " of ", size);
      taken[count++] = i;
    }
    Shape shape{count};
    if (!flat) {
      shape = x.shape();
      shape.set_dim(at, count);
    }
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), shape));
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    if (count == 0) return OkStatus();
    const double cost = 4 + 0.1 * static_cast<double>(inner * to.size);
    KANTE_TRY(c.Parallel(outer * count, cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        CopyRun(to, i * inner, from, (i / count * size + taken[i % count]) * inner, inner);
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Compress)

}  // namespace kante::core
