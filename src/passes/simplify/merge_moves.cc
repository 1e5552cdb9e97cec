// SPDX-License-Identifier: MIT
// Two data movements in a row that are one, and dimensions that are known.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
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

// Elements of a shape whose dimensions are known although others may not be.
struct KnownDimension {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P whole = Op("Shape", {Any("x")}).Shared();
    const P shape = AnyOf({whole, Op("Gather", {whole, Const("order")}).Shared()}).As("shape");
    return AnyOf({Op("Gather", {shape, Const("index")}),
                  Op("Slice", {shape, Const("from"), Const("to"), Optional(Const("axes")), Optional(Const("steps"))})})
        .As("y");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& y = m.node("y");
    if (m.graph().IsGraphOutput(m.root_value()) || IntOr(y, "axis", 0) != 0) return NoMatch();
    const bool gathers = y.op_type == "Gather";
    const auto indices = gathers ? IntsOf(m.constant("index")) : Range(m);
    if (!indices || indices->empty()) return NoMatch();
    std::vector<int64_t> values;
    for (int64_t i : *indices) {
      if (i < -kMaxRank || i >= kMaxRank) return NoMatch();
      values.push_back(ElementOf(m.graph(), m["shape"], static_cast<int>(i)));
      if (values.back() < 0) return NoMatch();
    }
    const Shape shape = gathers ? m.constant("index")->shape() : Shape{static_cast<int64_t>(values.size())};
    Tensor known = Tensor::Of<int64_t>(shape, values);
    if (known.empty()) return NoMatch();
    patch.Replace(m.root_value(), patch.Constant("dim", std::move(known)));
    return Rewritten();
  }

 private:
  // Which dimensions a Slice takes. Both ends are counted from one side, or the rank is known.
  static std::optional<std::vector<int64_t>> Range(const Match& m) {
    const auto from = IntsOf(m.constant("from")), to = IntsOf(m.constant("to"));
    if (!from || !to || from->size() != 1 || to->size() != 1) return std::nullopt;
    if (m.Has("steps") && ScalarOf(m.constant("steps")) != 1) return std::nullopt;
    const int64_t rank = LengthOf(m.graph(), m["shape"]);
    int64_t first = (*from)[0], last = (*to)[0];
    if (rank >= 0) {
      first = std::clamp<int64_t>(first < 0 ? first + rank : first, 0, rank);
      last = std::clamp<int64_t>(last < 0 ? last + rank : last, 0, rank);
    } else if (first == -1 && last >= kMaxRank) {
      last = 0;
    } else {
      return std::nullopt;
    }
    std::vector<int64_t> out;
    for (int64_t i = first; i < last; ++i) out.push_back(i);
    return out;
  }
};

// The shape of what was transposed, without waiting for it.
struct ShapeOfTranspose {
  static constexpr std::string_view kMakes[] = {"Shape", "Gather"};
  static P Pattern() { return Op("Shape", {Op("Transpose", {Any("x")}).As("moved").Shared()}).As("shape"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const std::vector<int64_t> perm = IntsOr(m.node("moved"), "perm");
    if (perm.empty() || !m.node("shape").attributes.empty()) return NoMatch();
    patch.Replace(m.root_value(), patch.Op("Gather", {patch.Op("Shape", {m["x"]}), patch.Ints(perm)}, {{"axis", 0}}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(MergeTransposes)
KANTE_DEFINE_RULE(MergeReshapes)
KANTE_DEFINE_RULE(KnownDimension)
KANTE_DEFINE_RULE(ShapeOfTranspose)

}  // namespace kante::core
