// SPDX-License-Identifier: MIT
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Bit d set: axis d is named. Repeated or out-of-range axes are errors.
Result<uint32_t> AxisMask(std::span<const int64_t> axes, int rank) {
  uint32_t mask = 0;
  for (int64_t a : axes) {
    KANTE_TRY(const int axis, NormalizeAxis(a, rank));
    if ((mask >> axis) & 1) return InvalidArgument("axis ", axis, " is named twice");
    mask |= uint32_t{1} << axis;
  }
  return mask;
}

struct Squeeze {
  static constexpr OpInfo kInfo{.name = "Squeeze",
                                .versions = {1, 11, 13, 21, 23, 24, 25},
                                .form_since = 13,
                                .min_inputs = 1,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};

  static Status Upgrade(UpgradeContext& u, int from) { return from < 13 ? u.AttributeToInput("axes", 1) : OkStatus(); }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    uint32_t mask = 0;
    if (c.has_input(1)) {
      KANTE_TRY(const std::vector<int64_t> axes, c.ints(1));
      KANTE_TRY(mask, AxisMask(axes, x.rank()));
    } else {
      for (int i = 0; i < x.rank(); ++i) mask |= uint32_t{x[i] == 1} << i;
    }
    Shape y;
    for (int i = 0; i < x.rank(); ++i) {
      if (!((mask >> i) & 1)) {
        y.push_back(x[i]);
      } else if (x[i] != 1) {
        return InvalidArgument("axis ", i, " of ", x.ToString(), " is not 1");
      }
    }
    return c.View(0, 0, y);
  }
};

struct Unsqueeze {
  static constexpr OpInfo kInfo{.name = "Unsqueeze",
                                .versions = {1, 11, 13, 21, 23, 24, 25},
                                .form_since = 13,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};

  static Status Upgrade(UpgradeContext& u, int from) { return from < 13 ? u.AttributeToInput("axes", 1) : OkStatus(); }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> axes, c.ints(1));
    const int rank = x.rank() + static_cast<int>(axes.size());
    if (rank > kMaxRank) return InvalidArgument("rank ", rank, " is above the limit of ", kMaxRank);
    KANTE_TRY(const uint32_t mask, AxisMask(axes, rank));
    Shape y;
    int from = 0;
    for (int i = 0; i < rank; ++i) y.push_back((mask >> i) & 1 ? 1 : x[from++]);
    return c.View(0, 0, y);
  }
};

}  // namespace

KANTE_DEFINE_OP(Squeeze)
KANTE_DEFINE_OP(Unsqueeze)

}  // namespace kante::core
