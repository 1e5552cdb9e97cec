// SPDX-License-Identifier: MIT

#include "compute/move/cast.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct OneHot {
  static constexpr OpInfo kInfo{.name = "OneHot",
                                .versions = {9, 11, 28},
                                .form_since = 11,
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kNumeric,
                                .shape_inputs = 0b010,
                                .numerics = kMoves};
  int64_t axis = -1;

  static Result<OneHot> Parse(AttrReader& a) { return OneHot{a.Int("axis", -1)}; }

  static Result<int64_t> Depth(const Tensor& t) {
    if (t.elements() != 1) return InvalidArgument("depth must be a scalar, not ", t.shape().ToString());
    if (!IsCastable(t.type())) return InvalidArgument("depth must be a number, not ", NameOf(t.type()));
    int64_t depth = 0;
    CastRange(ElementType::kInt64, reinterpret_cast<std::byte*>(&depth), t.type(), t.raw(), 1, {});
    if (depth < 0) return InvalidArgument("depth ", depth);
    return depth;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(2));
    if (c.in(2).shape_known && c.in(2).shape.elements() != 2) {
      return InvalidArgument("values must be [off, on], not ", c.in(2).shape.ToString());
    }
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank() + 1));
    KANTE_TRY(const Tensor depth_tensor, c.value(1));
    KANTE_TRY(const int64_t depth, Depth(depth_tensor));
    std::vector<int64_t> dims(x.begin(), x.end());
    dims.insert(dims.begin() + at, depth);
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    const int at = static_cast<int>(axis < 0 ? axis + y->rank() : axis);
    const int64_t depth = y->dim(at);
    const int64_t outer = y->shape().Product(0, at);
    const int64_t inner = y->shape().Product(at + 1, y->rank());
    // A fraction is cut off; a value out of range selects nothing.
    KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 8));
    auto* index = reinterpret_cast<int64_t*>(memory);
    CastRange(ElementType::kInt64, memory, x.type(), x.raw(), x.elements(), {});
    KANTE_TRY(const Movable values, ReadMovable(c, c.in(2)));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    KANTE_TRY(c.Parallel(outer, 1.0 + static_cast<double>(depth * inner), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) {
        FillRun(to, o * depth * inner, values, 0, depth * inner);
        for (int64_t i = 0; i < inner; ++i) {
          int64_t k = index[o * inner + i];
          if (k < -depth || k >= depth) continue;
          if (k < 0) k += depth;
          CopyRun(to, (o * depth + k) * inner + i, values, 1, 1);
        }
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(OneHot)

}  // namespace kante::core
