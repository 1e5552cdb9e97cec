// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "ops/attr_reader.h"
#include "tensor/shape.h"

namespace kante::core {

// The attributes of Attention.
struct AttentionRule {
  bool causal = false;
  int64_t heads = 0;  // of three-dimensional inputs
  int64_t kv_heads = 0;
  int64_t scores_mode = 0;
  int64_t left_window = -1;
  int64_t right_window = -1;
  float scale = 0.0f;  // 0: 1 / sqrt(size)
  float softcap = 0.0f;

  static AttentionRule Read(AttrReader& a);
};

struct AttentionShape {
  int rank = 4;  // of Q, K, V: [batch, heads, rows, size] or [batch, rows, heads * size]
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads: each serves a group of them
  int64_t rows = 0;      // queries
  int64_t past = 0;
  int64_t fresh = 0;  // keys of K
  int64_t total = 0;  // past + fresh
  int64_t size = 0;
  int64_t v_size = 0;

  // `past`: shape of past_key or null.
  static Result<AttentionShape> Make(const AttentionRule& rule, const Shape& q, const Shape& k, const Shape& v,
                                     const Shape* past);
};

// Strides of a mask over [batch, heads, rows, total]; 0 where it repeats. The last dimension may be shorter than total.
Result<std::array<int64_t, 4>> AttentionMaskStrides(const Shape& mask, const AttentionShape& s);

}  // namespace kante::core
