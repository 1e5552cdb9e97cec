// SPDX-License-Identifier: MIT
// What the attention operators of com.microsoft do to heads before compute/attention.h sees them.
#pragma once

#include <cstdint>

#include "compute/attention.h"
#include "ops/run_context.h"

namespace kante::core {

struct HeadSizes {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t rows = 0;
  int64_t size = 0;
};

// Memory for [batch, heads, rows, size].
Result<MutableHeads> NewHeads(RunContext& c, const HeadSizes& s);

// A copy with `bias` [heads * size] added; `from` itself without bias.
Result<Heads> PlusBias(RunContext& c, const Heads& from, const HeadSizes& s, const float* bias);

// Root mean square normalisation of every row, times `weight` [size].
Result<Heads> NormalizedRows(RunContext& c, const Heads& from, const HeadSizes& s, const float* weight, float epsilon);

struct Rotation {
  const float* cosine = nullptr;  // [places, half]
  const float* sine = nullptr;
  int64_t half = 0;                 // of the rotated part of a row; the rest stays
  bool interleaved = false;         // pairs are neighbours
  const int64_t* places = nullptr;  // [batch, rows], checked
};
Result<Heads> Rotated(RunContext& c, const Heads& from, const HeadSizes& s, const Rotation& r);

// Rows [0, past) of every sequence from the beam that they came from: batch b is beam b % width of search b / width,
// and beams [batch / width, width, room] says which beam of the search holds a row. The rest of the rows is the batch's
// own.
struct BeamPaths {
  const int32_t* beams = nullptr;
  int64_t width = 1, room = 0, past = 0;
};
Result<Heads> FollowBeams(RunContext& c, const Heads& from, const HeadSizes& s, const BeamPaths& paths);

// A cache of keys or values after a step: `past[b]` old rows, from row first[b] on (none: 0), then added[b] fresh ones,
// then zeros. T: float, or std::byte for rows in a storage format (sizes.size and strides in bytes then).
template <typename T>
struct BasicCacheStep {
  HeadSizes sizes;  // rows: the room of the new cache
  BasicHeads<const T> old;
  BasicHeads<const T> fresh;
  const int64_t* past = nullptr;  // [batch]
  const int64_t* added = nullptr;
  const int64_t* first = nullptr;
};
using CacheStep = BasicCacheStep<float>;
template <typename T>
Status JoinCache(RunContext& c, const BasicCacheStep<T>& step, T* to);
extern template Status JoinCache(RunContext&, const BasicCacheStep<float>&, float*);
extern template Status JoinCache(RunContext&, const BasicCacheStep<std::byte>&, std::byte*);

// The padding mask of Attention and MultiHeadAttention, whatever its shape ([batch] lengths, [2 * batch] ends and
// starts, [3 * batch + 2] lengths and offsets, [batch, keys], [batch, queries, keys], [batch, 1, max, max]), as numbers
// that are added: `filter` where a key is hidden. `past`: the place of the first query.
Status CheckPaddingMask(const Shape& mask, int64_t batch, int64_t rows, int64_t keys);
Result<AttentionMask> PaddingMask(RunContext& c, const Tensor& mask, int64_t batch, int64_t rows, int64_t keys,
                                  int64_t past, float filter);

// A bias [batch or 1, heads or 1, rows, keys].
Result<AttentionMask> BiasMask(const Shape& shape, int64_t batch, int64_t heads, int64_t rows, int64_t keys);

// Hidden keys in an output of masked scores as ONNX Runtime marks them: `mark` instead of -inf.
void MarkHidden(float* scores, int64_t count, float mark);

}  // namespace kante::core
