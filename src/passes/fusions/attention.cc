// SPDX-License-Identifier: MIT
// softmax(scale * Q K^T + mask) V as exporters write it, as one operator that never holds all scores.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/fusions/attention.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

// x times a constant under a name of its own, or x.
P Scaled(const P& x, std::string_view name) {
  const P c = Const(StrCat(name, ".c"));
  return AnyOf({(x * c).As(StrCat(name, ".times")), (x / c).As(StrCat(name, ".over")), x});
}

// The factor of Scaled(..., name): 1 if there is none; nothing if it is not one number.
std::optional<double> FactorOf(const Match& m, std::string_view name) {
  const bool over = m.HasNode(StrCat(name, ".over"));
  if (!over && !m.HasNode(StrCat(name, ".times"))) return 1.0;
  const auto c = ScalarOf(m.constant(StrCat(name, ".c")));
  if (!c || !over) return c;
  return *c == 0 ? std::nullopt : std::optional(1 / *c);
}

bool AllZero(const Tensor* t) {
  const auto values = DoublesOf(t, 1 << 24);
  return values && std::all_of(values->begin(), values->end(), [](double v) { return v == 0; });
}

struct FuseAttention {
  static constexpr std::string_view kMakes[] = {"kante.FusedAttention"};
  static P Pattern() {
    const P q = Scaled(Any("q"), "q.scale");
    const P kt = Scaled(AnyOf({Op("Transpose", {Any("k")}).As("k.moved").Shared(), Any("kt")}), "k.scale");
    const P product = Scaled(Op("MatMul", {q, kt}).As("product"), "scale");
    const P masked = AnyOf({product + Any("mask"), Op("Where", {Any("seen"), product, Const("fill")}),
                            Op("Where", {Any("hidden"), Const("fill"), product}), product});
    const P probability = Op("Softmax", {masked}).As("softmax");
    const P guarded = Op("Where", {Op("IsNaN", {probability}).As("isnan"), 0.0, probability});
    return Op("MatMul", {AnyOf({guarded, probability}), Any("v")}).As("y");
  }

  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Graph& graph = m.graph();
    const OpDef* fused = m.registry().Find("kante", "FusedAttention");
    if (!IsValid(m.type("y")) || !fused->info.types.Has(m.type("y"))) {
      return Skip("the fused form does not compute in ", NameOf(m.type("y")));
    }
    const bool moved = m.HasNode("k.moved");
    if (!moved && graph.value(m["kt"]).producer != kNone) {
      const std::string& op = graph.node(graph.value(m["kt"]).producer).op_type;
      if (op == "Mul" || op == "Div") return Skip("what scales the keys is not a constant");
    }
    const int rank = RankOf(graph, moved ? m["k.moved"] : m["kt"]);
    for (int r : {RankOf(graph, m["q"]), rank, RankOf(graph, m["v"])}) {
      if (r < 0) return Skip("the rank of queries, keys or values is not known");
      if (r < 2 || r > 4) return Skip("queries, keys or values have ", r, " dimensions");
    }
    std::vector<int64_t> perm(static_cast<size_t>(rank));
    std::iota(perm.begin(), perm.end(), int64_t{0});
    if (moved) perm = IntsOr(m.node("k.moved"), "perm", {perm.rbegin(), perm.rend()});
    const int64_t axis = IntOr(m.node("softmax"), "axis", -1);
    if (axis != -1 && axis != std::max(RankOf(graph, m["q"]), rank) - 1) return Skip("Softmax is not over the keys");
    double scale = 1;
    for (std::string_view name : {"q.scale", "k.scale", "scale"}) {
      const auto factor = FactorOf(m, name);
      if (!factor) return Skip("the scale is not one number");
      scale *= *factor;
    }
    std::swap(perm[static_cast<size_t>(rank) - 2], perm[static_cast<size_t>(rank) - 1]);
    ValueId k = moved ? m["k"] : m["kt"];
    if (!std::is_sorted(perm.begin(), perm.end())) k = patch.Op("Transpose", {k}, {{"perm", perm}});
    std::vector<ValueId> inputs = {m["q"], k, m["v"]};
    if (m.Has("fill")) {
      const auto fill = ScalarOf(m.constant("fill"));
      if (!fill) return Skip("what hides a key is not one number");
      const bool hides = m.Has("hidden");
      const ValueId which = hides ? m["hidden"] : m["seen"];
      const int mask_rank = RankOf(graph, which);
      if (mask_rank < 0 || mask_rank > 4) return Skip("the rank of the mask is not known");
      if (*fill == -std::numeric_limits<double>::infinity()) {
        inputs.push_back(hides ? patch.Op("Not", {which}) : which);
      } else if (*fill < -1e30) {
        // A score vanishes beside such a number: to add it is to put it in place.
        const ValueId zero = patch.Op("CastLike", {patch.Constant("zero", Tensor::Scalar(0.0f)), m["fill"]});
        inputs.push_back(patch.Op("Where", {which, hides ? m["fill"] : zero, hides ? zero : m["fill"]}));
      } else {
        return Skip("hidden keys keep a score of ", *fill);
      }
    } else if (m.Has("mask") && !AllZero(m.constant("mask"))) {
      const int mask_rank = RankOf(graph, m["mask"]);
      if (mask_rank > 4) return Skip("the mask has ", mask_rank, " dimensions");
      inputs.push_back(m["mask"]);
    }
    std::vector<Attribute> attributes = {{"scale", static_cast<float>(scale)}};
    if (m.HasNode("isnan")) attributes.emplace_back("nan_to_zero", int64_t{1});
    patch.Replace(m.root_value(), patch.Op("kante", "FusedAttention", std::move(inputs), std::move(attributes)));
    return Rewritten();
  }
};

