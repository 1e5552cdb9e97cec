// SPDX-License-Identifier: MIT
// Shape and Size: tensors made of the dimensions of others.
#include <algorithm>

#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ShapeOp {
  static constexpr OpInfo kInfo{.name = "Shape",
                                .versions = {1, 13, 15, 19, 21, 23, 24, 25},
                                .form_since = 15,
                                .strided = 0b1,
                                .value_from_shape = true,
                                .numerics = kChooses};
  int64_t start = 0;
  int64_t end = INT64_MAX;

  static Result<ShapeOp> Parse(AttrReader& a) { return ShapeOp{a.Int("start", 0), a.Int("end", INT64_MAX)}; }

  // Out-of-range ends are clamped, negative ones count from the back.
  static int Clamp(int64_t at, int rank) {
    if (at < 0) at += rank;
    return static_cast<int>(std::clamp<int64_t>(at, 0, rank));
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    KANTE_TRY(const Shape shape, c.shape(0));
    return c.SetShape(0, {std::max(0, Clamp(end, shape.rank()) - Clamp(start, shape.rank()))});
  }
  Status Run(RunContext& c) const {
    const Shape& shape = c.in(0).shape();
    KANTE_TRY(Tensor * y, c.Output(0));
    const int first = Clamp(start, shape.rank());
    for (int64_t i = 0; i < y->elements(); ++i) y->mutable_data<int64_t>()[i] = shape[first + static_cast<int>(i)];
    return OkStatus();
  }
};

struct Size {
  static constexpr OpInfo kInfo{.name = "Size",
                                .versions = {1, 13, 19, 21, 23, 24, 25},
                                .form_since = 13,
                                .strided = 0b1,
                                .value_from_shape = true,
                                .numerics = kChooses};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    return c.SetShape(0, {});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    *y->mutable_data<int64_t>() = c.in(0).elements();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ShapeOp)
KANTE_DEFINE_OP(Size)

}  // namespace kante::core
