// SPDX-License-Identifier: MIT
#include <cmath>

#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr double kEpsilon = 1e-9;  // ONNX adds it to the standard deviation

struct MeanVarianceNormalization {
  static constexpr OpInfo kInfo{.name = "MeanVarianceNormalization",
                                .versions = {9, 13},
                                .types = kFloats,
                                .in_place = 0b1,
                                .numerics = kComputesInDouble};
  std::vector<int64_t> axes;

  static Result<MeanVarianceNormalization> Parse(AttrReader& a) {
    MeanVarianceNormalization op{a.Ints("axes")};
    if (!a.Has("axes")) op.axes = {0, 2, 3};
    return op;
  }

  // A bit for each dimension that the statistics run over.
  Result<uint32_t> Mask(int rank) const {
    uint32_t mask = 0;
    for (int64_t axis : axes) {
      KANTE_TRY(const int at, NormalizeAxis(axis, rank));
      mask |= uint32_t{1} << at;
    }
    return mask;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(Mask(x.rank()).TakeStatus());
    return c.SetShape(0, x);
  }

  // body(offset) for every place of the dimensions in `mask`, others at zero, in order.
  template <typename Body>
  static void Walk(const Shape& shape, uint32_t mask, const Body& body) {
    const auto strides = ContiguousStrides(shape);
    std::array<int64_t, kMaxRank> at{};
    int64_t offset = 0;
    for (;;) {
      body(offset);
      int d = shape.rank() - 1;
      for (; d >= 0; --d) {
        if (!((mask >> d) & 1)) continue;
        const size_t i = static_cast<size_t>(d);
        offset += strides[i];
        if (++at[i] < shape[d]) break;
        offset -= strides[i] * shape[d];
        at[i] = 0;
      }
      if (d < 0) return;
    }
  }

  template <typename T>
  Status Compute(RunContext& c, const T* x, T* y) const {
    const Shape& shape = c.in(0).shape();
    if (shape.elements() == 0) return OkStatus();
    KANTE_TRY(const uint32_t reduced, Mask(shape.rank()));
    double count = 1;
    for (int d = 0; d < shape.rank(); ++d) count *= (reduced >> d) & 1 ? static_cast<double>(shape[d]) : 1;
    const uint32_t all = (uint32_t{1} << shape.rank()) - 1;
    Walk(shape, all & ~reduced, [&](int64_t base) {
      double sum = 0, squares = 0;
      Walk(shape, reduced, [&](int64_t at) { sum += static_cast<double>(x[base + at]); });
      const double mean = sum / count;
      Walk(shape, reduced, [&](int64_t at) {
        const double d = static_cast<double>(x[base + at]) - mean;
        squares += d * d;
      });
      const double deviation = std::sqrt(squares / count) + kEpsilon;
      Walk(shape, reduced,
           [&](int64_t at) { y[base + at] = static_cast<T>((static_cast<double>(x[base + at]) - mean) / deviation); });
    });
    return OkStatus();
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

KANTE_DEFINE_OP(MeanVarianceNormalization)

}  // namespace kante::core
