// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// The dimensions that `target` asks for; 0 copies a dimension of x, -1 takes what is left.
Result<Shape> Resolve(const Shape& x, std::span<const int64_t> target, bool allow_zero) {
  std::vector<int64_t> dims(target.begin(), target.end());
  int open = -1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == -1) {
      if (open >= 0) return InvalidArgument("more than one -1 in the shape");
      open = static_cast<int>(i);
    } else if (dims[i] == 0 && !allow_zero) {
      if (static_cast<int>(i) >= x.rank()) {
        return InvalidArgument("dimension ", i, " is to be copied from ", x.ToString(), ", which has none");
      }
      dims[i] = x[static_cast<int>(i)];
    } else if (dims[i] < 0) {
      return InvalidArgument("dimension ", dims[i], " in the shape");
    }
  }
  if (open >= 0) {
    dims[static_cast<size_t>(open)] = 1;
    KANTE_TRY(const int64_t others, CheckedProduct(dims));
    if (allow_zero && others == 0) return InvalidArgument("-1 together with 0 in the shape");
    if (others == 0 && x.elements() != 0) return InvalidArgument("cannot reshape ", x.ToString(), " to no elements");
    if (others != 0 && x.elements() % others != 0) {
      return InvalidArgument("cannot reshape ", x.ToString(), ": ", x.elements(), " elements are no multiple of ",
                             others);
    }
    dims[static_cast<size_t>(open)] = others == 0 ? 0 : x.elements() / others;
  }
  KANTE_TRY(const Shape shape, Shape::Make(dims));
  if (shape.elements() != x.elements()) {
    return InvalidArgument("cannot reshape ", x.ToString(), " to ", shape.ToString());
  }
  return shape;
}

struct Reshape {
  static constexpr OpInfo kInfo{.name = "Reshape",
                                .versions = {1, 5, 13, 14, 19, 21, 23, 24, 25},
                                .form_since = 14,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};
  bool allow_zero = false;

  static Result<Reshape> Parse(AttrReader& a) { return Reshape{a.Bool("allowzero", false)}; }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 5) return OkStatus();
    u.node().RemoveAttribute("consumed_inputs");
    return u.AttributeToInput("shape", 1);
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const std::vector<int64_t> target, c.ints(1));
    bool fixed = true;  // whatever the input's shape
    for (int64_t d : target) fixed = fixed && (d > 0 || (d == 0 && allow_zero));
    if (fixed && !c.in(0).shape_known) {
      KANTE_TRY(const Shape shape, Shape::Make(target));
      return c.SetShape(0, shape);
    }
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape shape, Resolve(x, target, allow_zero));
    return c.View(0, 0, shape);
  }
};

struct Flatten {
  static constexpr OpInfo kInfo{
      .name = "Flatten", .versions = {1, 9, 11, 13, 21, 23, 24, 25}, .form_since = 13, .numerics = kMoves};
  int64_t axis = 1;

  static Result<Flatten> Parse(AttrReader& a) { return Flatten{a.Int("axis", 1)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    const int rank = x.rank();
    if (axis < -rank || axis > rank) return InvalidArgument("axis ", axis, " outside [", -rank, ", ", rank, "]");
    const int at = static_cast<int>(axis < 0 ? axis + rank : axis);
    // A zero on one side may hide an overflowing product on the other.
    KANTE_TRY(const int64_t rows, CheckedProduct(x.dims().first(static_cast<size_t>(at))));
    KANTE_TRY(const int64_t columns, CheckedProduct(x.dims().subspan(static_cast<size_t>(at))));
    return c.View(0, 0, {rows, columns});
  }
};

}  // namespace

KANTE_DEFINE_OP(Reshape)
KANTE_DEFINE_OP(Flatten)

}  // namespace kante::core
