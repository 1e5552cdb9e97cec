// SPDX-License-Identifier: MIT
#include "passes/rule.h"

#include "passes/attributes.h"

namespace kante::core {

namespace rules {
#define KANTE_BASIC_RULE(T) extern const Rule T;
#define KANTE_FUSION_RULE(T) extern const Rule T;
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
}  // namespace rules

std::span<const Rule* const> BasicRules() {
  static constexpr const Rule* kAll[] = {
#define KANTE_BASIC_RULE(T) &rules::T,
#define KANTE_FUSION_RULE(T)
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
  };
  return kAll;
}

std::span<const Rule* const> FusionRules() {
  static constexpr const Rule* kAll[] = {
#define KANTE_BASIC_RULE(T)
#define KANTE_FUSION_RULE(T) &rules::T,
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
  };
  return kAll;
}

std::vector<Attribute> AttributesWith(const Node& node, std::vector<Attribute> changed) {
  Node copy;
  copy.attributes = node.attributes;
  for (Attribute& a : changed) copy.SetAttribute(std::move(a));
  return std::move(copy.attributes);
}

}  // namespace kante::core
