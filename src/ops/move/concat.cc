// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Concat {
  static constexpr OpInfo kInfo{.name = "Concat",
                                .versions = {1, 4, 11, 13},
                                .max_inputs = kVariadic,
                                .same_type = ~uint32_t{0},
                                .numerics = kMoves};
  int64_t axis = 0;

  static Result<Concat> Parse(AttrReader& a) { return Concat{a.Int("axis")}; }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from < 4 && !u.node().FindAttribute("axis")) u.node().SetAttribute(Attribute("axis", 1));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(Shape y, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, y.rank()));
    bool known = true;
    int64_t sum = y[at];
    int filled = 0;  // the only input that is not empty, when there is one
    int parts = y.elements() != 0;
    for (int i = 1; i < c.input_count(); ++i) {
      if (!c.has_input(i)) return InvalidGraph("input ", i, " is missing");
      if (!c.in(i).shape_known) {
        known = false;
        continue;
      }
      const Shape& x = c.in(i).shape;
      bool fits = x.rank() == y.rank();
      for (int d = 0; fits && d < y.rank(); ++d) fits = d == at || x[d] == y[d];
      if (!fits) return InvalidArgument("cannot concatenate ", y.ToString(), " and ", x.ToString(), " along axis ", at);
      if (!CheckedAdd(sum, x[at], &sum)) return InvalidArgument("the size along axis ", at, " overflows");
      if (x.elements() != 0) {
        ++parts;
        filled = i;
      }
    }
    if (!known) return OkStatus();
    y.set_dim(at, sum);
    return parts == 1 ? c.View(0, filled, y) : c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const Shape& out = y->shape();
    const int at = static_cast<int>(axis < 0 ? axis + out.rank() : axis);
    const int64_t outer = out.Product(0, at);
    const int64_t inner = out.Product(at + 1, out.rank());
    const int64_t row = out[at] * inner;
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    int64_t offset = 0;
    for (int i = 0; i < c.input_count(); ++i) {
      const int64_t part = c.in(i).dim(at) * inner;
      if (part == 0) continue;
      KANTE_TRY(const Movable from, ReadMovable(c, c.in(i)));
      const int64_t dims[] = {outer, part};
      const int64_t dst[] = {row, 1};
      const int64_t src[] = {part, 1};
      KANTE_TRY(RunCopy(c, StridedCopy(to.type, dims, dst, src), to.data + offset * to.size, from.data));
      offset += part;
    }
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Concat)

}  // namespace kante::core
