// SPDX-License-Identifier: MIT
// Decision trees over rows of features. A forest is an array of nodes that somebody has checked; every walk ends.
#pragma once

#include <cstdint>
#include <vector>

namespace kante::core {

// Inner node: the walk goes on at next + 1 when x[feature] <= split (or is a member of set `split`), else at next.
// Leaf: `next` is the first of its votes; of a forest with one weight for each leaf, `split` is that weight.
template <typename T>
struct TreeNode {
  static constexpr uint32_t kMissingTrue = 1u << 31;  // not a number goes to next + 1
  static constexpr uint32_t kLeaf = 1u << 30;
  static constexpr uint32_t kMember = 1u << 29;
  static constexpr uint32_t kFeature = kMember - 1;
  T split = 0;
  uint32_t feature = 0;  // and flags
  int32_t next = 0;
};

struct TreeVote {
  double weight = 0;
  int32_t target = 0;
};

template <typename T>
struct Forest {
  std::vector<TreeNode<T>> nodes;
  std::vector<int32_t> roots;
  std::vector<TreeVote> votes;       // of leaf k: [votes_begin[k], votes_begin[k + 1])
  std::vector<int32_t> votes_begin;  // empty when weights lie in the leaves
  std::vector<T> members;            // of set k: [members_begin[k], members_begin[k + 1]), ascending
  std::vector<int32_t> members_begin;
  int32_t features = 0;  // that rows must have at least
  int32_t targets = 1;
  bool in_leaves() const { return votes_begin.empty(); }
};

enum class TreeAggregate : uint8_t { kAverage, kSum, kMin, kMax };

// Adds the votes of trees [first, last) for `rows` rows of `stride` numbers to scores[row][target], in the order of the
// trees; voted[row][target] becomes 1 where there was a vote. Both start as zeros.
template <typename T>
void EvaluateTrees(const Forest<T>& forest, const T* x, int64_t stride, int64_t rows, int64_t first, int64_t last,
                   TreeAggregate aggregate, double* scores, uint8_t* voted);

extern template void EvaluateTrees(const Forest<float>&, const float*, int64_t, int64_t, int64_t, int64_t,
                                   TreeAggregate, double*, uint8_t*);
extern template void EvaluateTrees(const Forest<double>&, const double*, int64_t, int64_t, int64_t, int64_t,
                                   TreeAggregate, double*, uint8_t*);

// One vote more for a target that has `*score` so far.
inline void AddVote(TreeAggregate aggregate, double weight, double* score, uint8_t* voted) {
  if (aggregate == TreeAggregate::kMin) {
    if (!*voted || weight < *score) *score = weight;
  } else if (aggregate == TreeAggregate::kMax) {
    if (!*voted || weight > *score) *score = weight;
  } else {
    *score += weight;
  }
  *voted = 1;
}

}  // namespace kante::core
