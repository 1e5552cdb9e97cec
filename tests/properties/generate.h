// SPDX-License-Identifier: MIT
// Inputs for any operator, from its kInfo and a line of hints where kInfo does not say enough.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

// What an operator wants beyond kInfo. Each input is TYPE[:SHAPE][=VALUES | <LIMIT]:
//   TYPE    T: one type of kInfo.types, the same for all inputs that say so; or the name of a type
//   SHAPE   S: the case's random shape; B: one that broadcasts to it; else dimensions with commas, each a number or a
//           letter that stands for one random size in the whole case; nothing: a scalar
//   VALUES  numbers with commas;  LIMIT  a number or letter: values in [0, LIMIT)
// "-" is an absent input. Without inputs here, there are min_inputs of T:S.
struct Hint {
  std::string_view op;
  std::vector<std::string_view> inputs;
  std::vector<Attribute> attributes;
  int outputs = 0;  // 0: min_outputs, at least one
  std::string_view domain = "";
};

const std::vector<Hint>& Hints();

struct Case {
  Node node;  // without inputs and outputs
  std::vector<Value> inputs;
  int outputs = 1;
};

// What the inputs T without VALUES or LIMIT hold.
enum class Fill : uint8_t {
  kQuarters,  // small multiples of a quarter: sums and products of a few are exact in every float type
  kFine,      // multiples of 1/64 that bfloat16 holds; in float64 with digits that float32 has no room for
  kSpecial,   // NaN, infinities, zeros of both signs and small numbers
  kBits,      // any bits
};

// The `seed`-th case of an operator; nothing if no type or size can be chosen. Of one seed and fill, shapes and (but
// for the digits of kFine) values are the same for every `type`; kUndefined: one is drawn.
std::optional<Case> Generate(const OpDef& def, const Hint* hint, uint32_t seed,
                             ElementType type = ElementType::kUndefined, Fill fill = Fill::kQuarters);

// The lines of an operator; one null pointer if it has none.
std::vector<const Hint*> HintsOf(const OpDef& def);
// What the operator makes of the case; an error if it refuses.
Result<std::vector<Value>> Evaluate(const Case& c, const OpRegistry& registry);
std::string Describe(const Case& c);

}  // namespace kante::core
