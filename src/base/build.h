// SPDX-License-Identifier: MIT
// How this library is built.
#pragma once

namespace kante::core {

// Built for size (CMAKE_BUILD_TYPE=MinSizeRel): one algorithm for each job where others are only faster. To be asked
// in `if constexpr` or a constant, so that the others are not linked.
#ifdef KANTE_FOR_SIZE
inline constexpr bool kForSize = true;
#else
inline constexpr bool kForSize = false;
#endif

// Under AddressSanitizer and its like, which watch blocks of the heap.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace kante::core
