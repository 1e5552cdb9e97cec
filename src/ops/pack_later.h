// SPDX-License-Identifier: MIT
#pragma once

#include "ops/choice.h"

namespace kante::core {

// Added to a format that an operator asks to pack: it computes the same bits from the weight as it lies in a file, of
// any alignment, only slower. A run for shapes that were not seen before takes it like that and nothing is packed; the
// next one for the same shapes packs. What runs once neither waits for packed weights nor has room for them.
inline constexpr WeightFormat kPackLater = WeightFormat{1} << 63;

// A format that is none: the operator reads the weight as it lies, of any alignment, in every run.
inline constexpr WeightFormat kAsItLies = 1;

}  // namespace kante::core
