// SPDX-License-Identifier: MIT
// Operators of ONNX Runtime that are known and not run.
#pragma once

#include <string_view>

namespace kante::core {

// Why, and what to do instead; empty for every other operator.
std::string_view WhyRefused(std::string_view domain, std::string_view name);

}  // namespace kante::core
