// SPDX-License-Identifier: MIT
// Trilu and EyeLike: matrices by their diagonals.
#include <algorithm>
#include <cstring>

#include "compute/move/cast.h"
#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

void Clear(const Movable& to, int64_t first, int64_t count) {
  if (to.strings()) {
    std::fill_n(reinterpret_cast<std::string*>(to.data) + first, count, std::string());
  } else {
    std::memset(to.data + first * to.size, 0, static_cast<size_t>(count * to.size));
  }
}

struct Trilu {
  static constexpr OpInfo kInfo{
      .name = "Trilu", .versions = {14}, .min_inputs = 1, .max_inputs = 2, .in_place = 0b1, .numerics = kMoves};
  bool upper = true;

  static Result<Trilu> Parse(AttrReader& a) { return Trilu{a.Bool("upper", true)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    if (c.has_input(1) && c.in(1).shape_known && c.in(1).shape.elements() != 1) {
      return InvalidArgument("k must be a scalar, not ", c.in(1).shape.ToString());
    }
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() < 2) return InvalidArgument("input must be a matrix, not ", x.ToString());
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    const int64_t columns = x.dim(x.rank() - 1);
    const int64_t rows = x.dim(x.rank() - 2);
    const int64_t k = std::clamp(c.has_input(1) ? *c.in(1).data<int64_t>() : 0, -rows, columns);
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    KANTE_TRY(c.Parallel(x.elements() / columns, 3 + 0.2 * static_cast<double>(columns * to.size),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t r = begin; r < end; ++r) {
                             // Columns before `cut` belong to the lower part.
                             const int64_t cut = std::clamp<int64_t>(r % rows + k + (upper ? 0 : 1), 0, columns);
                             const int64_t first = upper ? cut : 0;
                             const int64_t kept = upper ? columns - cut : cut;
                             if (to.data != from.data && kept > 0)
                               CopyRun(to, r * columns + first, from, r * columns + first, kept);
                             Clear(to, r * columns + (upper ? 0 : cut), columns - kept);
                           }
                         }));
    Finish(to, *y);
    return OkStatus();
  }
};

struct EyeLike {
  static constexpr OpInfo kInfo{
      .name = "EyeLike", .versions = {9, 22}, .strided = 0b1, .value_from_shape = true, .numerics = kChooses};
  ElementType type = ElementType::kUndefined;  // that of the input
  int64_t k = 0;

  static Result<EyeLike> Parse(AttrReader& a) {
    EyeLike eye{a.Type("dtype", ElementType::kUndefined), a.Int("k", 0)};
    if (eye.type != ElementType::kUndefined && !IsCastable(eye.type)) a.Fail("dtype must be a number");
    return eye;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, type == ElementType::kUndefined ? c.type(0) : type);
    if (type == ElementType::kUndefined) KANTE_TRY(c.RequireType(0, kNumeric | kBool));
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() != 2) return InvalidArgument("input must be a matrix, not ", x.ToString());
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    alignas(8) std::byte one[8] = {};
    const int64_t value = 1;
    CastRange(y->type(), one, ElementType::kInt64, reinterpret_cast<const std::byte*>(&value), 1, {});
    const Movable from{one, to.type, to.size};
    std::memset(to.data, 0, static_cast<size_t>(y->elements() * to.size));
    const int64_t rows = y->dim(0);
    const int64_t columns = y->dim(1);
    const int64_t shift = std::clamp(k, -rows, columns);
    for (int64_t r = std::max<int64_t>(0, -shift); r < rows && r + shift < columns; ++r) {
      CopyRun(to, r * columns + r + shift, from, 0, 1);
    }
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Trilu)
KANTE_DEFINE_OP(EyeLike)

}  // namespace kante::core
