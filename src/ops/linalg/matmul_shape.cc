// SPDX-License-Identifier: MIT
#include "ops/linalg/matmul_shape.h"

#include <algorithm>

namespace kante::core {

Result<MatMulShape> MatMulShape::Make(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) return InvalidArgument("scalars have no matrix product");
  MatMulShape s;
  const int ra = a.rank(), rb = b.rank();
  s.m = ra == 1 ? 1 : a[ra - 2];
  s.k = a[ra - 1];
  s.n = rb == 1 ? 1 : b[rb - 1];
  const int64_t k = rb == 1 ? b[0] : b[rb - 2];
  if (s.k != k)
    return InvalidArgument("cannot multiply ", a.ToString(), " by ", b.ToString(), ": ", s.k, " and ", k, " differ");
  KANTE_TRY(s.a_batch, Shape::Make(a.dims().first(static_cast<size_t>(std::max(0, ra - 2)))));
  KANTE_TRY(s.b_batch, Shape::Make(b.dims().first(static_cast<size_t>(std::max(0, rb - 2)))));
  KANTE_TRY(s.batch, BroadcastShapes(s.a_batch, s.b_batch));
  s.output = s.batch;
  if (ra > 1) s.output.push_back(s.m);
  if (rb > 1) s.output.push_back(s.n);
  KANTE_TRY(s.output, Shape::Make(s.output.dims()));
  return s;
}

void MatMulShape::FoldBatchIntoRows() {
  if (b_batch.elements() != 1 || a_batch.elements() != batch.elements()) return;
  m *= batch.elements();
  a_batch = b_batch = batch = Shape();
}

double ProductFlops(const Shape& a, const Shape& output) {
  const double depth = a.rank() == 0 ? 0 : static_cast<double>(a[a.rank() - 1]);
  return 2 * static_cast<double>(output.elements()) * depth;
}

}  // namespace kante::core
