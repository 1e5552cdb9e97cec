// SPDX-License-Identifier: MIT
// TreeEnsembleClassifier and TreeEnsembleRegressor, which TreeEnsemble replaced in version 5: nodes are named by
// (tree, node), modes by strings, and leaves may vote several times.
#include <algorithm>
#include <map>

#include "ops/ml/tree_table.h"

namespace kante::core {
namespace {

// `kind` is "class" or "target", the prefix of the votes' attributes.
Result<TreeTable> ReadTable(AttrReader& a, const std::string& kind, int64_t targets) {
  TreeTable table;
  table.targets = targets;
  a.Ignore("nodes_hitrates");
  a.Ignore("nodes_hitrates_as_tensor");
  KANTE_TRY(const std::vector<double> splits, ReadWeights(a, "nodes_values"));
  KANTE_TRY(const std::vector<double> weights, ReadWeights(a, kind + "_weights"));
  const auto trees = a.Ints("nodes_treeids"), ids = a.Ints("nodes_nodeids"), features = a.Ints("nodes_featureids"),
             yes = a.Ints("nodes_truenodeids"), no = a.Ints("nodes_falsenodeids"),
             vote_trees = a.Ints(kind + "_treeids"), vote_ids = a.Ints(kind + "_nodeids"),
             vote_targets = a.Ints(kind + "_ids");
  const std::vector<std::string> modes = a.Strings("nodes_modes");
  auto missing = a.Ints("nodes_missing_value_tracks_true");
  const size_t n = modes.size();
  if (missing.empty()) missing.resize(n);
  for (size_t size :
       {splits.size(), trees.size(), ids.size(), features.size(), yes.size(), no.size(), missing.size()}) {
    if (size != n) return InvalidArgument("attributes 'nodes_*' of ", size, " and ", n, " elements");
  }
  for (size_t size : {vote_trees.size(), vote_ids.size(), vote_targets.size()}) {
    if (size != weights.size()) {
      return InvalidArgument("attributes '", kind, "_*' of ", size, " and ", weights.size(), " elements");
    }
  }
  std::map<std::pair<int64_t, int64_t>, int64_t> places;
  for (size_t i = 0; i < n; ++i) {
    if (!places.emplace(std::pair(trees[i], ids[i]), static_cast<int64_t>(i)).second) {
      return InvalidArgument("node ", ids[i], " of tree ", trees[i], " is there twice");
    }
    if (i == 0 || trees[i] != trees[i - 1]) table.roots.push_back(static_cast<int64_t>(i));
  }
  const auto find = [&](int64_t tree, int64_t id) -> int64_t {
    const auto it = places.find({tree, id});
    return it == places.end() ? -1 : it->second;
  };
  table.nodes.resize(n);
  for (size_t i = 0; i < n; ++i) {
    TreeTableNode& node = table.nodes[i];
    KANTE_TRY(node.mode, EnumOf<TreeMode>("nodes_modes", modes[i],
                                          {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ",
                                           "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"}));
    if (node.mode == TreeMode::kMember) return InvalidArgument("nodes_modes 'BRANCH_MEMBER' needs TreeEnsemble");
    if (node.mode == TreeMode::kLeaf) continue;
    node.feature = features[i];
    node.split = splits[i];
    node.missing_true = missing[i] != 0;
    node.yes = find(trees[i], yes[i]);
    node.no = find(trees[i], no[i]);
    if (node.yes < 0 || node.no < 0) {
      return InvalidArgument("node ", ids[i], " of tree ", trees[i], " leads to a node that is not there");
    }
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    const int64_t at = find(vote_trees[i], vote_ids[i]);
    if (at < 0) return InvalidArgument("a vote of node ", vote_ids[i], " of tree ", vote_trees[i], ": no such node");
    if (vote_targets[i] < 0 || vote_targets[i] >= targets) {
      return InvalidArgument(kind, "_ids ", vote_targets[i], " outside [0, ", targets - 1, "]");
    }
    table.nodes[static_cast<size_t>(at)].votes.push_back({weights[i], static_cast<int32_t>(vote_targets[i])});
  }
  return table;
}

struct TreeEnsembleRegressor {
  static constexpr OpInfo kInfo{.name = "TreeEnsembleRegressor",
                                .domain = "ai.onnx.ml",
                                .versions = {1, 3, 5},
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  TreeEvaluator trees;
  std::vector<double> base;
  PostTransform transform = PostTransform::kNone;

  static Result<TreeEnsembleRegressor> Parse(AttrReader& a) {
    TreeEnsembleRegressor op;
    KANTE_TRY(const TreeAggregate aggregate,
              EnumOf<TreeAggregate>("aggregate_function", a.String("aggregate_function", "SUM"),
                                    {"AVERAGE", "SUM", "MIN", "MAX"}));
    KANTE_TRY(op.transform, ReadPostTransform(a));
    const int64_t targets = a.Int("n_targets", 1);
    KANTE_TRY(const TreeTable table, ReadTable(a, "target", targets));
    KANTE_TRY(op.trees, TreeEvaluator::Make(table, aggregate));
    KANTE_TRY(op.base, ReadWeights(a, "base_values"));
    if (!op.base.empty() && static_cast<int64_t>(op.base.size()) != targets) {
      return InvalidArgument(op.base.size(), " base_values for ", targets, " targets");
    }
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
    KANTE_TRY(trees.CheckFeatures(rows));
    return c.SetShape(0, Shape{rows.rows, trees.targets()});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    float* to = y->mutable_data<float>();
    const int64_t n = trees.targets();
    return trees.Run(c, [&](int64_t r, double* scores, const uint8_t*) {
      for (int64_t t = 0; t < n; ++t) {
        to[r * n + t] = static_cast<float>(scores[t] + (base.empty() ? 0 : base[static_cast<size_t>(t)]));
      }
      Transform(transform, to + r * n, n);
    });
  }
};

struct TreeEnsembleClassifier {
  static constexpr OpInfo kInfo{.name = "TreeEnsembleClassifier",
                                .domain = "ai.onnx.ml",
                                .versions = {1, 3, 5},
                                .min_outputs = 1,
                                .max_outputs = 2,
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  TreeEvaluator trees;
  ClassLabels labels;
  std::vector<double> base;
  PostTransform transform = PostTransform::kNone;
  int64_t only_class = -1;  // the one class that all votes are for
  bool positive = true;     // no vote is negative

  static Result<TreeEnsembleClassifier> Parse(AttrReader& a) {
    TreeEnsembleClassifier op;
    KANTE_TRY(op.labels, ClassLabels::Read(a, "classlabels_int64s", "classlabels_strings"));
    KANTE_TRY(op.transform, ReadPostTransform(a));
    KANTE_TRY(const TreeTable table, ReadTable(a, "class", op.labels.size()));
    KANTE_TRY(op.trees, TreeEvaluator::Make(table, TreeAggregate::kSum));
    KANTE_TRY(op.base, ReadWeights(a, "base_values"));
    const auto classes = static_cast<size_t>(op.labels.size());
    if (!op.base.empty() && op.base.size() != classes && !(op.base.size() == 1 && classes == 2)) {
      return InvalidArgument(op.base.size(), " base_values for ", classes, " classes");
    }
    bool first = true;
    for (const TreeTableNode& node : table.nodes) {
      for (const TreeVote& vote : node.votes) {
        op.positive = op.positive && vote.weight >= 0;
        op.only_class = first || op.only_class == vote.target ? vote.target : -1;
        first = false;
      }
    }
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, labels.type());
    if (c.wants_output(1)) c.SetType(1, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
    KANTE_TRY(trees.CheckFeatures(rows));
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, Shape{rows.rows, labels.size()}));
    return c.SetShape(0, Shape{rows.rows});
  }
  double Base(int64_t k) const {
    if (base.empty()) return 0;
    return base.size() == 1 ? (k == 0 ? base[0] : 0) : base[static_cast<size_t>(k)];
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t n = labels.size();
    float* to = nullptr;
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * z, c.Output(1));
      to = z->mutable_data<float>();
    } else {
      KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * n * 4));
      to = reinterpret_cast<float*>(memory);
    }
    return trees.Run(c, [&](int64_t r, double* scores, const uint8_t* voted) {
      float* z = to + r * n;
      // The top class is one that has votes (or a base value), if any has.
      int64_t top = -1;
      for (int64_t k = 0; k < n; ++k) {
        z[k] = static_cast<float>(scores[k] + Base(k));
        if ((voted[k] || !base.empty()) && (top < 0 || z[k] > z[top])) top = k;
      }
      if (n > 2 || (n == 2 && only_class < 0)) {
        labels.Store(*y, r, std::max<int64_t>(top, 0));
        return Transform(transform, z, n);
      }
      const float score = z[std::max<int64_t>(only_class, 0)];
      labels.StoreSign(*y, r, score > (n == 2 && positive ? 0.5f : 0.0f));
      // Votes for the first of two classes speak of the second: converters write them so.
      if (n == 2 && only_class == 0) return TransformBinary(transform, score, positive, z);
      Transform(transform, z, n);
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(TreeEnsembleRegressor)
KANTE_DEFINE_OP(TreeEnsembleClassifier)

}  // namespace kante::core
