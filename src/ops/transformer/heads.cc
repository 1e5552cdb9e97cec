// SPDX-License-Identifier: MIT
#include "ops/transformer/heads.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "kernels/norm.h"

namespace kante::core {
namespace {

// body(to, from, b, h, r) for every row of a copy.
template <typename Body>
Result<Heads> EachRow(RunContext& c, const Heads& from, const HeadSizes& s, const Body& body) {
  KANTE_TRY(const MutableHeads to, NewHeads(c, s));
  const int64_t rows = s.batch * s.heads * s.rows;
  KANTE_TRY(c.Parallel(rows, static_cast<double>(s.size), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t b = i / (s.heads * s.rows), h = i / s.rows % s.heads, r = i % s.rows;
      body(to.at(b, h, r), from.at(b, h, r), b, h, r);
    }
  }));
  return Heads{to.data, to.batch_stride, to.head_stride, to.row_stride};
}

}  // namespace

Result<MutableHeads> NewHeads(RunContext& c, const HeadSizes& s) {
  const int64_t dims[] = {s.batch, s.heads, s.rows, s.size, 4};
  KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
  KANTE_TRY(std::byte * memory, c.Scratch(bytes));
  return MutableHeads::HeadsFirst(reinterpret_cast<float*>(memory), s.heads, s.rows, s.size);
}

Result<Heads> PlusBias(RunContext& c, const Heads& from, const HeadSizes& s, const float* bias) {
  if (!bias) return from;
  return EachRow(c, from, s, [&](float* to, const float* x, int64_t, int64_t h, int64_t) {
    for (int64_t j = 0; j < s.size; ++j) to[j] = x[j] + bias[h * s.size + j];
  });
}

Result<Heads> NormalizedRows(RunContext& c, const Heads& from, const HeadSizes& s, const float* weight, float epsilon) {
  return EachRow(c, from, s, [&](float* to, const float* x, int64_t, int64_t, int64_t) {
    kernels::RmsNormRow(to, x, weight, static_cast<size_t>(s.size), epsilon, nullptr);
  });
}

Result<Heads> Rotated(RunContext& c, const Heads& from, const HeadSizes& s, const Rotation& r) {
  return EachRow(c, from, s, [&](float* to, const float* x, int64_t b, int64_t, int64_t row) {
    const int64_t at = r.places[b * s.rows + row] * r.half;
    for (int64_t k = 0; k < r.half; ++k) {
      const int64_t i = r.interleaved ? 2 * k : k, j = r.interleaved ? 2 * k + 1 : k + r.half;
      to[i] = r.cosine[at + k] * x[i] - r.sine[at + k] * x[j];
      to[j] = r.sine[at + k] * x[i] + r.cosine[at + k] * x[j];
    }
    std::copy(x + 2 * r.half, x + s.size, to + 2 * r.half);
  });
}

Result<Heads> FollowBeams(RunContext& c, const Heads& from, const HeadSizes& s, const BeamPaths& p) {
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t r = 0; r < p.past; ++r) {
      const int32_t beam = p.beams[b * p.room + r];
      if (beam < 0 || beam >= p.width) {
        return InvalidArgument("cache_indirection holds beam ", beam, " of ", p.width);
      }
    }
  }
  return EachRow(c, from, s, [&](float* to, const float* own, int64_t b, int64_t h, int64_t r) {
    const int64_t first = b / p.width * p.width;
    std::copy_n(r < p.past ? from.at(first + p.beams[b * p.room + r], h, r) : own, s.size, to);
  });
}

