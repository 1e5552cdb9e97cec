// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>

namespace kante::core {

// std::from_chars, which not every standard library has for these types.
std::from_chars_result ReadReal(const char* begin, const char* end, float& value);
std::from_chars_result ReadReal(const char* begin, const char* end, double& value);

namespace internal {

// The same by strtof and strtod. REQUIRES: the locale "C".
std::from_chars_result ReadRealByStrtod(const char* begin, const char* end, float& value);
std::from_chars_result ReadRealByStrtod(const char* begin, const char* end, double& value);

}  // namespace internal
}  // namespace kante::core
