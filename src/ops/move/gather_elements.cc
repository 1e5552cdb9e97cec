// SPDX-License-Identifier: MIT
#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct GatherElements {
  static constexpr OpInfo kInfo{
      .name = "GatherElements", .versions = {11, 13}, .min_inputs = 2, .max_inputs = 2, .numerics = kMoves};
  int64_t axis = 0;

  static Result<GatherElements> Parse(AttrReader& a) { return GatherElements{a.Int("axis", 0)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kIndices));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    KANTE_TRY(const Shape indices, c.shape(1));
    if (indices.rank() != x.rank()) return InvalidArgument("indices have rank ", indices.rank(), ", data ", x.rank());
    for (int i = 0; i < x.rank(); ++i) {
      if (i != at && indices[i] > x[i]) {
        return InvalidArgument("indices ", indices.ToString(), " reach beyond data ", x.ToString(), " on axis ", i);
      }
    }
    return c.SetShape(0, indices);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    KANTE_TRY(const auto indices, ReadIndices(c, c.in(1), x.dim(at)));
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto strides = ContiguousStrides(x.shape());
    const int last = x.rank() - 1;
    const int64_t length = y->dim(last);
    const int64_t rows = y->elements() / length;
    const int64_t stride = strides[static_cast<size_t>(at)];
    const auto run = [&]<typename T>(T*) {
      const T* source = reinterpret_cast<const T*>(from.data);
      T* target = reinterpret_cast<T*>(to.data);
      return c.Parallel(rows, 5 + 2.0 * static_cast<double>(length), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          int64_t rest = row;
          int64_t base = 0;
          for (int d = last - 1; d >= 0; --d) {
            if (d != at) base += rest % y->dim(d) * strides[static_cast<size_t>(d)];
            rest /= y->dim(d);
          }
          const int64_t step = at == last ? 0 : 1;
          for (int64_t i = 0; i < length; ++i) {
            const int64_t k = row * length + i;
            target[k] = source[base + indices[static_cast<size_t>(k)] * stride + i * step];
          }
        }
      });
    };
    KANTE_TRY(WithStorage(to, run));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(GatherElements)

}  // namespace kante::core
