// SPDX-License-Identifier: MIT
// Queries, keys and values that one product makes together, as torch's multi-head attention takes them apart:
// [s, b, 3 e] -> [s, b, 3, e] -> [3, s, b, e] -> one of the three. Each is a slice of the product's rows.
#include <array>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

struct SliceOfPacked {
  static constexpr std::string_view kMakes[] = {"Slice"};
  static P Pattern() {
    const P apart = Op("Reshape", {Any("x"), Any("shape")}).As("apart").Shared();
    const P wide = Op("Unsqueeze", {apart, Const("front")}).Shared();
    const P moved = Op("Transpose", {wide}).As("moved").Shared();
    return Op("Gather", {Op("Squeeze", {moved, Const("back")}).Shared(), Const("index")}).As("part");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const auto x = m.shape("x"), apart = m.shape("apart");
    const Tensor& index = *m.constant("index");
    if (IntsOr(m.node("moved"), "perm") != std::vector<int64_t>{3, 1, 2, 0, 4} ||
        IntOr(m.node("part"), "axis", 0) != 0 || IntsOf(m.constant("front")) != std::vector<int64_t>{0} ||
        index.rank() != 0) {
      return NoMatch();
    }
    const auto back = IntsOf(m.constant("back"));
    if (back != std::vector<int64_t>{-2} && back != std::vector<int64_t>{3}) return NoMatch();
    if (!x || !apart || x->rank() != 3 || apart->rank() != 4)
      return Skip("the shape of what is taken apart is not known");
    const int64_t parts = (*apart)[2], size = (*apart)[3];
    if ((*apart)[0] != (*x)[0] || (*apart)[1] != (*x)[1] || parts * size != (*x)[2]) {
      return Skip("more than the last dimension is taken apart");
    }
    int64_t which = static_cast<int64_t>(ScalarOf(&index).value_or(0));
    if (which < 0) which += parts;
    if (which < 0 || which >= parts) return Skip("index ", which, " is outside");
    const auto one = [&](int64_t value) { return patch.Ints(std::array{value}); };
    patch.Replace(m.root_value(), patch.Op("Slice", {m["x"], one(which * size), one((which + 1) * size), one(2)}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(SliceOfPacked)

}  // namespace kante::core
