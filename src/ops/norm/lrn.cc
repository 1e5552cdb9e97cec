// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct LRN {
  static constexpr OpInfo kInfo{.name = "LRN", .versions = {1, 13}, .types = kFloats, .numerics = kComputesInDouble};
  int64_t size = 1;
  float alpha = 1e-4f;
  float beta = 0.75f;
  float bias = 1.0f;

  static Result<LRN> Parse(AttrReader& a) {
    LRN op;
    op.size = a.Int("size");
    op.alpha = a.Float("alpha", 1e-4f);
    op.beta = a.Float("beta", 0.75f);
    op.bias = a.Float("bias", 1.0f);
    if (op.size < 1) a.Fail(StrCat("size ", op.size, " must be positive"));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() < 2) return InvalidArgument("input 0 needs at least 2 dimensions, not ", x.ToString());
    return c.SetShape(0, x);
  }

  // Channel by channel: squares of the channels around it, added up pixel by pixel.
  template <typename T>
  Status Compute(RunContext& c, const T* x, T* y) const {
    const Shape& shape = c.in(0).shape();
    const int64_t channels = shape[1], pixels = shape.Product(2, shape.rank());
    const int64_t below = (size - 1) / 2, above = size - 1 - below;
    const double factor = static_cast<double>(alpha) / static_cast<double>(size);
    const double cost = static_cast<double>(pixels) * (20 + static_cast<double>(std::min(size, channels)));
    return c.Parallel(shape[0] * channels, cost, [&](int64_t begin, int64_t end) {
      for (int64_t plane = begin; plane < end; ++plane) {
        const int64_t ch = plane % channels, base = plane - ch;
        const int64_t first = std::max<int64_t>(0, ch - below),
                      last = std::min(channels - 1, ch + std::min(above, channels));
        for (int64_t i = 0; i < pixels; ++i) {
          double sum = 0;
          for (int64_t k = first; k <= last; ++k) {
            const double v = static_cast<double>(x[(base + k) * pixels + i]);
            sum += v * v;
          }
          const double at = static_cast<double>(x[plane * pixels + i]);
          y[plane * pixels + i] = static_cast<T>(at / std::pow(bias + factor * sum, static_cast<double>(beta)));
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

KANTE_DEFINE_OP(LRN)

}  // namespace kante::core
