// SPDX-License-Identifier: MIT
// GlobalAveragePool, GlobalMaxPool and GlobalLpPool: one value for each channel of each image.
#include <cmath>
#include <limits>

#include "kernels/reduce.h"
#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr double kElementCost = 0.1;  // ns

struct GlobalBase {
  static Status Infer(InferContext& c) {
    c.SetType(0, c.type(0));
    KANTE_TRY(Shape y, c.shape(0));
    if (y.rank() < 2) return InvalidArgument("input 0 needs at least 2 dimensions, not ", y.ToString());
    for (int i = 2; i < y.rank(); ++i) y.set_dim(i, 1);
    return c.SetShape(0, y);
  }

  // y[plane] = reduce(x, n) over every plane, with a float and a double version.
  template <typename OfFloats, typename OfDoubles>
  static Status Each(RunContext& c, const OfFloats& of_floats, const OfDoubles& of_doubles) {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t planes = x.shape().Product(0, 2), n = x.shape().Product(2, x.rank());
    const double cost = kElementCost * static_cast<double>(n);
    if (x.type() == ElementType::kFloat64) {
      return c.Parallel(planes, cost, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) y->mutable_data<double>()[p] = of_doubles(x.data<double>() + p * n, n);
      });
    }
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* from, ReadFloats(c, x));
    KANTE_TRY(c.Parallel(planes, cost, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) out.data()[p] = of_floats(from + p * n, static_cast<size_t>(n));
    }));
    return out.Finish(c);
  }
};

struct GlobalAveragePool : GlobalBase {
  static constexpr OpInfo kInfo{
      .name = "GlobalAveragePool", .versions = {1, 22}, .types = kFloats, .numerics = kComputes};
  Status Run(RunContext& c) const {
    return Each(
        c,
        [](const float* x, size_t n) { return kernels::Reduce(kernels::ReduceOp::kSum, x, n) / static_cast<float>(n); },
        [](const double* x, int64_t n) {
          double sum = 0;
          for (int64_t i = 0; i < n; ++i) sum += x[i];
          return sum / static_cast<double>(n);
        });
  }
};

struct GlobalMaxPool : GlobalBase {
  static constexpr OpInfo kInfo{.name = "GlobalMaxPool", .versions = {1, 22}, .types = kFloats, .numerics = kChooses};
  Status Run(RunContext& c) const {
    return Each(
        c, [](const float* x, size_t n) { return kernels::Reduce(kernels::ReduceOp::kMax, x, n); },
        [](const double* x, int64_t n) {
          double best = -std::numeric_limits<double>::infinity();
          for (int64_t i = 0; i < n; ++i) best = x[i] > best || x[i] != x[i] ? x[i] : best;
          return best;
        });
  }
};

struct GlobalLpPool : GlobalBase {
  static constexpr OpInfo kInfo{
      .name = "GlobalLpPool", .versions = {1, 2, 22}, .types = kFloats, .numerics = kComputesInDouble};
  int64_t p = 2;

  static Result<GlobalLpPool> Parse(AttrReader& a) {
    GlobalLpPool op;
    op.p = a.Int("p", 2);
    if (op.p < 1) a.Fail(StrCat("p ", op.p, " must be positive"));
    return op;
  }

  static Status Upgrade(UpgradeContext& u, int from) { return UpgradePower(u, from); }

  template <typename T>
  double Norm(const T* x, int64_t n) const {
    const double power = static_cast<double>(p);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::pow(std::fabs(static_cast<double>(x[i])), power);
    return std::pow(sum, 1 / power);
  }

  Status Run(RunContext& c) const {
    return Each(
        c,
        [&](const float* x, size_t n) {
          if (p == 1) return kernels::Reduce(kernels::ReduceOp::kSumAbs, x, n);
          if (p == 2) return std::sqrt(kernels::Reduce(kernels::ReduceOp::kSumSquare, x, n));
          return static_cast<float>(Norm(x, static_cast<int64_t>(n)));
        },
        [&](const double* x, int64_t n) { return Norm(x, n); });
  }
};

}  // namespace

KANTE_DEFINE_OP(GlobalAveragePool)
KANTE_DEFINE_OP(GlobalMaxPool)
KANTE_DEFINE_OP(GlobalLpPool)

}  // namespace kante::core
