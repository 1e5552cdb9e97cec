// SPDX-License-Identifier: MIT
// Memory by the page: what is large enough that the system's work for each page counts.
#pragma once

#include <cstddef>

#include "base/allocator.h"

namespace kante::core {

// For blocks that are kept, such as packed weights: large ones are pages of their own, huge ones where the system has
// them, and go back to it when freed. Lives for ever.
Allocator& LargeAllocator();

// Asks for huge pages inside a block of fresh memory. A hint: nothing changes but speed.
void PreferHugePages(void* block, size_t bytes);

// Takes the whole pages among these bytes out of memory. Reading brings them back.
// REQUIRES: they are of a file mapped read-only.
void DropPages(const void* data, size_t bytes);

}  // namespace kante::core
