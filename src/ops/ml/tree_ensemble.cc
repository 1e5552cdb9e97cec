// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ops/ml/tree_table.h"
#include "ops/nn/float_arrays.h"

namespace kante::core {
namespace {

struct TreeEnsemble {
  static constexpr OpInfo kInfo{.name = "TreeEnsemble",
                                .domain = "ai.onnx.ml",
                                .versions = {5},
                                .types = TypeSet{ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16},
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  TreeEvaluator trees;
  PostTransform transform = PostTransform::kNone;

  static Result<TreeEnsemble> Parse(AttrReader& a) {
    TreeEnsemble op;
    const int64_t aggregate = a.Int("aggregate_function", 1), transform = a.Int("post_transform", 0);
    if (aggregate < 0 || aggregate > 3) return InvalidArgument("aggregate_function ", aggregate, " outside [0, 3]");
    if (transform < 0 || transform > 4) return InvalidArgument("post_transform ", transform, " outside [0, 4]");
    op.transform = static_cast<PostTransform>(transform);
    KANTE_TRY(const TreeTable table, ReadTable(a));
    KANTE_TRY(op.trees, TreeEvaluator::Make(table, static_cast<TreeAggregate>(aggregate)));
    return op;
  }

  // Inner nodes come first in the table, leaves behind them.
  static Result<TreeTable> ReadTable(AttrReader& a) {
    TreeTable table;
    a.Ignore("nodes_hitrates");
    KANTE_TRY(const std::vector<double> modes, DoublesOf(a.TensorOf("nodes_modes"), "nodes_modes"));
    KANTE_TRY(const std::vector<double> splits, DoublesOf(a.TensorOf("nodes_splits"), "nodes_splits"));
    KANTE_TRY(const std::vector<double> weights, DoublesOf(a.TensorOf("leaf_weights"), "leaf_weights"));
    const auto features = a.Ints("nodes_featureids"), yes = a.Ints("nodes_truenodeids"),
               no = a.Ints("nodes_falsenodeids"), yes_leaf = a.Ints("nodes_trueleafs"),
               no_leaf = a.Ints("nodes_falseleafs"), targets = a.Ints("leaf_targetids");
    auto missing = a.Ints("nodes_missing_value_tracks_true");
    table.roots = a.Ints("tree_roots");
    table.targets = a.Int("n_targets", 1);
    const size_t n = modes.size();
    if (missing.empty()) missing.resize(n);
    for (size_t size :
         {splits.size(), features.size(), yes.size(), no.size(), yes_leaf.size(), no_leaf.size(), missing.size()}) {
      if (size != n) return InvalidArgument("attributes 'nodes_*' of ", size, " and ", n, " elements");
    }
    if (weights.size() != targets.size()) {
      return InvalidArgument("attributes 'leaf_*' of ", weights.size(), " and ", targets.size(), " elements");
    }
    std::vector<double> members;
    if (const Tensor t = a.TensorOf("membership_values")) {
      KANTE_TRY(members, DoublesOf(t, "membership_values"));
    }
    const auto place = [&](int64_t id, int64_t leaf) -> int64_t {
      const auto count = static_cast<int64_t>(leaf ? weights.size() : n);
      return id < 0 || id >= count ? -1 : leaf ? id + static_cast<int64_t>(n) : id;
    };
    table.nodes.resize(n + weights.size());
    size_t member = 0;
    for (size_t i = 0; i < n; ++i) {
      TreeTableNode& node = table.nodes[i];
      if (!(modes[i] >= 0 && modes[i] <= 6)) return InvalidArgument("nodes_modes outside [0, 6]");
      node.mode = static_cast<TreeMode>(modes[i]);
      node.feature = features[i];
      node.split = splits[i];
      node.missing_true = missing[i] != 0;
      node.yes = place(yes[i], yes_leaf[i]);
      node.no = place(no[i], no_leaf[i]);
      if (node.yes < 0 || node.no < 0) return InvalidArgument("node ", i, " leads to nodes or leaves out of range");
      if (node.mode != TreeMode::kMember) continue;
      if (member >= members.size()) return InvalidArgument("'membership_values' has too few sets");
      for (; member < members.size() && members[member] == members[member]; ++member) {
        node.members.push_back(members[member]);
      }
      ++member;
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      if (targets[i] < 0 || targets[i] >= table.targets) {
        return InvalidArgument("leaf_targetids ", targets[i], " outside [0, ", table.targets - 1, "]");
      }
      table.nodes[n + i].votes.push_back({weights[i], static_cast<int32_t>(targets[i])});
    }
    for (int64_t root : table.roots) {
      if (root < 0 || root >= static_cast<int64_t>(n)) return InvalidArgument("tree_roots ", root, " out of range");
    }
    return table;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
    KANTE_TRY(trees.CheckFeatures(rows));
    return c.SetShape(0, Shape{rows.rows, trees.targets()});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t n = trees.targets();
    if (y->type() == ElementType::kFloat64 && transform == PostTransform::kNone) {
      double* to = y->mutable_data<double>();
      return trees.Run(c,
                       [&](int64_t r, double* scores, const uint8_t*) { std::copy(scores, scores + n, to + r * n); });
    }
    KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * 4));
    auto* to = reinterpret_cast<float*>(memory);
    KANTE_TRY(trees.Run(c, [&](int64_t r, double* scores, const uint8_t*) {
      std::transform(scores, scores + n, to + r * n, [](double v) { return static_cast<float>(v); });
      Transform(transform, to + r * n, n);
    }));
    GetStoreRow<float>(y->type())(y->raw(), to, y->elements());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(TreeEnsemble)

}  // namespace kante::core
