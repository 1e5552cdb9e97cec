// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ConstantOfShape {
  static constexpr OpInfo kInfo{.name = "ConstantOfShape",
                                .versions = {9, 20, 21, 23, 24, 25},
                                .form_since = 9,
                                .shape_inputs = 0b1,
                                .numerics = kMoves};
  Tensor value;  // one element

  static Result<ConstantOfShape> Parse(AttrReader& a) {
    Tensor value = a.TensorOf("value");
    if (value.empty()) {
      const float zero = 0;
      value = Tensor::Of<float>({1}, std::span<const float>(&zero, 1));
    }
    if (value.elements() != 1) return InvalidGraph("attribute 'value' must hold one element, not ", value.elements());
    return ConstantOfShape{std::move(value)};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, value.type());
    KANTE_TRY(c.RequireType(0, {ElementType::kInt64}));
    KANTE_TRY(const std::vector<int64_t> dims, c.ints(0));
    KANTE_TRY(const Shape shape, Shape::Make(dims));
    return c.SetShape(0, shape);
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const Movable from, ReadMovable(c, value));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    KANTE_TRY(c.Parallel(y->elements(), 0.1 * static_cast<double>(to.size),
                         [&](int64_t begin, int64_t end) { FillRun(to, begin, from, 0, end - begin); }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ConstantOfShape)

}  // namespace kante::core
