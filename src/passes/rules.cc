// SPDX-License-Identifier: MIT
#include "passes/rule.h"

#include <array>

#include "ops/listed.h"
#include "passes/attributes.h"

namespace kante::core {

namespace rules {
#define KANTE_BASIC_RULE(T) extern const Rule T;
#define KANTE_FUSION_RULE(T) extern const Rule T;
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
}  // namespace rules

namespace {

// Rules in their order, those left out that this build does not have.
template <size_t kCount>
struct RuleList {
  std::array<const Rule*, kCount> rules{};
  size_t count = 0;

  constexpr void Add(bool listed, const Rule* rule) {
    if (listed) rules[count++] = rule;
  }
  std::span<const Rule* const> span() const { return {rules.data(), count}; }
};

#define KANTE_BASIC_RULE(T) +1
#define KANTE_FUSION_RULE(T) +1
constexpr size_t kMost = 0
#include "passes/fusions.inc"
    ;
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE

}  // namespace

std::span<const Rule* const> BasicRules() {
  static constexpr auto kAll = [] {
    RuleList<kMost> all;
#define KANTE_BASIC_RULE(T) all.Add(Listed(#T), &rules::T);
#define KANTE_FUSION_RULE(T)
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
    return all;
  }();
  return kAll.span();
}

std::span<const Rule* const> FusionRules() {
  static constexpr auto kAll = [] {
    RuleList<kMost> all;
#define KANTE_BASIC_RULE(T)
#define KANTE_FUSION_RULE(T) all.Add(Listed(#T), &rules::T);
#include "passes/fusions.inc"
#undef KANTE_BASIC_RULE
#undef KANTE_FUSION_RULE
    return all;
  }();
  return kAll.span();
}

std::vector<Attribute> AttributesWith(const Node& node, std::vector<Attribute> changed) {
  Node copy;
  copy.attributes = node.attributes;
  for (Attribute& a : changed) copy.SetAttribute(std::move(a));
  return std::move(copy.attributes);
}

}  // namespace kante::core
