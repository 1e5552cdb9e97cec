// SPDX-License-Identifier: MIT
#include "ops/nn/attention_plain.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kante::core {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Keys [first, last) that query i may see, the mask apart.
void RangeOf(const PlainAttention& a, int64_t batch, int64_t i, int64_t* first, int64_t* last) {
  const int64_t keys = a.shape.total, place = i + (a.first_places ? a.first_places[batch] : a.shape.past);
  *first = 0;
  *last = a.lengths ? a.lengths[batch] : keys;
  if (a.rule.causal) *last = std::min(*last, place + 1);
  if (a.rule.right_window >= 0 && a.rule.right_window < keys) *last = std::min(*last, place + a.rule.right_window + 1);
  if (a.rule.left_window >= 0) *first = std::max<int64_t>(0, place - std::min(a.rule.left_window, keys));
  *last = std::max<int64_t>(*last, 0);
  *first = std::min(*first, *last);
}

}  // namespace

void RunPlainHead(const PlainAttention& a, int64_t b, int64_t h, double* row) {
  const AttentionShape& s = a.shape;
  const int64_t kv = h / (s.heads / s.kv_heads), keys = s.total;
  const double scale =
      a.rule.scale != 0 ? static_cast<double>(a.rule.scale) : 1 / std::sqrt(static_cast<double>(s.size));
  const double cap = static_cast<double>(a.rule.softcap);
  // Values of keys that no query sees do not count, even if they are not finite.
  int64_t begin = a.scores ? 0 : keys, end = a.scores ? keys : 0;
  for (int64_t i = 0; i < s.rows; ++i) {
    int64_t first, last;
    RangeOf(a, b, i, &first, &last);
    if (first == last) continue;
    begin = std::min(begin, first);
    end = std::max(end, last);
  }
  for (int64_t i = 0; i < s.rows; ++i) {
    const double* q = a.q.at(b, h, i);
    double* y = a.y.at(b, h, i);
    const auto keep = [&](ScoreStage stage) {
      if (a.scores && static_cast<ScoreStage>(a.rule.scores_mode) == stage) {
        std::copy_n(row, keys, a.scores + ((b * s.heads + h) * s.rows + i) * keys);
      }
    };
    for (int64_t j = begin; j < end; ++j) {
      const double* k = a.k.at(b, kv, j);
      double sum = 0;
      for (int64_t d = 0; d < s.size; ++d) sum += q[d] * k[d];
      row[j] = sum * scale;
    }
    keep(ScoreStage::kProduct);
    for (int64_t j = begin; cap > 0 && j < end; ++j) row[j] = cap * std::tanh(row[j] / cap);
    keep(ScoreStage::kSoftcap);
    int64_t first, last;
    RangeOf(a, b, i, &first, &last);
    const int64_t mask = b * a.strides[0] + h * a.strides[1] + i * a.strides[2];
    for (int64_t j = begin; j < end; ++j) {
      const int64_t at = mask + j * a.strides[3];
      const bool masked = a.add || a.allowed;
      const bool hidden = j < first || j >= last || (masked && j >= a.mask_keys) || (a.allowed && !a.allowed[at]);
      const double add = !hidden && a.add ? a.add[at] : 0;
      row[j] = hidden || add == -kInfinity ? -kInfinity : row[j] + add;
    }
    keep(ScoreStage::kMasked);
    double top = -kInfinity, sum = 0;
    for (int64_t j = begin; j < end; ++j) top = row[j] > top || row[j] != row[j] ? row[j] : top;
    for (int64_t j = begin; j < end; ++j) sum += row[j] = top == -kInfinity ? 0 : std::exp(row[j] - top);
    for (int64_t j = begin; j < end; ++j) row[j] = sum == 0 ? 0 : row[j] / sum;
    keep(ScoreStage::kProbability);
    std::fill_n(y, s.v_size, 0.0);
    for (int64_t j = begin; j < end; ++j) {
      const double* v = a.v.at(b, kv, j);
      for (int64_t d = 0; d < s.v_size; ++d) y[d] += row[j] * v[d];
    }
  }
}

}  // namespace kante::core
