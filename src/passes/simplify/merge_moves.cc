// SPDX-License-Identifier: MIT
// Two data movements in a row that are one, and dimensions that the model declares.
#include <algorithm>
#include <numeric>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

bool IsPermutation(const std::vector<int64_t>& perm) {
  std::vector<bool> seen(perm.size(), false);
  for (int64_t p : perm) {
    if (p < 0 || p >= static_cast<int64_t>(perm.size()) || seen[static_cast<size_t>(p)]) return false;
    seen[static_cast<size_t>(p)] = true;
  }
  return true;
}

// Without the attribute the dimensions are reversed.
std::vector<int64_t> PermOf(const Node& node, size_t rank) {
  std::vector<int64_t> perm = IntsOr(node, "perm");
  if (perm.empty()) {
    perm.resize(rank);
    std::iota(perm.rbegin(), perm.rend(), int64_t{0});
  }
  return perm;
}

struct MergeTransposes {
  static constexpr std::string_view kMakes[] = {"Transpose"};
  static P Pattern() { return Op("Transpose", {Op("Transpose", {Any("x")}).As("inner").Shared()}).As("outer"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const size_t rank = std::max(IntsOr(m.node("inner"), "perm").size(), IntsOr(m.node("outer"), "perm").size());
    const std::vector<int64_t> first = PermOf(m.node("inner"), rank);
    const std::vector<int64_t> second = PermOf(m.node("outer"), rank);
    if (first.size() != second.size() || !IsPermutation(first) || !IsPermutation(second)) return NoMatch();
    std::vector<int64_t> both(rank);
    for (size_t i = 0; i < rank; ++i) both[i] = first[static_cast<size_t>(second[i])];
    if (std::is_sorted(both.begin(), both.end()) && !WhyNotReplaceable(m.graph(), m.root_value(), m["x"])) {
      patch.Replace(m.root_value(), m["x"]);
    } else if (rank == 0) {
      return NoMatch();
    } else {
      patch.Replace(m.root_value(), patch.Op("Transpose", {m["x"]}, {{"perm", both}}));
    }
    return Rewritten();
  }
};

struct MergeReshapes {
  static constexpr std::string_view kMakes[] = {"Reshape"};
  static P Pattern() {
    const P inner = OneOf({"Reshape", "Flatten", "Squeeze", "Unsqueeze"}, {Any("x"), Optional(Any("how"))}).Shared();
    return Op("Reshape", {inner, Const("shape")}).As("outer");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const auto target = IntsOf(m.constant("shape"));
    if (!target) return NoMatch();
    const int64_t allow_zero = IntOr(m.node("outer"), "allowzero", 0);
    if (!allow_zero && std::count(target->begin(), target->end(), 0) > 0) {
      return Skip("the target shape copies a dimension of the shape between");
    }
    patch.Replace(m.root_value(), patch.Op("Reshape", {m["x"], m["shape"]}, m.node("outer").attributes));
    return Rewritten();
  }
};

// Shape(x)[i] where x is a graph input whose dimension i is declared, whatever the others are.
struct KnownDimension {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() { return Op("Gather", {Op("Shape", {Any("x")}).As("shape").Shared(), Const("index")}).As("y"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const ValueInfo& x = m.graph().value(m["x"]);
    const auto indices = IntsOf(m.constant("index"));
    if (!x.is_graph_input || !x.type.has_shape || !indices || IntOr(m.node("y"), "axis", 0) != 0) return NoMatch();
    if (m.graph().IsGraphOutput(m.root_value())) return NoMatch();
    if (m.node("shape").FindAttribute("start") || m.node("shape").FindAttribute("end")) return NoMatch();
    std::vector<int64_t> values;
    const int64_t rank = static_cast<int64_t>(x.type.dims.size());
    for (int64_t i : *indices) {
      if (i < 0) i += rank;
      if (i < 0 || i >= rank || !x.type.dims[static_cast<size_t>(i)].known()) return NoMatch();
      values.push_back(x.type.dims[static_cast<size_t>(i)].value);
    }
    Tensor known = Tensor::Of<int64_t>(m.constant("index")->shape(), values);
    if (known.empty()) return NoMatch();
    patch.Replace(m.root_value(), patch.Constant("dim", std::move(known)));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(MergeTransposes)
KANTE_DEFINE_RULE(MergeReshapes)
KANTE_DEFINE_RULE(KnownDimension)

}  // namespace kante::core
