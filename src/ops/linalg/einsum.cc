// SPDX-License-Identifier: MIT
// Einsum by pairs: both sides are brought to [batch, m, k] and [batch, k, n] and multiplied, the last result is summed
// and permuted into the output.
#include <algorithm>

#include "base/checked.h"
#include "compute/element_io.h"
#include "compute/gemm_batch.h"
#include "compute/gemm_plain.h"
#include "ops/linalg/einsum_equation.h"
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

using Labels = std::vector<EinsumLabel>;
using Mask = uint64_t;

Mask MaskOf(const Labels& labels) {
  Mask mask = 0;
  for (EinsumLabel l : labels) mask |= Mask{1} << l;
  return mask;
}

// A tensor whose dimensions have names; a repeated name walks the diagonal.
template <typename T>
struct Named {
  const T* data = nullptr;
  Labels labels;
  Shape shape;  // 1 where a label's size is larger: repeated
};

template <typename T>
class EinsumRun {
 public:
  EinsumRun(RunContext& c, const EinsumProblem& p) : c_(c), p_(p) {}

  Status Run(std::span<const Named<T>> operands, T* out) {
    Named<T> acc = operands[0];
    for (size_t i = 1; i < operands.size(); ++i) {
      Mask needed = MaskOf(p_.output);
      for (size_t later = i + 1; later < operands.size(); ++later) needed |= MaskOf(operands[later].labels);
      KANTE_TRY(acc, Contract(acc, operands[i], needed));
    }
    return Project(acc, p_.output, out);
  }

 private:
  Result<int64_t> Count(const Labels& labels) const {
    std::vector<int64_t> dims;
    for (EinsumLabel l : labels) dims.push_back(p_.sizes[l]);
    return CheckedProduct(dims);
  }
  Result<T*> Allocate(int64_t elements) {
    int64_t bytes = 0;
    if (!CheckedMul(elements, static_cast<int64_t>(sizeof(T)), &bytes))
      return InvalidArgument("a product is too large");
    KANTE_TRY(std::byte * memory, c_.Scratch(std::max<int64_t>(bytes, 1)));
    return reinterpret_cast<T*>(memory);
  }

  // out over `to` in row-major order; labels of x that are not in `to` are summed.
  Status Project(const Named<T>& x, const Labels& to, T* out) {
    std::array<int64_t, kEinsumLabels> stride{};
    int64_t running = 1;
    for (size_t d = x.labels.size(); d-- > 0;) {
      const int64_t size = x.shape[static_cast<int>(d)];
      if (size != 1) stride[x.labels[d]] += running;
      running *= size;
    }
    Labels summed;
    Mask done = MaskOf(to);
    for (EinsumLabel l : x.labels) {
      if ((done >> l) & 1) continue;
      done |= Mask{1} << l;
      summed.push_back(l);
    }
    KANTE_TRY(const int64_t results, Count(to));
    KANTE_TRY(const int64_t terms, Count(summed));
    const auto offset = [&](const Labels& labels, int64_t index) {
      int64_t at = 0;
      for (size_t d = labels.size(); d-- > 0;) {
        at += index % p_.sizes[labels[d]] * stride[labels[d]];
        index /= p_.sizes[labels[d]];
      }
      return at;
    };
    const int64_t inner = to.empty() ? 1 : p_.sizes[to.back()];
    const int64_t step = to.empty() ? 0 : stride[to.back()];
    if (results == 0) return OkStatus();
    return c_.Parallel(results / inner, static_cast<double>(inner) * static_cast<double>(terms) + 10,
                       [&](int64_t begin, int64_t end) {
                         for (int64_t row = begin; row < end; ++row) {
                           const T* from = x.data + offset(to, row * inner);
                           T* y = out + row * inner;
                           for (int64_t j = 0; j < inner; ++j) y[j] = terms == 1 ? from[j * step] : T(0);
                           for (int64_t t = 0; terms != 1 && t < terms; ++t) {
                             const T* term = from + offset(summed, t);
                             for (int64_t j = 0; j < inner; ++j) y[j] += term[j * step];
                           }
                         }
                       });
  }

