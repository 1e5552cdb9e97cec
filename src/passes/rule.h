// SPDX-License-Identifier: MIT
// A rewrite rule: a pattern, and what becomes of it. One file each in fusions/, one line each in fusions.inc.
//
//   struct FuseX {
//     static constexpr std::string_view kMakes[] = {"kante.FusedX"};  // operators that the patch writes
//     static P Pattern();
//     static Outcome Rewrite(const Match& m, GraphPatch& patch);
//   };
//   KANTE_DEFINE_RULE(FuseX)
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "graph/patch.h"
#include "passes/pattern.h"

namespace kante::core {

// What a Rewrite says: a patch is ready, or why there is none.
class [[nodiscard]] Outcome {
 public:
  enum class Kind : uint8_t { kRewritten, kSkip, kNoMatch };
  Outcome(Kind kind, std::string why) : kind_(kind), why_(std::move(why)) {}
  Kind kind() const { return kind_; }
  const std::string& why() const { return why_; }

 private:
  Kind kind_;
  std::string why_;
};
inline Outcome Rewritten() { return Outcome(Outcome::Kind::kRewritten, {}); }
// The pattern is there but something forbids the rewrite: worth telling to who asks why a model is slow.
template <typename... Args>
Outcome Skip(const Args&... why) {
  return Outcome(Outcome::Kind::kSkip, StrCat(why...));
}
// Not what the rule is about after all (an attribute says so); nothing to tell.
inline Outcome NoMatch() { return Outcome(Outcome::Kind::kNoMatch, {}); }

struct Rule {
  std::string_view name;
  P (*pattern)() = nullptr;
  Outcome (*rewrite)(const Match& match, GraphPatch& patch) = nullptr;
  std::span<const std::string_view> makes;  // the rule drops out if one of these is missing from the registry
};

#define KANTE_DEFINE_RULE(T)                                                                  \
  namespace rules {                                                                           \
  extern const ::kante::core::Rule T;                                                         \
  constexpr ::kante::core::Rule T{#T, &::kante::core::T::Pattern, &::kante::core::T::Rewrite, \
                                  ::kante::core::T::kMakes};                                  \
  }

// kBasic rules simplify: nothing but fewer nodes. kExtended rules make fused operators.
std::span<const Rule* const> BasicRules();
std::span<const Rule* const> FusionRules();

}  // namespace kante::core
