// SPDX-License-Identifier: MIT
#pragma once

#include "compute/resize.h"
#include "ops/attr_reader.h"
#include "tensor/tensor.h"

namespace kante::core {

enum class KeepAspect : uint8_t { kStretch, kNotLarger, kNotSmaller };

// Unknown names are complaints of the reader.
ResizeRule ReadResizeRule(AttrReader& a);
KeepAspect ReadKeepAspect(AttrReader& a);

// Some scale is known and below one.
bool Shrinks(const Tensor* scales);

}  // namespace kante::core
