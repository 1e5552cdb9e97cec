// SPDX-License-Identifier: MIT
#include <cmath>
#include <utility>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Gaussian elimination with the largest pivot of each column; `a` is overwritten.
double Determinant(double* a, int64_t n) {
  double det = 1;
  for (int64_t k = 0; k < n; ++k) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    }
    if (a[pivot * n + k] == 0) return 0;
    if (pivot != k) {
      for (int64_t j = k; j < n; ++j) std::swap(a[pivot * n + j], a[k * n + j]);
      det = -det;
    }
    det *= a[k * n + k];
    for (int64_t i = k + 1; i < n; ++i) {
      const double f = a[i * n + k] / a[k * n + k];
      for (int64_t j = k + 1; j < n; ++j) a[i * n + j] -= f * a[k * n + j];
    }
  }
  return det;
}

struct Det {
  static constexpr OpInfo kInfo{.name = "Det", .versions = {11, 22}, .types = kFloats, .numerics = kComputesInDouble};

  static Result<Shape> OutputShape(const Shape& x) {
    const int rank = x.rank();
    if (rank < 2 || x[rank - 1] != x[rank - 2]) return InvalidArgument("needs square matrices, not ", x.ToString());
    return Shape::Make(x.dims().first(static_cast<size_t>(rank - 2)));
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape y, OutputShape(x));
    return c.SetShape(0, y);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const Shape shape, OutputShape(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), shape));
    const int64_t n = x.dim(x.rank() - 1), size = BitsOf(x.type()) / 8;
    KANTE_TRY(std::byte * memory, c.Scratch(n * n * 8 + 1));
    auto* matrix = reinterpret_cast<double*>(memory);
    for (int64_t i = 0; i < shape.elements(); ++i) {
      KANTE_TRY(c.CheckCancelled());
      GetLoadRow<double>(x.type())(matrix, x.raw() + i * n * n * size, n * n);
      const double det = Determinant(matrix, n);
      GetStoreRow<double>(x.type())(y->raw() + i * size, &det, 1);
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Det)

}  // namespace kante::core
