// SPDX-License-Identifier: MIT
// CumSum and CumProd: running sums and products along an axis.
#include <algorithm>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// One line after the other would stride through memory; `inner` neighbouring lines go together, a tile at a time.
template <typename Wide, bool kProduct>
struct Lines {
  LoadRow<Wide> load;
  StoreRow<Wide> store;
  const std::byte* x;
  std::byte* y;
  int64_t size;    // bytes of an element
  int64_t length;  // along the axis
  int64_t inner;
  bool exclusive;
  bool reverse;

  static void Step(Wide* sum, const Wide* row, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      if constexpr (std::is_integral_v<Wide>) {  // wraps around
        const auto a = static_cast<uint64_t>(sum[i]);
        const auto b = static_cast<uint64_t>(row[i]);
        sum[i] = static_cast<Wide>(kProduct ? a * b : a + b);
      } else {
        sum[i] = kProduct ? sum[i] * row[i] : sum[i] + row[i];
      }
    }
  }

  // Columns [begin, begin + n), n <= kTileElements, of slab `o`.
  void Run(int64_t o, int64_t begin, int64_t n) const {
    Wide sum[kTileElements];
    Wide row[kTileElements];
    std::fill(sum, sum + n, static_cast<Wide>(kProduct ? 1 : 0));
    for (int64_t k = 0; k < length; ++k) {
      const int64_t at = (o * length + (reverse ? length - 1 - k : k)) * inner + begin;
      load(row, x + at * size, n);
      if (exclusive) store(y + at * size, sum, n);
      Step(sum, row, n);
      if (!exclusive) store(y + at * size, sum, n);
    }
  }
};

struct Flags {
  bool exclusive = false;
  bool reverse = false;
};

Result<int> AxisOf(const Tensor& t, int rank) {
  if (t.elements() != 1) return InvalidArgument("axis must be a scalar, not ", t.shape().ToString());
  return NormalizeAxis(t.type() == ElementType::kInt32 ? *t.data<int32_t>() : *t.data<int64_t>(), rank);
}

Status InferCumulate(InferContext& c) {
  c.SetType(0, c.type(0));
  KANTE_TRY(c.RequireType(1, kIndices));
  KANTE_TRY(const Shape x, c.shape(0));
  if (x.rank() == 0) return InvalidArgument("input must not be a scalar");
  return c.SetShape(0, x);
}

template <typename Wide, bool kProduct>
Status RunAs(RunContext& c, const Tensor& x, const Tensor& y, int at, Flags flags) {
  const int64_t inner = x.shape().Product(at + 1, x.rank());
  const Lines<Wide, kProduct> lines{GetLoadRow<Wide>(x.type()),
                                    GetStoreRow<Wide>(x.type()),
                                    x.raw(),
                                    y.raw(),
                                    BitsOf(x.type()) / 8,
                                    x.dim(at),
                                    inner,
                                    flags.exclusive,
                                    flags.reverse};
  const int64_t tiles = (inner + kTileElements - 1) / kTileElements;
  const double cost = static_cast<double>(x.dim(at)) * (10 + static_cast<double>(std::min(inner, kTileElements)));
  return c.Parallel(x.shape().Product(0, at) * tiles, cost, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t column = i % tiles * kTileElements;
      lines.Run(i / tiles, column, std::min(kTileElements, inner - column));
    }
  });
}

template <bool kProduct>
Status RunCumulate(RunContext& c, Flags flags) {
  const Tensor& x = c.in(0);
  KANTE_TRY(const int at, AxisOf(c.in(1), x.rank()));
  KANTE_TRY(Tensor * y, c.Output(0));
  if (y->elements() == 0) return OkStatus();
  switch (ArithmeticOf(x.type())) {
    case Arithmetic::kFloat:
      return RunAs<float, kProduct>(c, x, *y, at, flags);
    case Arithmetic::kDouble:
      return RunAs<double, kProduct>(c, x, *y, at, flags);
    default:
      return RunAs<int64_t, kProduct>(c, x, *y, at, flags);
  }
}

struct CumSum {
  static constexpr OpInfo kInfo{.name = "CumSum",
                                .versions = {11, 14},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kNumeric,
                                .in_place = 0b1,
                                .numerics = kArithmetic};
  Flags flags;
  static Result<CumSum> Parse(AttrReader& a) { return CumSum{{a.Bool("exclusive", false), a.Bool("reverse", false)}}; }
  Status Infer(InferContext& c) const { return InferCumulate(c); }
  Status Run(RunContext& c) const { return RunCumulate<false>(c, flags); }
};

struct CumProd {
  static constexpr OpInfo kInfo{.name = "CumProd",
                                .versions = {26},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kNumeric,
                                .in_place = 0b1,
                                .numerics = kArithmetic};
  Flags flags;
  static Result<CumProd> Parse(AttrReader& a) {
    return CumProd{{a.Bool("exclusive", false), a.Bool("reverse", false)}};
  }
  Status Infer(InferContext& c) const { return InferCumulate(c); }
  Status Run(RunContext& c) const { return RunCumulate<true>(c, flags); }
};

}  // namespace

KANTE_DEFINE_OP(CumSum)
KANTE_DEFINE_OP(CumProd)

}  // namespace kante::core
