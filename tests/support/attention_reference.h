// SPDX-License-Identifier: MIT
// Attention spelt out key by key in double, for the tests of the attention operators.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "compute/element_io.h"
#include "tensor/tensor.h"

namespace kante::core::test {

using Numbers = std::vector<float>;

// sin(step), sin(2 * step), ...
inline Numbers Wave(int64_t count, double step) {
  Numbers x(static_cast<size_t>(count));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
  return x;
}

inline Tensor As(ElementType type, const Shape& shape, const Numbers& x) {
  Tensor t = std::move(Tensor::Allocate(type, shape)).value();
  GetStoreRow<float>(type)(t.raw(), x.data(), shape.elements());
  return t;
}

struct AttentionSizes {
  int64_t batch = 1, heads = 1, rows = 1, keys = 1, size = 1;
};

// Queries [batch, rows, heads, size], keys and values [batch, heads, keys, size]; the answer is like the queries.
// add(b, h, i, j) is added to the score of key j for query i; -infinity hides the key.
template <typename Add>
Numbers Attend(const AttentionSizes& s, const Numbers& q, const Numbers& k, const Numbers& v, const Add& add) {
  const auto at = [](int64_t i) { return static_cast<size_t>(i); };
  Numbers y(q.size());
  for (int64_t row = 0; row < s.batch * s.rows * s.heads; ++row) {
    const int64_t h = row % s.heads, i = row / s.heads % s.rows, b = row / s.heads / s.rows;
    double sum = 0;
    std::vector<double> mixed(at(s.size), 0.0);
    for (int64_t j = 0; j < s.keys; ++j) {
      const int64_t key = ((b * s.heads + h) * s.keys + j) * s.size;
      double dot = 0;
      for (int64_t e = 0; e < s.size; ++e) dot += double{q[at(row * s.size + e)]} * double{k[at(key + e)]};
      const double weight = std::exp(dot / std::sqrt(static_cast<double>(s.size)) + add(b, h, i, j));
      sum += weight;
      for (int64_t e = 0; e < s.size; ++e) mixed[at(e)] += weight * double{v[at(key + e)]};
    }
    for (int64_t e = 0; e < s.size; ++e) {
      y[at(row * s.size + e)] = static_cast<float>(sum > 0 ? mixed[at(e)] / sum : 0);
    }
  }
  return y;
}

}  // namespace kante::core::test
