// SPDX-License-Identifier: MIT
// base/large_allocator.cc where the heap is all the memory there is.
#include "base/pages.h"

namespace kante::core {

Allocator& LargeAllocator() { return HeapAllocator(); }

}  // namespace kante::core