// A Transpose that moves whole rows around is the order in which attention reads its heads.
struct FuseAttentionInputs {
  static constexpr std::string_view kMakes[] = {"kante.FusedAttention", "Unsqueeze"};
  static P Pattern() {
    return Op("kante.FusedAttention", {Any("q"), Any("k"), Any("v"), Optional(Any("mask"))}).As("attention");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& node = m.node("attention");
    std::vector<ValueId> inputs = node.inputs;
    std::vector<Attribute> changed;
    for (size_t i = 0; i < 3; ++i) {
      const Node* made_by = Producer(m.graph(), inputs[i]);
      const bool batch_follows = made_by && AddsBatch(m.graph(), *made_by);
      if (batch_follows) made_by = Producer(m.graph(), made_by->inputs[0]);
      if (!made_by || made_by->op_type != "Transpose") continue;
      std::vector<int64_t> perm = IntsOr(*made_by, "perm");
      if (batch_follows && perm == std::vector<int64_t>{1, 0, 2}) {
        perm = {0, 2, 1, 3};
        inputs[i] = patch.Op("Unsqueeze", {made_by->inputs[0], patch.Ints(std::array{int64_t{0}})});
      } else if (!batch_follows && MovesRows(perm)) {
        inputs[i] = made_by->inputs[0];
      } else {
        continue;
      }
      changed.emplace_back(std::string(kHeadPerms[i]), Composed(perm, IntsOr(node, kHeadPerms[i])));
    }
    if (changed.empty()) return NoMatch();
    patch.Replace(m.root_value(),
                  patch.Op("kante", "FusedAttention", std::move(inputs), AttributesWith(node, std::move(changed))));
    return Rewritten();
  }

 private:
  static const Node* Producer(const Graph& graph, ValueId v) {
    const NodeId id = graph.value(v).producer;
    return id == kNone ? nullptr : &graph.node(id);
  }
  // [heads, rows, size] -> [1, heads, rows, size].
  static bool AddsBatch(const Graph& graph, const Node& node) {
    if (node.op_type != "Reshape" && node.op_type != "Unsqueeze") return false;
    const auto before = graph.value(node.inputs[0]).type.concrete_shape();
    const auto after = graph.value(node.outputs[0]).type.concrete_shape();
    return before && after && before->rank() == 3 && *after == Shape{1, (*before)[0], (*before)[1], (*before)[2]};
  }
};

