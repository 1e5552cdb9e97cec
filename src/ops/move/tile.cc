// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Tile-1 repeats one axis: its two scalars become a vector of ones with one entry replaced.
ValueId RepeatsOfOldForm(UpgradeContext& u) {
  GraphBuilder& b = u.build();
  const ValueId one = b.Ints({1});
  const ValueId rank = b.Op("Shape", {b.Op("Shape", {u.input(0)})});
  const int64_t value = 1;
  const ValueId ones = b.Op("ConstantOfShape", {rank},
                            {Attribute("value", Tensor::Of<int64_t>({1}, std::span<const int64_t>(&value, 1)))});
  std::vector<ValueId> vectors;
  for (size_t i = 1; i <= 2; ++i) {
    const ValueId as_int = b.Op("Cast", {u.input(i)}, {Attribute("to", static_cast<int>(ElementType::kInt64))});
    vectors.push_back(b.Op("Reshape", {as_int, one}));
  }
  return b.Op("ScatterElements", {ones, vectors[1], vectors[0]});
}

struct Tile {
  static constexpr OpInfo kInfo{.name = "Tile",
                                .versions = {1, 6, 13},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 6 || !u.has_input(2)) return OkStatus();
    const ValueId repeats = RepeatsOfOldForm(u);
    u.ReplaceWith(u.build().Op("Tile", {u.input(0), repeats}));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> repeats, c.ints(1));
    if (static_cast<int>(repeats.size()) != x.rank()) {
      return InvalidArgument(repeats.size(), " repeats for ", x.ToString());
    }
    std::vector<int64_t> dims(repeats.size());
    for (size_t i = 0; i < dims.size(); ++i) {
      if (repeats[i] < 0 || !CheckedMul(repeats[i], x[static_cast<int>(i)], &dims[i])) {
        return InvalidArgument("repeats ", repeats[i], " on axis ", i);
      }
    }
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return y == x ? c.View(0, 0, y) : c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto x_strides = ContiguousStrides(x.shape());
    const auto y_strides = ContiguousStrides(y->shape());
    std::array<int64_t, StridedCopy::kMaxDims> dims{};
    std::array<int64_t, StridedCopy::kMaxDims> dst{};
    std::array<int64_t, StridedCopy::kMaxDims> src{};
    size_t n = 0;
    for (int i = 0; i < x.rank(); ++i) {  // each axis is [repeats, size]
      const auto at = static_cast<size_t>(i);
      dims[n] = y->dim(i) / x.dim(i);
      dst[n] = y_strides[at] * x.dim(i);
      src[n++] = 0;
      dims[n] = x.dim(i);
      dst[n] = y_strides[at];
      src[n++] = x_strides[at];
    }
    const StridedCopy copy(to.type, std::span(dims).first(n), std::span(dst).first(n), std::span(src).first(n));
    KANTE_TRY(RunCopy(c, copy, to.data, from.data));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Tile)

}  // namespace kante::core
