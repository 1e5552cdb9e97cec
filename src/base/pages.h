// SPDX-License-Identifier: MIT
// Memory by the page: what is large enough that the system's work for each page counts.
#pragma once

#include <cstddef>

#include "base/allocator.h"
#include "base/build.h"

namespace kante::core {

// The heap is all the memory there is (WebAssembly), or all that is watched.
#ifdef __wasm__
inline constexpr bool kHeapOnly = true;
#else
inline constexpr bool kHeapOnly = kSanitized;
#endif

// For blocks that are kept, such as packed weights: neighbours in large pages where the system has them, for touching a
// small page costs as much as filling it. Freed blocks go back to the system. Lives for ever.
Allocator& LargeAllocator();

// Takes the whole pages among these bytes out of memory. Reading brings them back: as they are in the file, or zeros.
// REQUIRES: they are of a file mapped read-only, or of no file and not needed any more.
void DropPages(const void* data, size_t bytes);

// Brings these bytes of a mapped file into memory at once, which is cheaper than page by page when they are touched.
void FetchPages(const void* data, size_t bytes);

// Memory that is about to be filled for the first time: the whole large pages among these bytes may come as such. The
// first is touched here, and timed: where the system must first find them (a virtual machine whose host has taken back
// what was free), small ones are cheaper; after a few in a row this process does not ask for large ones again.
void PreferLargePages(void* data, size_t bytes);

// Whole zeroed pages, from a multiple of a large page on; null if there are none. `bytes` is a multiple of kLargePage.
inline constexpr size_t kLargePage = size_t{2} << 20;
void* MapPages(size_t bytes);
void UnmapPages(void* data, size_t bytes);

}  // namespace kante::core
