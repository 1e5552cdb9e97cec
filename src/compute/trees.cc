// SPDX-License-Identifier: MIT
#include "compute/trees.h"

#include <algorithm>

namespace kante::core {
namespace {

constexpr int kLanes = 8;  // walks side by side: each is a chain of loads that wait for each other

template <typename T>
bool IsMember(const Forest<T>& f, T set, T v) {
  const auto k = static_cast<size_t>(set);
  return std::binary_search(f.members.begin() + f.members_begin[k], f.members.begin() + f.members_begin[k + 1], v);
}

// Moves each lane from at[i] to its leaf. x[i] is the lane's row.
template <typename T, bool kSets>
void Walk(const Forest<T>& f, const T* const* x, int32_t* at) {
  const TreeNode<T>* nodes = f.nodes.data();
  for (bool moving = true; moving;) {
    moving = false;
    for (int i = 0; i < kLanes; ++i) {
      const TreeNode<T>& n = nodes[at[i]];
      const bool leaf = n.feature & TreeNode<T>::kLeaf;
      if (kSets && leaf) continue;
      const T v = x[i][n.feature & TreeNode<T>::kFeature];
      bool yes = v <= n.split;
      if (kSets && (n.feature & TreeNode<T>::kMember)) yes = v == v && IsMember(f, n.split, v);
      yes |= (v != v) & (n.feature >> 31);
      const int32_t next = leaf ? at[i] : n.next + yes;
      moving |= next != at[i];
      at[i] = next;
    }
  }
}

template <typename T>
class Evaluation {
 public:
  Evaluation(const Forest<T>& forest, TreeAggregate aggregate, double* scores, uint8_t* voted)
      : f_(forest), aggregate_(aggregate), scores_(scores), voted_(voted) {}

  // Lanes are rows of one tree.
  void Rows(const T* x, int64_t stride, int64_t rows, int64_t tree) {
    const T* lane[kLanes];
    int32_t at[kLanes];
    for (int64_t r = 0; r < rows; r += kLanes) {
      for (int i = 0; i < kLanes; ++i) {
        lane[i] = x + std::min(r + i, rows - 1) * stride;
        at[i] = f_.roots[static_cast<size_t>(tree)];
      }
      Go(lane, at);
      for (int i = 0; i < kLanes && r + i < rows; ++i) Vote(at[i], r + i);
    }
  }
  // Lanes are trees of one row.
  void Trees(const T* x, int64_t row, int64_t first, int64_t last) {
    const T* lane[kLanes];
    int32_t at[kLanes];
    std::fill(lane, lane + kLanes, x);
    for (int64_t t = first; t < last; t += kLanes) {
      for (int i = 0; i < kLanes; ++i) at[i] = f_.roots[static_cast<size_t>(std::min(t + i, last - 1))];
      Go(lane, at);
      for (int i = 0; i < kLanes && t + i < last; ++i) Vote(at[i], row);
    }
  }

 private:
  void Go(const T* const* x, int32_t* at) const {
    if (f_.features == 0) return;  // every tree is a leaf
    f_.members_begin.empty() ? Walk<T, false>(f_, x, at) : Walk<T, true>(f_, x, at);
  }
  void Vote(int32_t leaf, int64_t row) {
    const TreeNode<T>& n = f_.nodes[static_cast<size_t>(leaf)];
    if (f_.in_leaves()) return AddVote(aggregate_, static_cast<double>(n.split), scores_ + row, voted_ + row);
    const auto k = static_cast<size_t>(n.next);
    for (int32_t v = f_.votes_begin[k]; v < f_.votes_begin[k + 1]; ++v) {
      const TreeVote& vote = f_.votes[static_cast<size_t>(v)];
      const int64_t to = row * f_.targets + vote.target;
      AddVote(aggregate_, vote.weight, scores_ + to, voted_ + to);
    }
  }

  const Forest<T>& f_;
  TreeAggregate aggregate_;
  double* scores_;
  uint8_t* voted_;
};

}  // namespace

template <typename T>
void EvaluateTrees(const Forest<T>& forest, const T* x, int64_t stride, int64_t rows, int64_t first, int64_t last,
                   TreeAggregate aggregate, double* scores, uint8_t* voted) {
  Evaluation<T> e(forest, aggregate, scores, voted);
  if (rows >= kLanes) {
    for (int64_t t = first; t < last; ++t) e.Rows(x, stride, rows, t);
  } else {
    for (int64_t r = 0; r < rows; ++r) e.Trees(x + r * stride, r, first, last);
  }
}

template void EvaluateTrees(const Forest<float>&, const float*, int64_t, int64_t, int64_t, int64_t, TreeAggregate,
                            double*, uint8_t*);
template void EvaluateTrees(const Forest<double>&, const double*, int64_t, int64_t, int64_t, int64_t, TreeAggregate,
                            double*, uint8_t*);

}  // namespace kante::core
