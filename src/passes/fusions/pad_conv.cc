// SPDX-License-Identifier: MIT
// Zeros padded around an image are padding of the convolution after it.
#include <array>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

// `pads` of Pad for all axes, as [begin..., end...] of the `rank` dimensions; nothing if the axes make no sense.
std::optional<std::vector<int64_t>> PadsOfAllAxes(const std::vector<int64_t>& pads, const Tensor* axes, size_t rank) {
  if (!axes) return pads.size() == 2 * rank ? std::optional(pads) : std::nullopt;
  const auto list = IntsOf(axes);
  if (!list || pads.size() != 2 * list->size()) return std::nullopt;
  std::vector<int64_t> all(2 * rank, 0);
  for (size_t i = 0; i < list->size(); ++i) {
    const int64_t axis = (*list)[i] < 0 ? (*list)[i] + static_cast<int64_t>(rank) : (*list)[i];
    if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
    all[static_cast<size_t>(axis)] = pads[i];
    all[static_cast<size_t>(axis) + rank] = pads[i + list->size()];
  }
  return all;
}

struct FusePadConv {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P pad = Op("Pad", {Any("x"), Const("pads"), Optional(Any("value")), Optional(Const("axes"))}).As("pad");
    return OneOf({"Conv", "kante.FusedConv"}, {pad, Any("w"), Optional(Any("b")), Optional(Any("z"))}).As("conv");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& conv = m.node("conv");
    if (StringOr(m.node("pad"), "mode", "constant") != "constant") return Skip("Pad does not add constants");
    if (m.Has("value") && ScalarOf(m.constant("value")) != 0) return Skip("Pad does not add zeros");
    const auto w = m.shape("w");
    if (!w || w->rank() < 3) return Skip("the rank is not known");
    const size_t rank = static_cast<size_t>(w->rank());
    const size_t spatial = rank - 2;
    const auto pads = IntsOf(m.constant("pads"));
    const auto all = pads ? PadsOfAllAxes(*pads, m.constant("axes"), rank) : std::nullopt;
    if (!all) return Skip("the pads do not suit the input");
    const std::string auto_pad = StringOr(conv, "auto_pad", "NOTSET");
    if (auto_pad != "NOTSET" && auto_pad != "VALID") return Skip("the convolution pads by itself (", auto_pad, ")");
    std::vector<int64_t> sum = IntsOr(conv, "pads");
    if (sum.empty() || auto_pad == "VALID") sum.assign(2 * spatial, 0);
    if (sum.size() != 2 * spatial) return NoMatch();
    for (size_t side = 0; side < 2; ++side) {
      for (size_t d = 0; d < rank; ++d) {
        const int64_t pad = (*all)[side * rank + d];
        if (pad < 0) return Skip("Pad crops");
        if (pad > (int64_t{1} << 30)) return Skip("Pad adds too much");
        if (d < 2 && pad != 0) return Skip("Pad touches batch or channels");
        if (d < 2) continue;
        int64_t& own = sum[side * spatial + d - 2];
        if (own < 0 || own > (int64_t{1} << 30)) return Skip("the pads of the convolution are out of range");
        own += pad;
      }
    }
    std::vector<ValueId> inputs = conv.inputs;
    inputs[0] = m["x"];
    patch.Replace(m.root_value(), patch.Op(conv.domain, conv.op_type, std::move(inputs),
                                           AttributesWith(conv, {{"auto_pad", "NOTSET"}, {"pads", sum}})));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FusePadConv)

}  // namespace kante::core
