// SPDX-License-Identifier: MIT
#pragma once

#include "base/status.h"
#include "tensor/shape.h"

namespace kante::core {

// numpy's matmul of two shapes: vectors get a dimension of 1 that the result loses again, leading dimensions broadcast.
struct MatMulShape {
  Shape a_batch, b_batch, batch;
  int64_t m = 0, n = 0, k = 0;
  Shape output;

  static Result<MatMulShape> Make(const Shape& a, const Shape& b);
  // One matrix B under many rows of A is one product with more rows.
  void FoldBatchIntoRows();
};

// Of the product of a and any b, given the result.
double ProductFlops(const Shape& a, const Shape& output);

}  // namespace kante::core
