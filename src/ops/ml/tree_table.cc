// SPDX-License-Identifier: MIT
#include "ops/ml/tree_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"

namespace kante::core {
namespace {

constexpr int64_t kRowBlock = 64;
constexpr int64_t kFewRows = 8, kTreeBlock = 64;  // few rows share the trees among the threads instead
constexpr double kTreeCost = 20;                  // ns a row

// The largest T that is <= v: x <= v means the same as x <= Below(v) for every x of T.
template <typename T>
T Below(double v) {
  const T t = static_cast<T>(v);
  return static_cast<double>(t) > v ? std::nextafter(t, -std::numeric_limits<T>::infinity()) : t;
}

template <typename T>
class ForestMaker {
 public:
  explicit ForestMaker(const TreeTable& table) : table_(table), seen_(table.nodes.size()) {}

  Result<Forest<T>> Make() {
    const int64_t count = static_cast<int64_t>(table_.nodes.size());
    if (count > (int64_t{1} << 28)) return InvalidArgument(count, " nodes");
    if (table_.targets < 1 || table_.targets > (int64_t{1} << 24)) return InvalidArgument(table_.targets, " targets");
    forest_.targets = static_cast<int32_t>(table_.targets);
    for (const TreeTableNode& n : table_.nodes) KANTE_TRY(CheckVotes(n));
    if (!in_leaves_) forest_.votes_begin.push_back(0);
    for (int64_t root : table_.roots) {
      forest_.roots.push_back(static_cast<int32_t>(forest_.nodes.size()));
      KANTE_TRY(Append(root));
      // Breadth first: children lie side by side, behind their parents.
      for (size_t at = static_cast<size_t>(forest_.roots.back()); at < forest_.nodes.size(); ++at) {
        KANTE_TRY(Expand(at));
      }
    }
    return std::move(forest_);
  }

 private:
  Status CheckVotes(const TreeTableNode& n) {
    if (n.mode != TreeMode::kLeaf) return OkStatus();
    in_leaves_ = in_leaves_ && table_.targets == 1 && n.votes.size() == 1 &&
                 static_cast<double>(static_cast<T>(n.votes[0].weight)) == n.votes[0].weight;
    for (const TreeVote& v : n.votes) {
      if (v.target < 0 || v.target >= table_.targets) {
        return InvalidArgument("a leaf votes for ", v.target, ", outside [0, ", table_.targets - 1, "]");
      }
    }
    return OkStatus();
  }
  Status Append(int64_t place) {
    if (place < 0 || place >= static_cast<int64_t>(table_.nodes.size())) {
      return InvalidArgument("node ", place, " outside [0, ", static_cast<int64_t>(table_.nodes.size()) - 1, "]");
    }
    forest_.nodes.emplace_back();
    source_.push_back(place);
    return OkStatus();
  }
  void Leaf(TreeNode<T>& n, const TreeTableNode& from) {
    n.feature = TreeNode<T>::kLeaf;
    if (in_leaves_) {
      n.split = static_cast<T>(from.votes[0].weight);
      return;
    }
    n.next = static_cast<int32_t>(forest_.votes_begin.size()) - 1;
    forest_.votes.insert(forest_.votes.end(), from.votes.begin(), from.votes.end());
    forest_.votes_begin.push_back(static_cast<int32_t>(forest_.votes.size()));
  }
  // The set's number is kept as a T.
  T Set(std::vector<double> members) {
    if (forest_.members_begin.empty()) forest_.members_begin.push_back(0);
    std::sort(members.begin(), members.end());
    for (double m : members) {
      if (static_cast<double>(static_cast<T>(m)) == m) forest_.members.push_back(static_cast<T>(m));
    }
    forest_.members_begin.push_back(static_cast<int32_t>(forest_.members.size()));
    return static_cast<T>(forest_.members_begin.size() - 2);
  }
  Status Expand(size_t at) {
    const TreeTableNode& from = table_.nodes[static_cast<size_t>(source_[at])];
    if (from.mode == TreeMode::kLeaf) {
      Leaf(forest_.nodes[at], from);
      return OkStatus();
    }
    if (seen_[static_cast<size_t>(source_[at])]) {
      return InvalidArgument("two nodes lead to node ", source_[at], ": this is no tree");
    }
    seen_[static_cast<size_t>(source_[at])] = true;
    if (from.feature < 0 || from.feature >= TreeNode<T>::kFeature) return InvalidArgument("feature ", from.feature);
    forest_.features = std::max(forest_.features, static_cast<int32_t>(from.feature) + 1);

    // Every comparison becomes x <= split or x in set, with branches exchanged where it is the opposite.
    const TreeMode mode = from.mode;
    bool swapped = mode == TreeMode::kGt || mode == TreeMode::kGte || mode == TreeMode::kNeq;
    const bool strict = mode == TreeMode::kLt || mode == TreeMode::kGte;
    T split;
    uint32_t flags = 0;
    if (mode == TreeMode::kEq || mode == TreeMode::kNeq || mode == TreeMode::kMember) {
      std::vector<double> members = mode == TreeMode::kMember ? from.members : std::vector<double>{from.split};
      std::erase_if(members, [](double m) { return m != m; });
      if (forest_.members_begin.size() > (size_t{1} << 24)) return InvalidArgument("more than 2^24 sets");
      split = Set(std::move(members));
      flags |= TreeNode<T>::kMember;
    } else if (from.split != from.split) {
      split = std::numeric_limits<T>::quiet_NaN();
      swapped = false;
    } else if (strict && from.split == -HUGE_VAL) {
      split = std::numeric_limits<T>::quiet_NaN();  // nothing lies below
    } else {
      split = Below<T>(from.split);
      if (strict && static_cast<double>(split) == from.split) {
        split = std::nextafter(split, -std::numeric_limits<T>::infinity());
      }
    }
    // What is not a number fails every comparison but != unless the node tracks true.
    const bool missing_true = from.missing_true || mode == TreeMode::kNeq;
    if (missing_true != swapped) flags |= TreeNode<T>::kMissingTrue;
    const auto next = static_cast<int32_t>(forest_.nodes.size());
    KANTE_TRY(Append(swapped ? from.yes : from.no));
    KANTE_TRY(Append(swapped ? from.no : from.yes));
    TreeNode<T>& n = forest_.nodes[at];
    n.split = split;
    n.feature = static_cast<uint32_t>(from.feature) | flags;
    n.next = next;
    return OkStatus();
  }

