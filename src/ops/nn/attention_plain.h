// SPDX-License-Identifier: MIT
// Attention in float64, score by score: for the few models that ask for it.
#pragma once

#include <array>
#include <cstdint>

#include "compute/attention.h"
#include "ops/nn/attention_shape.h"

namespace kante::core {

struct PlainAttention {
  AttentionShape shape;
  AttentionRule rule;
  BasicHeads<const double> q, k, v;
  BasicHeads<double> y;
  const double* add = nullptr;    // mask, or:
  const bool* allowed = nullptr;  // over [batch, heads, rows, keys] with strides
  std::array<int64_t, 4> strides{};
  int64_t mask_keys = 0;
  const int64_t* lengths = nullptr;       // keys of each batch
  const int64_t* first_places = nullptr;  // of each batch; null: shape.past
  double* scores = nullptr;               // optional output
};

// The queries of one head. `row`: shape.total numbers.
void RunPlainHead(const PlainAttention& a, int64_t batch, int64_t head, double* row);

}  // namespace kante::core