  Result<const T*> Arranged(const Named<T>& x, const Labels& to) {
    KANTE_TRY(const int64_t count, Count(to));
    KANTE_TRY(T * memory, Allocate(count));
    KANTE_TRY(Project(x, to, memory));
    return static_cast<const T*>(memory);
  }

  Result<Named<T>> Contract(const Named<T>& a, const Named<T>& b, Mask needed) {
    const Mask in_a = MaskOf(a.labels), in_b = MaskOf(b.labels);
    Labels batch, m, n, k;
    for (int i = 0; i < kEinsumLabels; ++i) {
      const auto l = static_cast<EinsumLabel>(i);
      const bool both = ((in_a & in_b) >> l) & 1, wanted = (needed >> l) & 1;
      if (both)
        (wanted ? batch : k).push_back(l);
      else if (wanted && ((in_a >> l) & 1))
        m.push_back(l);
      else if (wanted && ((in_b >> l) & 1))
        n.push_back(l);
    }
    const auto join = [](Labels first, const Labels& second, const Labels& third) {
      first.insert(first.end(), second.begin(), second.end());
      first.insert(first.end(), third.begin(), third.end());
      return first;
    };
    Named<T> result;
    result.labels = join(batch, m, n);
    std::vector<int64_t> dims;
    for (EinsumLabel l : result.labels) dims.push_back(p_.sizes[l]);
    KANTE_TRY(result.shape, Shape::Make(dims));
    KANTE_TRY(const T* left, Arranged(a, join(batch, m, k)));
    KANTE_TRY(const T* right, Arranged(b, join(batch, k, n)));
    KANTE_TRY(T * product, Allocate(result.shape.elements()));
    KANTE_TRY(const int64_t count, Count(batch));
    KANTE_TRY(const int64_t rows, Count(m));
    KANTE_TRY(const int64_t columns, Count(n));
    KANTE_TRY(const int64_t depth, Count(k));
    KANTE_TRY(Multiply(left, right, product, count, rows, columns, depth));
    result.data = product;
    return result;
  }

  Status Multiply(const T* a, const T* b, T* y, int64_t count, int64_t m, int64_t n, int64_t k) {
    if constexpr (std::is_same_v<T, float>) {
      const Shape batch{count};
      const BatchGemmPlan plan = PlanBatchGemm(batch, batch, batch, m, n, k, GemmB::kStrided, k, 1);
      GemmArgs args;
      if (plan.scratch_bytes) {
        KANTE_TRY(args.scratch, c_.Scratch(plan.scratch_bytes));
      }
      args.a = a;
      args.a_row_stride = k;
      args.b = b;
      args.b_row_stride = n;
      args.c = y;
      args.ldc = n;
      return WithThreads(c_, [&](ParallelFor parallel) {
        return RunBatchGemm(plan, args, {.a = m * k, .b = k * n, .c = m * n}, parallel);
      });
    } else {
      for (int64_t i = 0; i < count; ++i) {
        PlainGemmArgs args{.m = m, .n = n, .k = k};
        args.a = a + i * m * k;
        args.a_row_stride = k;
        args.b = b + i * k * n;
        args.b_row_stride = n;
        args.c = y + i * m * n;
        args.ldc = n;
        KANTE_TRY(
            WithThreads(c_, [&](ParallelFor parallel) { return RunPlainGemm(ElementTypeFor<T>, args, parallel); }));
      }
      return OkStatus();
    }
  }

  RunContext& c_;
  const EinsumProblem& p_;
};

