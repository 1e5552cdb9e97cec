// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "base/allocator.h"
#include "base/status.h"
#include "tensor/tensor.h"

namespace kante::core {

// A tensor with room to grow along `axis`: a strided view of [.., capacity, ..] of which `length` is filled. A cache of
// keys and values is one such tensor a layer.
Result<Tensor> AllocateGrowing(ElementType type, const Shape& shape, int axis, int64_t capacity,
                               std::shared_ptr<Allocator> allocator);

// `past` with `step` appended along `axis` (all other dimensions equal). In place, and linear in `step` only, if `past`
// is a growing tensor with room whose end nobody has appended to yet: that is decided by a compare-and-swap on the
// buffer, so of several appends to one parent one wins and the others copy. Otherwise a new growing tensor with doubled
// capacity. Older views never change. InvalidArgument for shapes or types that do not fit; OutOfMemory.
Result<Tensor> Append(const Tensor& past, const Tensor& step, int axis, std::shared_ptr<Allocator> allocator);

}  // namespace kante::core
