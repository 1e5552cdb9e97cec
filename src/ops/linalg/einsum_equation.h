// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/shape.h"

namespace kante::core {

// A dimension's name: letters in ASCII order (A..Z, a..z), then the dimensions of "..." counted from its right end.
using EinsumLabel = uint8_t;
inline constexpr int kEinsumLetters = 52;
inline constexpr int kEinsumLabels = kEinsumLetters + kMaxRank;

// An Einsum equation: terms as text without spaces, "..." as it stands.
struct EinsumEquation {
  std::vector<std::string> terms;
  std::string output;
  bool has_output = false;  // "->" was given
  static Result<EinsumEquation> Parse(std::string_view text);
};

// The equation applied to shapes.
struct EinsumProblem {
  std::vector<std::vector<EinsumLabel>> operands;  // one label per dimension
  std::vector<EinsumLabel> output;
  std::array<int64_t, kEinsumLabels> sizes{};  // 0 sized dimensions included; labels in no term: 1

  // Complains of ranks and sizes that do not match. A size of 1 broadcasts.
  static Result<EinsumProblem> Make(const EinsumEquation& equation, std::span<const Shape> shapes);
  Result<Shape> OutputShape() const;
};

}  // namespace kante::core