  const TreeTable& table_;
  std::vector<bool> seen_;
  std::vector<int64_t> source_;  // place in the table of each node made
  Forest<T> forest_;
  bool in_leaves_ = true;
};

template <typename T>
Status RunForest(RunContext& c, const Forest<T>& forest, TreeAggregate aggregate,
                 FunctionRef<void(int64_t, double*, const uint8_t*)> row) {
  KANTE_TRY(const FeatureRows s, FeatureRows::Of(c.in(0).shape()));
  KANTE_TRY(const T* x, ReadNumbers<T>(c, c.in(0)));
  const auto trees = static_cast<int64_t>(forest.roots.size());
  const int64_t parts = s.rows < kFewRows && trees > kTreeBlock ? CeilDiv(trees, kTreeBlock) : 1;
  const int64_t targets = forest.targets;
  int64_t cells = 0;
  if (!CheckedMul(s.rows, targets, &cells) || !CheckedMul(cells, parts, &cells))
    return InvalidArgument("too many rows");
  KANTE_TRY(std::byte * memory, c.Scratch(AlignUp(cells * 9, 64)));
  auto* scores = reinterpret_cast<double*>(memory);
  auto* voted = reinterpret_cast<uint8_t*>(scores + cells);
  std::fill(scores, scores + cells, 0.0);
  std::fill(voted, voted + cells, uint8_t{0});
  if (parts > 1) {
    KANTE_TRY(c.Parallel(parts, kTreeCost * kTreeBlock * static_cast<double>(s.rows), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        EvaluateTrees(forest, x, s.features, s.rows, p * kTreeBlock, std::min(trees, (p + 1) * kTreeBlock), aggregate,
                      scores + p * s.rows * targets, voted + p * s.rows * targets);
      }
    }));
    for (int64_t i = s.rows * targets; i < cells; ++i) {
      const int64_t to = i % (s.rows * targets);
      if (voted[i]) AddVote(aggregate, scores[i], scores + to, voted + to);
    }
  }
  const double cost = kTreeCost * kRowBlock * static_cast<double>(parts > 1 ? 1 : trees);
  return c.Parallel(CeilDiv(s.rows, kRowBlock), cost, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t first = b * kRowBlock, last = std::min(s.rows, first + kRowBlock);
      if (parts == 1) {
        EvaluateTrees(forest, x + first * s.features, s.features, last - first, 0, trees, aggregate,
                      scores + first * targets, voted + first * targets);
      }
      for (int64_t r = first; r < last; ++r) {
        double* of_row = scores + r * targets;
        if (aggregate == TreeAggregate::kAverage) {
          for (int64_t t = 0; t < targets; ++t) of_row[t] /= static_cast<double>(trees);
        }
        row(r, of_row, voted + r * targets);
      }
    }
  });
}

}  // namespace

template <typename T>
Result<Forest<T>> MakeForest(const TreeTable& table) {
  return ForestMaker<T>(table).Make();
}

Result<TreeEvaluator> TreeEvaluator::Make(const TreeTable& table, TreeAggregate aggregate) {
  TreeEvaluator e;
  e.aggregate = aggregate;
  KANTE_TRY(e.floats, MakeForest<float>(table));
  KANTE_TRY(e.doubles, MakeForest<double>(table));
  return e;
}

Status TreeEvaluator::CheckFeatures(const FeatureRows& rows) const {
  if (rows.features >= floats.features) return OkStatus();
  return InvalidArgument("the trees look at feature ", floats.features - 1, ", X has ", rows.features);
}

Status TreeEvaluator::Run(RunContext& c, FunctionRef<void(int64_t, double*, const uint8_t*)> row) const {
  return c.in(0).type() == ElementType::kFloat64 ? RunForest(c, doubles, aggregate, row)
                                                 : RunForest(c, floats, aggregate, row);
}

Result<std::vector<double>> DoublesOf(const Tensor& t, const std::string& name) {
  const LoadRow<double> load = t ? GetLoadRow<double>(t.type()) : nullptr;
  if (!load) return InvalidArgument("attribute '", name, "' must be a tensor of numbers");
  KANTE_TRY(const Tensor dense, Compact(t));
  std::vector<double> values(static_cast<size_t>(dense.elements()));
  load(values.data(), dense.raw(), dense.elements());
  return values;
}

Result<std::vector<double>> ReadWeights(AttrReader& a, const std::string& name) {
  const std::vector<float> floats = a.Floats(name);
  const Tensor tensor = a.TensorOf(name + "_as_tensor");
  if (tensor && !floats.empty()) return InvalidArgument("'", name, "' and '", name, "_as_tensor' exclude each other");
  if (tensor) return DoublesOf(tensor, name + "_as_tensor");
  return std::vector<double>(floats.begin(), floats.end());
}

}  // namespace kante::core
