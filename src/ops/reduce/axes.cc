// SPDX-License-Identifier: MIT
#include "ops/reduce/axes.h"

namespace kante::core {

Result<uint32_t> AxesMask(std::span<const int64_t> axes, int rank) {
  uint32_t mask = 0;
  for (int64_t a : axes) {
    if (rank == 0 && (a == 0 || a == -1)) continue;
    KANTE_TRY(const int axis, NormalizeAxis(a, rank));
    if ((mask >> axis) & 1) return InvalidArgument("axis ", axis, " is named twice");
    mask |= uint32_t{1} << axis;
  }
  return mask;
}

Shape ReducedShape(const Shape& shape, uint32_t mask, bool keep_dims) {
  Shape out;
  for (int d = 0; d < shape.rank(); ++d) {
    if (!((mask >> d) & 1))
      out.push_back(shape[d]);
    else if (keep_dims)
      out.push_back(1);
  }
  return out;
}

}  // namespace kante::core
