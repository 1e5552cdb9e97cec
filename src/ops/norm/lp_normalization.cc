// SPDX-License-Identifier: MIT
#include <cmath>

#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct LpNormalization {
  static constexpr OpInfo kInfo{
      .name = "LpNormalization", .versions = {1, 22}, .types = kFloats, .in_place = 0b1, .numerics = kComputesInDouble};
  int64_t axis = -1;
  int64_t p = 2;

  static Result<LpNormalization> Parse(AttrReader& a) {
    LpNormalization op{a.Int("axis", -1), a.Int("p", 2)};
    if (op.p != 1 && op.p != 2) a.Fail(StrCat("p must be 1 or 2, not ", op.p));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(NormalizeAxis(axis, x.rank()).TakeStatus());
    return c.SetShape(0, x);
  }

  template <typename T>
  Status Compute(RunContext& c, const T* x, T* y) const {
    const Shape& shape = c.in(0).shape();
    KANTE_TRY(const int at, NormalizeAxis(axis, shape.rank()));
    const int64_t n = shape[at], inner = shape.Product(at + 1, shape.rank());
    if (shape.elements() == 0) return OkStatus();
    return c.Parallel(shape.Product(0, at) * inner, static_cast<double>(n) * 2, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t base = row / inner * n * inner + row % inner;
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) {
          const double v = static_cast<double>(x[base + i * inner]);
          sum += p == 1 ? std::fabs(v) : v * v;
        }
        const double norm = p == 1 ? sum : std::sqrt(sum);
        // A row of zeros stays as it is.
        for (int64_t i = 0; i < n; ++i) {
          const double v = static_cast<double>(x[base + i * inner]);
          y[base + i * inner] = static_cast<T>(norm == 0 ? 0 : v / norm);
        }
      }
    });
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64) return Compute(c, c.in(0).data<double>(), y->mutable_data<double>());
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadFloats(c, 0));
    KANTE_TRY(Compute(c, x, out.data()));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(LpNormalization)

}  // namespace kante::core
