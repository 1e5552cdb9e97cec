// SPDX-License-Identifier: MIT
// What this build has: everything, or what the list of a reduced build (KANTE_OPS) names.
#pragma once

#include <string_view>

namespace kante::core {

// True if this build has the operator or the rewrite rule with this entry in ops.inc or fusions.inc. For use in
// constants, so that what is not listed is not linked either.
consteval bool Listed([[maybe_unused]] std::string_view name) {
#ifdef KANTE_OPS_FILE
  constexpr std::string_view kNames[] = {
#define KANTE_OP(T) #T,
#define KANTE_RULE(T) #T,
#include KANTE_OPS_FILE
#undef KANTE_OP
#undef KANTE_RULE
  };
  for (const std::string_view listed : kNames) {
    if (listed == name) return true;
  }
  return false;
#else
  return true;
#endif
}

}  // namespace kante::core
