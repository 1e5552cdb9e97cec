// SPDX-License-Identifier: MIT
#include "compute/reduce_arg.h"
#include "ops/math/elementwise.h"
#include "ops/reduce/axes.h"

namespace kante::core {
namespace {

constexpr OpInfo ArgInfo(std::string_view name) {
  OpInfo info;
  info.numerics = kChooses;
  info.name = name;
  info.versions = {1, 11, 12, 13};
  info.types = kNumeric;
  return info;
}

template <bool kSmallest>
struct ArgExtreme {
  int64_t axis = 0;
  bool keep_dims = true;
  bool last = false;

  void Read(AttrReader& a) {
    axis = a.Int("axis", 0);
    keep_dims = a.Bool("keepdims", true);
    last = a.Bool("select_last_index", false);
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    KANTE_TRY(const Shape x, c.shape(0));
    const int64_t axes[] = {axis};
    KANTE_TRY(const uint32_t mask, AxesMask(axes, x.rank()));
    const Shape y = ReducedShape(x, mask, keep_dims);
    if (x.elements() == 0 && y.elements() > 0) return InvalidArgument("no element to choose from in ", x.ToString());
    return c.SetShape(0, y);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int64_t axes[] = {axis};
    KANTE_TRY(const uint32_t mask, AxesMask(axes, x.rank()));
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kInt64, ReducedShape(x.shape(), mask, keep_dims)));
    if (y->elements() == 0) return OkStatus();
    const AxisView v = mask ? ViewAlong(x.shape(), __builtin_ctz(mask)) : AxisView{};
    return WithThreads(c, [&](ParallelFor parallel) {
      return RunArgExtreme(x.type(), kSmallest, last, x.raw(), y->mutable_data<int64_t>(), v.outer, v.n, v.inner,
                           parallel);
    });
  }
};

struct ArgMax : ArgExtreme<false> {
  static constexpr OpInfo kInfo = ArgInfo("ArgMax");
  static Result<ArgMax> Parse(AttrReader& a) {
    ArgMax op;
    op.Read(a);
    return op;
  }
};
struct ArgMin : ArgExtreme<true> {
  static constexpr OpInfo kInfo = ArgInfo("ArgMin");
  static Result<ArgMin> Parse(AttrReader& a) {
    ArgMin op;
    op.Read(a);
    return op;
  }
};

}  // namespace

KANTE_DEFINE_OP(ArgMax)
KANTE_DEFINE_OP(ArgMin)

}  // namespace kante::core
