// SPDX-License-Identifier: MIT
// Scaled dot-product attention over heads that lie anywhere in memory: softmax(scale * Q K^T, masked) V, tile of keys
// by tile with a running softmax, so that the scores never exist as a whole. The attention operators of all domains
// come here; they differ in where heads lie, what masks say and how caches grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "compute/parallel.h"

namespace kante::core {

// Rows of floats of every (batch, head); strides in elements, the elements of a row lie together.
template <typename T>
struct BasicHeads {
  T* data = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  T* at(int64_t b, int64_t h) const { return data + b * batch_stride + h * head_stride; }
  T* at(int64_t b, int64_t h, int64_t r) const { return at(b, h) + r * row_stride; }

  // [batch, heads, rows, size]
  static BasicHeads HeadsFirst(T* data, int64_t heads, int64_t rows, int64_t size) {
    return {data, heads * rows * size, rows * size, size};
  }
  // [batch, rows, heads, size]
  static BasicHeads RowsFirst(T* data, int64_t heads, int64_t rows, int64_t size) {
    return {data, heads * rows * size, size, heads * size};
  }
};
using Heads = BasicHeads<const float>;
using MutableHeads = BasicHeads<float>;

// Over [batch, heads, rows, keys]; stride 0 repeats.
struct AttentionMask {
  const float* add = nullptr;     // added to the scores; -inf hides the key whatever its score
  const bool* allowed = nullptr;  // or: which keys are seen
  std::array<int64_t, 4> strides{};
  int64_t keys = 0;  // that the mask speaks of; later ones are not seen
  bool empty() const { return !add && !allowed; }
};

// What the optional output of scores holds: after which step.
enum class ScoreStage : uint8_t { kProduct, kSoftcap, kMasked, kProbability };

// What becomes of a query that sees no key.
enum class HiddenRows : uint8_t {
  kZero,           // zeros; a mask of -inf hides a key whatever its score, NaN too
  kNan,            // as in Add, Softmax and MatMul one by one: NaN, and a masked score of NaN stays
  kNumbersOrZero,  // the same, but for zeros wherever Softmax gives NaN
};

struct AttentionArgs {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads: each serves a group of neighbours
  int64_t rows = 0;      // queries
  int64_t keys = 0;
  int64_t size = 0;    // of a row of q and k
  int64_t v_size = 0;  // of a row of v and y
  Heads q, k, v;
  MutableHeads y;

  float scale = 1;
  float softcap = 0;  // > 0: cap * tanh(score / cap)
  // Query i of batch b stands at place i + first_place (of b, if there is an array) among the keys.
  int64_t first_place = 0;
  const int64_t* first_places = nullptr;
  const int64_t* lengths = nullptr;  // keys of each batch; null: all
  bool causal = false;               // no keys after the query's place
  int64_t left_window = -1;          // keys before the query's place that it sees; -1: all
  int64_t right_window = -1;
  std::array<AttentionMask, 2> masks;
  // Hides keys [first, last) of query i: sets their scores, score[0] being key `first`'s, to -inf.
  using Filter = FunctionRef<void(int64_t b, int64_t h, int64_t i, int64_t first, int64_t last, float* score)>;
  const Filter* filter = nullptr;
  HiddenRows row_rule = HiddenRows::kZero;
  const float* sinks = nullptr;  // of each head: a score that takes part in the softmax and has no value

  float* scores = nullptr;  // optional output [batch, heads, rows, keys]
  ScoreStage stage = ScoreStage::kProduct;
};

// Of the two products over all keys that there are: masks and windows may need less.
inline double AttentionFlops(int64_t batch, int64_t heads, int64_t rows, int64_t keys, int64_t size, int64_t v_size) {
  return 2.0 * static_cast<double>(batch * heads) * static_cast<double>(rows) * static_cast<double>(keys) *
         static_cast<double>(size + v_size);
}

// REQUIRES: sizes whose products fit, lengths within [0, keys].
int64_t AttentionScratchBytes(const AttentionArgs& args);
// `scratch`: AttentionScratchBytes. False when the run was cancelled.
bool RunAttention(const AttentionArgs& args, std::byte* scratch, ParallelFor parallel);

}  // namespace kante::core