template <typename T>
Status JoinCache(RunContext& c, const BasicCacheStep<T>& step, T* to) {
  const HeadSizes& s = step.sizes;
  return c.Parallel(s.batch * s.heads, 0.3 * static_cast<double>(s.rows * s.size), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t b = i / s.heads, h = i % s.heads, past = step.past[b], first = step.first ? step.first[b] : 0;
      T* head = to + i * s.rows * s.size;
      for (int64_t r = 0; r < past; ++r) std::copy_n(step.old.at(b, h, first + r), s.size, head + r * s.size);
      for (int64_t r = 0; r < step.added[b]; ++r) {
        std::copy_n(step.fresh.at(b, h, r), s.size, head + (past + r) * s.size);
      }
      std::fill(head + (past + step.added[b]) * s.size, head + s.rows * s.size, T{});
    }
  });
}
template Status JoinCache(RunContext&, const BasicCacheStep<float>&, float*);
template Status JoinCache(RunContext&, const BasicCacheStep<std::byte>&, std::byte*);

Status CheckPaddingMask(const Shape& m, int64_t batch, int64_t rows, int64_t keys) {
  const bool fits =
      (m.rank() == 1 && (m[0] == batch || m[0] == 2 * batch || m[0] == 3 * batch + 2)) ||
      (m.rank() == 2 && ((m[0] == batch && m[1] == keys) || ((m[0] == batch || m[0] == 1) && m[1] == 1))) ||
      (m.rank() == 3 && m[0] == batch && m[1] == rows && m[2] == keys) ||
      (m.rank() == 4 && m[0] == batch && m[1] == 1 && m[2] == m[3] && m[2] >= keys);
  if (fits) return OkStatus();
  return InvalidArgument("mask ", m.ToString(), " does not suit batch ", batch, ", ", rows, " queries and ", keys,
                         " keys");
}

Result<AttentionMask> PaddingMask(RunContext& c, const Tensor& mask, int64_t batch, int64_t rows, int64_t keys,
                                  int64_t past, float filter) {
  AttentionMask out;
  const Shape& m = mask.shape();
  // One value for a whole row changes nothing.
  if (m.rank() == 2 && m[1] == 1 && keys != 1) return out;
  const bool by_row = m.rank() > 2;
  const int64_t lines = by_row ? batch * rows : batch;
  const int64_t dims[] = {lines, keys, 4};
  KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
  KANTE_TRY(std::byte * memory, c.Scratch(bytes));
  float* to = reinterpret_cast<float*>(memory);
  const int32_t* from = mask.data<int32_t>();
  for (int64_t line = 0; line < lines; ++line) {
    float* row = to + line * keys;
    if (m.rank() == 1) {
      const int64_t end = from[line], start = m[0] == 2 * batch ? from[batch + line] : 0;
      for (int64_t j = 0; j < keys; ++j) row[j] = j >= start && j < end ? 0 : filter;
    } else {
      const int32_t* bits = from + line * keys;
      if (m.rank() == 4) bits = from + (line / rows * m[2] + past + line % rows) * m[3];
      for (int64_t j = 0; j < keys; ++j) row[j] = bits[j] > 0 ? 0 : filter;
    }
  }
  out.add = to;
  out.strides = {by_row ? rows * keys : keys, 0, by_row ? keys : 0, 1};
  out.keys = keys;
  return out;
}

Result<AttentionMask> BiasMask(const Shape& shape, int64_t batch, int64_t heads, int64_t rows, int64_t keys) {
  if (shape.rank() != 4 || (shape[0] != 1 && shape[0] != batch) || (shape[1] != 1 && shape[1] != heads) ||
      shape[2] != rows || shape[3] != keys) {
    return InvalidArgument("attention_bias ", shape.ToString(), " does not suit ", heads, " heads, ", rows,
                           " queries and ", keys, " keys");
  }
  AttentionMask out;
  out.strides = {shape[0] == 1 ? 0 : shape[1] * rows * keys, shape[1] == 1 ? 0 : rows * keys, keys, 1};
  out.keys = keys;
  return out;
}

void MarkHidden(float* scores, int64_t count, float mark) {
  std::replace(scores, scores + count, -std::numeric_limits<float>::infinity(), mark);
}

}  // namespace kante::core
