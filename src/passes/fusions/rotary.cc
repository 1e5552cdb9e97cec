// SPDX-License-Identifier: MIT
// Rotary position embedding as models write it out.
#include <limits>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

// A part of the last dimension.
P Part(const P& x, const std::string& name) {
  return Op("Slice",
            {x, Const(name + ".start"), Const(name + ".end"), Const(name + ".axis"), Optional(Const(name + ".step"))})
      .As(name)
      .Shared();
}

bool IsLast(const Graph& graph, ValueId x, int64_t axis) {
  return axis == -1 || axis + 1 == static_cast<int64_t>(RankOf(graph, x));
}

// Whether a Part is elements start, start + step, ... of the last dimension up to `end`.
bool Takes(const Match& m, const std::string& name, int64_t start, int64_t end, int64_t step, int64_t size) {
  const auto at = [&](const char* what) { return IntsOf(m.constant(name + what)).value_or(std::vector<int64_t>()); };
  const std::vector<int64_t> from = at(".start"), to = at(".end"), axis = at(".axis");
  std::vector<int64_t> by = {1};
  if (m.Has(name + ".step")) by = at(".step");
  const auto place = [&](int64_t i) { return i < 0 ? i + size : i; };
  return from.size() == 1 && to.size() == 1 && axis.size() == 1 && IsLast(m.graph(), m["x"], axis[0]) &&
         by == std::vector<int64_t>{step} && place(from[0]) == start && std::min(place(to[0]), size) == end;
}

bool JoinsLast(const Match& m, std::string_view name, ValueId part, int64_t more) {
  const int64_t axis = IntOr(m.node(name), "axis", 0);
  return axis == -1 || axis + 1 == RankOf(m.graph(), part) + more;
}

struct FuseRotary {
  static constexpr std::string_view kMakes[] = {"kante.FusedRotary"};
  static P Pattern() {
    const P x = Any("x"), cos = Any("cos"), sin = Any("sin");
    const P u = Part(x, "u"), v = Part(x, "v");
    const P halves = Op("Concat", {Op("Neg", {v}), u}).As("join");
    const auto wide = [](const P& p, std::string_view axes) { return Op("Unsqueeze", {p, Const(axes)}); };
    const P pairs =
        Op("Reshape", {Op("Concat", {wide(Op("Neg", {v}), "v.wide"), wide(u, "u.wide")}).As("join"), Any("shape")});
    const P split = Op("Concat", {u * cos - v * sin, v * cos + u * sin});
    return AnyOf({x * cos + halves * sin, x * cos + pairs.As("pairs") * sin, split.As("split")});
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Graph& graph = m.graph();
    const int64_t size = DimOf(graph, m["x"], -1), half = size / 2;
    if (m.type("x") != ElementType::kFloat32) return Skip("the input is not known to be float32");
    if (size < 2 || size % 2 != 0) return Skip("the size of a row is not known to be even");
    const bool pairs = m.HasNode("pairs"), split = m.HasNode("split");
    if (pairs ? !Takes(m, "u", 0, size, 2, size) || !Takes(m, "v", 1, size, 2, size)
              : !Takes(m, "u", 0, half, 1, size) || !Takes(m, "v", half, size, 1, size)) {
      return Skip("the parts are no halves of the last dimension");
    }
    if (!JoinsLast(m, split ? "split" : "join", m["x"], pairs ? 1 : 0)) return Skip("the halves are joined elsewhere");
    if (pairs) {
      const int64_t rank = RankOf(graph, m["x"]);
      for (const char* axes : {"u.wide", "v.wide"}) {
        const auto at = IntsOf(m.constant(axes));
        if (!at || at->size() != 1 || ((*at)[0] != -1 && (*at)[0] != rank))
          return Skip("elements do not meet in pairs");
      }
      const auto before = m.shape("x"), after = m.shape("pairs");
      if (!before || !after || !(*before == *after)) return Skip("what pairs become is not known");
    }
    for (const char* table : {"cos", "sin"}) {
      if (DimOf(graph, m[table], -1) != (split ? half : size)) return Skip("the size of the tables is not known");
    }
    std::vector<Attribute> attributes;
    if (pairs) attributes.emplace_back("interleaved", 1);
    if (split) attributes.emplace_back("half_tables", 1);
    patch.Replace(m.root_value(),
                  patch.Op("kante", "FusedRotary", {m["x"], m["cos"], m["sin"]}, std::move(attributes)));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseRotary)

}  // namespace kante::core