// Keys and values that are repeated for the heads of a group.
struct FuseAttentionGroups {
  static constexpr std::string_view kMakes[] = {"kante.FusedAttention"};
  static P Repeated(std::string_view name) {
    const P wide = Op("Unsqueeze", {Any(name), Const(StrCat(name, ".axis"))});
    const P repeated = OneOf({"Expand", "Tile"}, {wide.Shared(), Any(StrCat(name, ".to"))});
    return Op("Reshape", {repeated.As(StrCat(name, ".repeated")).Shared(), Any(StrCat(name, ".target"))})
        .As(StrCat(name, ".joined"))
        .Shared();
  }
  static P Pattern() {
    return Op("kante.FusedAttention", {Any("q"), Repeated("k"), Repeated("v"), Optional(Any("mask"))}).As("attention");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& node = m.node("attention");
    if (IntOr(node, "groups", 1) != 1 || node.FindAttribute("k_perm") || node.FindAttribute("v_perm")) {
      return Skip("keys and values are moved after they are repeated");
    }
    const int64_t groups = GroupsOf(m, "k");
    if (groups < 1 || GroupsOf(m, "v") != groups) return Skip("how keys and values are repeated is not known");
    std::vector<ValueId> inputs = node.inputs;
    inputs[1] = m["k"];
    inputs[2] = m["v"];
    patch.Replace(m.root_value(),
                  patch.Op("kante", "FusedAttention", std::move(inputs), AttributesWith(node, {{"groups", groups}})));
    return Rewritten();
  }

 private:
  // How often [batch, heads, keys, size] is repeated along a new third dimension that joins the heads; 0: not known.
  static int64_t GroupsOf(const Match& m, std::string_view name) {
    const Graph& graph = m.graph();
    const ValueId x = m[name], to = m[StrCat(name, ".to")], joined = m[StrCat(name, ".joined")];
    if (RankOf(graph, x) != 4 || IntsOf(m.constant(StrCat(name, ".axis"))) != std::vector<int64_t>{2}) return 0;
    const int64_t heads = DimOf(graph, x, 1), size = DimOf(graph, x, 3);
    const int64_t all = DimOf(graph, joined, 1);
    if (RankOf(graph, joined) != 4 || heads < 1 || size < 1 || DimOf(graph, joined, 3) != size) return 0;
    const auto times = IntsOf(graph.Constant(to));
    if (!times || times->size() != 5) return 0;
    const int64_t groups = (*times)[2];
    if (m.node(StrCat(name, ".repeated")).op_type == "Expand") {
      const auto shape = m.shape(name);  // nothing but the new dimension grows
      if (!shape) return 0;
      for (int i = 0; i < 4; ++i) {
        const int64_t side = (*times)[static_cast<size_t>(i < 2 ? i : i + 1)];
        if (side != 1 && side != (*shape)[i]) return 0;
      }
    } else if (*times != std::vector<int64_t>{1, 1, groups, 1, 1}) {
      return 0;
    }
    return groups > 0 && all > 0 && all % groups == 0 && all / groups == heads ? groups : 0;
  }
};

struct FuseAttentionOutput {
  static constexpr std::string_view kMakes[] = {"kante.FusedAttention"};
  static P Pattern() {
    const P attention = Op("kante.FusedAttention", {Any("q"), Any("k"), Any("v"), Optional(Any("mask"))});
    return Op("Transpose", {attention.As("attention")}).As("moved");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& node = m.node("attention");
    const std::vector<int64_t> perm = IntsOr(m.node("moved"), "perm");
    if (!MovesRows(perm)) return Skip("the elements of a row do not stay together");
    patch.Replace(m.root_value(), patch.Op("kante", "FusedAttention", node.inputs,
                                           AttributesWith(node, {{"y_perm", Composed(IntsOr(node, "y_perm"), perm)}})));
    return Rewritten();
  }
};

}  // namespace

bool MovesRows(const std::vector<int64_t>& perm) {
  std::vector<int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  return sorted == std::vector<int64_t>{0, 1, 2, 3} && perm[3] == 3;
}

std::vector<int64_t> Composed(const std::vector<int64_t>& first, const std::vector<int64_t>& then) {
  if (first.empty()) return then;
  if (then.empty()) return first;
  std::vector<int64_t> out;
  for (int64_t i : then) out.push_back(first[static_cast<size_t>(i)]);
  return out;
}

KANTE_DEFINE_RULE(FuseAttention)
KANTE_DEFINE_RULE(FuseAttentionGroups)
KANTE_DEFINE_RULE(FuseAttentionInputs)
KANTE_DEFINE_RULE(FuseAttentionOutput)

}  // namespace kante::core
