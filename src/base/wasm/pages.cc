// SPDX-License-Identifier: MIT
// base/pages.cc where the heap is all the memory there is.
#include "base/pages.h"

namespace kante::core {

Allocator& LargeAllocator() { return HeapAllocator(); }

void DropPages(const void*, size_t) {}

}  // namespace kante::core
