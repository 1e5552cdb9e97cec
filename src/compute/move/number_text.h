// SPDX-License-Identifier: MIT
// Numbers as text and back, the way numpy prints and reads them, whatever the locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tensor/element_type.h"

namespace kante::core {

// "0.6048455", "1e-05", "3.0", "inf", "nan", "-7", "True": the shortest text that reads back as the same number.
// REQUIRES: type of whole bytes, not complex.
std::string NumberToText(ElementType type, const std::byte* element);
// The inverse; also "INF", "+inf", "NaN" in any case, and a fraction where an integer is wanted is cut off.
Status TextToNumber(std::string_view text, ElementType type, std::byte* element);

}  // namespace kante::core
