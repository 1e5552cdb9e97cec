// SPDX-License-Identifier: MIT
// Trees as models write them, checked and turned into a Forest.
#pragma once

#include <memory>
#include <vector>

#include "compute/trees.h"
#include "ops/ml/scores.h"

namespace kante::core {

enum class TreeMode : uint8_t { kLeq, kLt, kGte, kGt, kEq, kNeq, kMember, kLeaf };

struct TreeTableNode {
  TreeMode mode = TreeMode::kLeaf;
  bool missing_true = false;
  int64_t feature = 0;
  double split = 0;
  int64_t yes = -1, no = -1;    // places in the table
  std::vector<double> members;  // of kMember
  std::vector<TreeVote> votes;  // of leaves
};

struct TreeTable {
  std::vector<TreeTableNode> nodes;
  std::vector<int64_t> roots;
  int64_t targets = 1;
};

// Refuses places and features out of range, and nodes that two others lead to (so there are no cycles).
template <typename T>
Result<Forest<T>> MakeForest(const TreeTable& table);

// Forests for float and for double rows, and how their sums become scores.
struct TreeEvaluator {
  Forest<float> floats;
  Forest<double> doubles;
  TreeAggregate aggregate = TreeAggregate::kSum;

  static Result<TreeEvaluator> Make(const TreeTable& table, TreeAggregate aggregate);
  int64_t targets() const { return floats.targets; }
  Status CheckFeatures(const FeatureRows& rows) const;
  // Calls row(r, scores, voted) for each row, on several threads. AVERAGE is divided already.
  Status Run(RunContext& c, FunctionRef<void(int64_t, double*, const uint8_t*)> row) const;
};

// An attribute given as floats or as the tensor <name>_as_tensor; empty if absent.
Result<std::vector<double>> ReadWeights(AttrReader& a, const std::string& name);
Result<std::vector<double>> DoublesOf(const Tensor& t, const std::string& name);

}  // namespace kante::core
