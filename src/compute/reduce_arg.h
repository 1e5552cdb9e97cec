// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/parallel.h"
#include "tensor/element_type.h"

namespace kante::core {

// y [outer, inner] = where along n the largest (smallest) of x [outer, n, inner] is: the first of equals, or the last.
// NaN counts as the extreme, as in numpy. Any float or integer type up to 64 bits. REQUIRES: n > 0. False when
// cancelled.
bool RunArgExtreme(ElementType type, bool smallest, bool last, const void* x, int64_t* y, int64_t outer, int64_t n,
                   int64_t inner, ParallelFor parallel);

}  // namespace kante::core