// Loads the inputs as T, runs, stores.
template <typename T>
Status RunAs(RunContext& c, const EinsumProblem& p, Tensor* y) {
  std::vector<Named<T>> operands;
  const ElementType type = y->type();
  // Integers wrap around in unsigned arithmetic; the converters know int64 by its bits.
  using Loaded = std::conditional_t<std::is_same_v<T, uint64_t>, int64_t, T>;
  for (int i = 0; i < c.input_count(); ++i) {
    const Tensor& x = c.in(i);
    KANTE_TRY(std::byte * memory, c.Scratch(std::max<int64_t>(1, x.elements() * static_cast<int64_t>(sizeof(T)))));
    GetLoadRow<Loaded>(type)(reinterpret_cast<Loaded*>(memory), x.raw(), x.elements());
    operands.push_back({reinterpret_cast<const T*>(memory), p.operands[static_cast<size_t>(i)], x.shape()});
  }
  const bool direct = ElementTypeFor<Loaded> == type;
  auto* out = reinterpret_cast<T*>(y->raw());
  if (!direct) {
    KANTE_TRY(std::byte * memory, c.Scratch(std::max<int64_t>(1, y->elements() * static_cast<int64_t>(sizeof(T)))));
    out = reinterpret_cast<T*>(memory);
  }
  KANTE_TRY(EinsumRun<T>(c, p).Run(operands, out));
  if (!direct) GetStoreRow<Loaded>(type)(y->raw(), reinterpret_cast<const Loaded*>(out), y->elements());
  return OkStatus();
}

struct Einsum {
  static constexpr OpInfo kInfo{.name = "Einsum",
                                .versions = {12, 28},
                                .form_since = 12,
                                .max_inputs = kVariadic,
                                .types = kNumeric,
                                .same_type = ~uint32_t{0},
                                .numerics = kArithmetic};
  EinsumEquation equation;

  static Result<Einsum> Parse(AttrReader& a) {
    Einsum op;
    if (!a.Has("equation")) a.Fail("attribute 'equation' is missing");
    KANTE_TRY(op.equation, EinsumEquation::Parse(a.String("equation", "")));
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    std::vector<Shape> shapes;
    for (int i = 0; i < c.input_count(); ++i) {
      KANTE_TRY(const Shape shape, c.shape(i));
      shapes.push_back(shape);
    }
    KANTE_TRY(const EinsumProblem p, EinsumProblem::Make(equation, shapes));
    KANTE_TRY(const Shape y, p.OutputShape());
    return c.SetShape(0, y);
  }
  // All operands are multiplied at once: faster orders of products need less.
  double Flops(const ChooseContext& c) const {
    std::vector<Shape> shapes;
    for (int i = 0; i < c.input_count(); ++i) shapes.push_back(c.shape(i));
    const auto p = EinsumProblem::Make(equation, shapes);
    if (!p.ok()) return 0;
    std::array<bool, kEinsumLabels> counted{};
    double flops = std::max(1, c.input_count());
    for (const auto& operand : p->operands) {
      for (EinsumLabel l : operand) {
        if (!counted[l]) flops *= static_cast<double>(p->sizes[l]);
        counted[l] = true;
      }
    }
    return flops;
  }
  Status Run(RunContext& c) const {
    std::vector<Shape> shapes;
    for (int i = 0; i < c.input_count(); ++i) shapes.push_back(c.in(i).shape());
    KANTE_TRY(const EinsumProblem p, EinsumProblem::Make(equation, shapes));
    KANTE_TRY(const Shape shape, p.OutputShape());
    KANTE_TRY(Tensor * y, c.Output(0, c.in(0).type(), shape));
    switch (ArithmeticOf(y->type())) {
      case Arithmetic::kFloat:
        return RunAs<float>(c, p, y);
      case Arithmetic::kDouble:
        return RunAs<double>(c, p, y);
      default:
        return RunAs<uint64_t>(c, p, y);
    }
  }
};

}  // namespace

KANTE_DEFINE_OP(Einsum)

}  // namespace kante::core
