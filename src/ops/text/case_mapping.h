// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace kante::core {

// Upper and lower case of UTF-8 texts by Unicode's tables, which this library does without. An OpRegistry whose
// StringNormalizer has one as OpDef::user maps every text; the built-in maps ASCII.
struct CaseMapping {
  std::string (*upper)(std::string_view) = nullptr;
  std::string (*lower)(std::string_view) = nullptr;
};

}  // namespace kante::core
