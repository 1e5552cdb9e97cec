// SPDX-License-Identifier: MIT
// Memory by the page: what is large enough that the system's work for each page counts.
#pragma once

#include <cstddef>

#include "base/allocator.h"

namespace kante::core {

// For blocks that are kept, such as packed weights: large ones are pages of their own, which go back to the system when
// freed. Lives for ever.
Allocator& LargeAllocator();

// Takes the whole pages among these bytes out of memory. Reading brings them back.
// REQUIRES: they are of a file mapped read-only.
void DropPages(const void* data, size_t bytes);

}  // namespace kante::core
