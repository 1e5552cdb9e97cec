// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "tensor/shape.h"

namespace kante::core {

// A tensor seen from one axis: [outer, n, inner].
struct AxisView {
  int64_t outer = 1, n = 1, inner = 1;
};
inline AxisView ViewAlong(const Shape& shape, int axis) {
  return {shape.Product(0, axis), shape.rank() ? shape[axis] : 1, shape.Product(axis + 1, shape.rank())};
}

// Bit i for each axis; complains of axes outside the rank or named twice. Scalars accept axes 0 and -1.
Result<uint32_t> AxesMask(std::span<const int64_t> axes, int rank);
// The shape without (or with 1 for) the dimensions in `mask`.
Shape ReducedShape(const Shape& shape, uint32_t mask, bool keep_dims);

}  // namespace kante::core
