// SPDX-License-Identifier: MIT
// base/pages.cc where memory has no pages that could be looked after.
#include "base/pages.h"

#include <cstdlib>

namespace kante::core {

void DropPages(const void*, size_t) {}
void FetchPages(const void*, size_t) {}
void PreferLargePages(void*, size_t) {}
void* MapPages(size_t bytes) { return std::calloc(bytes, 1); }
void UnmapPages(void* data, size_t) { std::free(data); }

}  // namespace kante::core
