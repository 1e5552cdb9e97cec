// SPDX-License-Identifier: MIT
#include "ops/linalg/einsum_equation.h"

#include <algorithm>

namespace kante::core {
namespace {

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
EinsumLabel LabelOf(char c) { return static_cast<EinsumLabel>(c <= 'Z' ? c - 'A' : c - 'a' + 26); }

Status CheckTerm(std::string_view term) {
  bool ellipsis = false;
  for (size_t i = 0; i < term.size(); ++i) {
    if (IsLetter(term[i])) continue;
    if (term.substr(i, 3) != "..." || ellipsis)
      return InvalidGraph("term '", term, "' of the equation is not understood");
    ellipsis = true;
    i += 2;
  }
  return OkStatus();
}

// Labels of a term whose "..." stands for `dots` dimensions.
std::vector<EinsumLabel> LabelsOf(std::string_view term, int dots) {
  std::vector<EinsumLabel> labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (IsLetter(term[i])) {
      labels.push_back(LabelOf(term[i]));
      continue;
    }
    for (int d = dots; d-- > 0;) labels.push_back(static_cast<EinsumLabel>(kEinsumLetters + d));
    i += 2;
  }
  return labels;
}

bool HasDots(std::string_view term) { return term.find('.') != std::string_view::npos; }

}  // namespace

Result<EinsumEquation> EinsumEquation::Parse(std::string_view text) {
  std::string packed;
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed), [](char c) { return c != ' '; });
  EinsumEquation e;
  std::string_view left = packed;
  if (const size_t arrow = left.find("->"); arrow != std::string_view::npos) {
    e.has_output = true;
    e.output = left.substr(arrow + 2);
    left = left.substr(0, arrow);
    KANTE_TRY(CheckTerm(e.output));
  }
  for (;;) {
    const size_t comma = left.find(',');
    e.terms.emplace_back(left.substr(0, comma));
    KANTE_TRY(CheckTerm(e.terms.back()));
    if (comma == std::string_view::npos) return e;
    left = left.substr(comma + 1);
  }
}

Result<EinsumProblem> EinsumProblem::Make(const EinsumEquation& equation, std::span<const Shape> shapes) {
  if (shapes.size() != equation.terms.size()) {
    return InvalidArgument("the equation has ", equation.terms.size(), " terms for ", shapes.size(), " inputs");
  }
  EinsumProblem p;
  p.sizes.fill(-1);
  std::array<int, kEinsumLabels> uses{};
  int most_dots = 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const std::string& term = equation.terms[i];
    const int letters = static_cast<int>(std::count_if(term.begin(), term.end(), IsLetter));
    const int dots = shapes[i].rank() - letters;
    if (dots < 0 || (dots > 0 && !HasDots(term))) {
      return InvalidArgument("term '", term, "' does not fit input ", i, " of shape ", shapes[i].ToString());
    }
    most_dots = std::max(most_dots, dots);
    p.operands.push_back(LabelsOf(term, dots));
    for (size_t d = 0; d < p.operands[i].size(); ++d) {
      const EinsumLabel label = p.operands[i][d];
      const int64_t size = shapes[i][static_cast<int>(d)];
      ++uses[label];
      int64_t& known = p.sizes[label];
      if (known < 0 || known == 1)
        known = size;
      else if (size != known && size != 1)
        return InvalidArgument("sizes ", known, " and ", size, " of one label differ");
    }
  }
  if (equation.has_output) {
    p.output = LabelsOf(equation.output, most_dots);
  } else {
    for (int d = most_dots; d-- > 0;) p.output.push_back(static_cast<EinsumLabel>(kEinsumLetters + d));
    for (int l = 0; l < kEinsumLetters; ++l) {
      if (uses[static_cast<size_t>(l)] == 1) p.output.push_back(static_cast<EinsumLabel>(l));
    }
  }
  uint64_t seen = 0;
  for (EinsumLabel l : p.output) {
    if (p.sizes[l] < 0) return InvalidGraph("the output names a dimension that no input has");
    if ((seen >> l) & 1) return InvalidGraph("the output names a dimension twice");
    seen |= uint64_t{1} << l;
  }
  for (int64_t& size : p.sizes) size = size < 0 ? 1 : size;
  return p;
}

Result<Shape> EinsumProblem::OutputShape() const {
  std::vector<int64_t> dims;
  for (EinsumLabel l : output) dims.push_back(sizes[l]);
  return Shape::Make(dims);
}

}  // namespace kante::core
