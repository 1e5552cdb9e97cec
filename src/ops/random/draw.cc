// SPDX-License-Identifier: MIT
// Bernoulli and Multinomial: random numbers whose chances an input gives.
#include <cmath>

#include "ops/random/seed.h"

namespace kante::core {
namespace {

struct Bernoulli {
  static constexpr OpInfo kInfo{
      .name = "Bernoulli", .versions = {15, 22}, .types = kFloats, .stateful = true, .numerics = kComputesInDouble};
  ElementType type = ElementType::kUndefined;
  Seed seed;

  static Result<Bernoulli> Parse(AttrReader& a) {
    return Bernoulli{a.Type("dtype", ElementType::kUndefined), Seed::OfFloat(a)};
  }

  Status Infer(InferContext& c) const {
    const ElementType chosen = type == ElementType::kUndefined ? c.type(0) : type;
    if (chosen == ElementType::kUndefined) return OkStatus();
    if (!(kNumeric | kBool).Has(chosen)) return InvalidArgument("cannot draw numbers of type ", NameOf(chosen));
    c.SetType(0, chosen);
    KANTE_TRY(const Shape shape, c.shape(0));
    return c.SetShape(0, shape);
  }

  Status Run(RunContext& c) const {
    const Tensor& p = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const LoadRow<double> load = GetLoadRow<double>(p.type());
    const StoreRow<double> store = GetStoreRow<double>(y->type());
    const int64_t from = BitsOf(p.type()) / 8, to = BitsOf(y->type()) / 8;
    return EachDrawn(c, &DrawUniform, seed.Key(), y->elements(), kUniformCost,
                     [&](double* numbers, int64_t first, int64_t n) {
                       double chances[kTileElements];
                       load(chances, p.raw() + first * from, n);
                       for (int64_t i = 0; i < n; ++i) numbers[i] = numbers[i] < chances[i] ? 1 : 0;
                       store(y->raw() + first * to, numbers, n);
                     });
  }
};

// Rows of logarithms of chances that need not add up to one; numbers of classes come out.
struct Multinomial {
  static constexpr OpInfo kInfo{
      .name = "Multinomial", .versions = {7, 22}, .types = kFloats, .stateful = true, .numerics = kComputesInDouble};
  ElementType type = ElementType::kInt32;
  int64_t samples = 1;
  Seed seed;

  static Result<Multinomial> Parse(AttrReader& a) {
    Multinomial op{a.Type("dtype", ElementType::kInt32), a.Int("sample_size", 1), Seed::OfFloat(a)};
    if (!kIndices.Has(op.type)) a.Fail(StrCat("dtype must be int32 or int64, not ", NameOf(op.type)));
    if (op.samples < 0) a.Fail(StrCat("sample_size ", op.samples, " is negative"));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, type);
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() != 2) return InvalidArgument("input ", x.ToString(), " must have rank 2");
    const int64_t dims[] = {x[0], samples};
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  // Running sums of the chances of one row.
  static Status Accumulate(double* row, int64_t classes, int64_t number) {
    const double most = classes > 0 ? *std::max_element(row, row + classes) : -INFINITY;
    double sum = 0;
    for (int64_t k = 0; k < classes; ++k) row[k] = sum += std::exp(row[k] - most);
    if (!std::isfinite(most) || !(sum > 0)) return InvalidArgument("row ", number, " holds no chances");
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    const int64_t classes = x.dim(1);
    KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 8));
    double* sums = reinterpret_cast<double*>(memory);
    GetLoadRow<double>(x.type())(sums, x.raw(), x.elements());
    for (int64_t r = 0; r < x.dim(0); ++r) KANTE_TRY(Accumulate(sums + r * classes, classes, r));
    const StoreRow<int64_t> store = GetStoreRow<int64_t>(type);
    const int64_t size = BitsOf(type) / 8;
    return EachDrawn(c, &DrawUniform, seed.Key(), y->elements(), kUniformCost + 20,
                     [&](double* numbers, int64_t first, int64_t n) {
                       int64_t chosen[kTileElements];
                       for (int64_t i = 0; i < n; ++i) {
                         const double* row = sums + (first + i) / samples * classes;
                         const double* found = std::upper_bound(row, row + classes, numbers[i] * row[classes - 1]);
                         chosen[i] = std::min<int64_t>(found - row, classes - 1);
                       }
                       store(y->raw() + first * size, chosen, n);
                     });
  }
};

}  // namespace

KANTE_DEFINE_OP(Bernoulli)
KANTE_DEFINE_OP(Multinomial)

}  // namespace kante::core
