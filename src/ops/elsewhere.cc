// SPDX-License-Identifier: MIT
#include "ops/elsewhere.h"

#include "ops/registry.h"

namespace kante::core {

std::string_view WhereElse(std::string_view domain, std::string_view name) {
  const bool media = name == "ImageDecoder" || name == "RegexFullMatch";
  return media && CanonicalDomain(domain).empty() ? kMediaLibrary : std::string_view();
}

}  // namespace kante::core
