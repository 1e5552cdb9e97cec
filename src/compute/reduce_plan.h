// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "tensor/shape.h"

namespace kante::core {

// A reduction as few loops: dimensions of size 1 dropped, neighbours of one kind merged. The innermost dimension is
// `columns` when it stays, else a contiguous row of `row` elements that is reduced. `rows` is the reduced dimension
// right outside the columns (1 when the innermost is reduced).
struct ReducePlan {
  struct Loops {
    int rank = 0;
    std::array<int64_t, kMaxRank> dims{};
    std::array<int64_t, kMaxRank> strides{};  // in elements of x
    int64_t count = 1;
    int64_t Offset(int64_t index) const;
  };
  Loops kept;     // outermost first; together with columns the output in order
  Loops reduced;  // outside `rows` and `row`
  int64_t columns = 1;
  int64_t rows = 1;
  int64_t row_stride = 0;
  int64_t row = 1;
  bool by_columns = false;
};

ReducePlan PlanReduce(const Shape& shape, uint32_t axes);

}  // namespace kante::core
