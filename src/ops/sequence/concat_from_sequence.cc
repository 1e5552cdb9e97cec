// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ConcatFromSequence {
  static constexpr OpInfo kInfo{
      .name = "ConcatFromSequence", .versions = {11}, .same_type = 0, .data_dependent = true, .numerics = kMoves};
  int64_t axis = 0;
  bool new_axis = false;

  static Result<ConcatFromSequence> Parse(AttrReader& a) {
    return ConcatFromSequence{a.Int("axis"), a.Bool("new_axis", false)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    if (!c.has_input(0) || !c.in_value(0).is_sequence()) return InvalidArgument("input 0 must be a sequence");
    const std::vector<Value>& items = c.in_value(0).sequence()->items;
    if (items.empty()) return InvalidArgument("cannot concatenate an empty sequence");
    const Tensor& first = items[0].tensor();
    KANTE_TRY(const int at, NormalizeAxis(axis, first.rank() + (new_axis ? 1 : 0)));
    int64_t sum = 0;
    for (const Value& item : items) {
      const Shape& x = item.tensor().shape();
      bool fits = x.rank() == first.rank() && item.tensor().type() == first.type();
      for (int d = 0; fits && d < x.rank(); ++d) fits = (!new_axis && d == at) || x[d] == first.dim(d);
      if (!fits) return InvalidArgument("cannot concatenate ", first.shape().ToString(), " and ", x.ToString());
      if (!CheckedAdd(sum, new_axis ? 1 : x[at], &sum)) return InvalidArgument("the size overflows");
    }
    std::vector<int64_t> dims(first.shape().begin(), first.shape().end());
    if (new_axis) {
      dims.insert(dims.begin() + at, sum);
    } else {
      dims[static_cast<size_t>(at)] = sum;
    }
    KANTE_TRY(const Shape shape, Shape::Make(dims));
    KANTE_TRY(Tensor * y, c.Output(0, first.type(), shape));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const int64_t outer = shape.Product(0, at);
    const int64_t inner = shape.Product(at + 1, shape.rank());
    int64_t offset = 0;
    for (const Value& item : items) {
      const int64_t part = (new_axis ? 1 : item.tensor().dim(at)) * inner;
      if (part == 0) continue;
      KANTE_TRY(const Movable from, ReadMovable(c, item.tensor()));
      const int64_t sizes[] = {outer, part};
      const int64_t dst[] = {sum * inner, 1};
      const int64_t src[] = {part, 1};
      KANTE_TRY(RunCopy(c, StridedCopy(to.type, sizes, dst, src), to.data + offset * to.size, from.data));
      offset += part;
    }
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ConcatFromSequence)

}  // namespace kante::core
