// SPDX-License-Identifier: MIT
// ONNX operators that need codecs or tables, which this library does without: another one registers them.
#pragma once

#include <string_view>

namespace kante::core {

inline constexpr std::string_view kMediaLibrary =
    "libkante-media: add kante::media::Operators() to LoadOptions::custom_ops";

// "libkante-media: ..." says where the operator is and how a model gets it; empty for every other operator.
std::string_view WhereElse(std::string_view domain, std::string_view name);

}  // namespace kante::core
