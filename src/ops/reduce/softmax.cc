// SPDX-License-Identifier: MIT
// Softmax, LogSoftmax and Hardmax along one axis.
#include "compute/softmax.h"

#include <cstring>

#include "compute/element_io.h"
#include "compute/reduce_arg.h"
#include "ops/math/elementwise.h"
#include "ops/nn/float_arrays.h"
#include "ops/reduce/axes.h"

namespace kante::core {
namespace {

struct AlongAxis {
  int64_t axis = -1;

  // Before 13 everything from `axis` (default 1) on was one row: flattened, computed, shaped back.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 13) return OkStatus();
    const Attribute* a = u.node().FindAttribute("axis");
    if (a && !a->get<int64_t>()) return InvalidGraph("attribute 'axis' must be of type int");
    const int64_t axis = a ? *a->get<int64_t>() : 1;
    const auto rank = u.rank(0);
    u.node().SetAttribute({"axis", AttributeValue(int64_t{-1})});
    if (rank && (axis == *rank - 1 || axis == -1)) return OkStatus();
    GraphBuilder& g = u.build();
    const ValueId x = u.input(0);
    const ValueId flat = g.Op("Flatten", {x}, {Attribute("axis", AttributeValue(axis))});
    const ValueId y = g.Op(u.node().op_type, {flat}, {Attribute("axis", AttributeValue(int64_t{-1}))});
    u.ReplaceWith(g.Op("Reshape", {y, g.Op("Shape", {x})}, {Attribute("allowzero", 1)}));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() > 0) KANTE_TRY(NormalizeAxis(axis, x.rank()));
    return c.SetShape(0, x);
  }
  Result<AxisView> View(const Shape& x) const {
    if (x.rank() == 0) return AxisView{};
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    return ViewAlong(x, at);
  }
};

template <SoftmaxKind kKind>
struct SoftmaxOp : AlongAxis {
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const AxisView v, View(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
    if (x.type() == ElementType::kFloat64) {
      return WithThreads(c, [&](ParallelFor parallel) {
        return RunSoftmax(kKind, x.data<double>(), y->mutable_data<double>(), v.outer, v.n, v.inner, parallel);
      });
    }
    KANTE_TRY(const float* from, ReadFloats(c, x));
    KANTE_TRY(const FloatWriter writer, FloatWriter::Open(c, y));
    KANTE_TRY(WithThreads(c, [&](ParallelFor parallel) {
      return RunSoftmax(kKind, from, writer.data(), v.outer, v.n, v.inner, parallel);
    }));
    return writer.Finish(c);
  }
};

struct Softmax : SoftmaxOp<SoftmaxKind::kSoftmax> {
  static constexpr OpInfo kInfo = UnaryInfo("Softmax", {1, 11, 13});
  static Result<Softmax> Parse(AttrReader& a) {
    Softmax op;
    op.axis = a.Int("axis", -1);
    return op;
  }
};
struct LogSoftmax : SoftmaxOp<SoftmaxKind::kLogSoftmax> {
  static constexpr OpInfo kInfo = UnaryInfo("LogSoftmax", {1, 11, 13});
  static Result<LogSoftmax> Parse(AttrReader& a) {
    LogSoftmax op;
    op.axis = a.Int("axis", -1);
    return op;
  }
};

// One at the first largest element, zero elsewhere.
struct Hardmax : AlongAxis {
  static constexpr OpInfo kInfo = [] {
    OpInfo info = UnaryInfo("Hardmax", {1, 11, 13}, kFloats, kChooses);
    info.in_place = 0;
    return info;
  }();
  static Result<Hardmax> Parse(AttrReader& a) {
    Hardmax op;
    op.axis = a.Int("axis", -1);
    return op;
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const AxisView v, View(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), x.shape()));
    if (x.elements() == 0) return OkStatus();
    KANTE_TRY(std::byte * memory, c.Scratch(v.outer * v.inner * 8));
    auto* where = reinterpret_cast<int64_t*>(memory);
    KANTE_TRY(WithThreads(c, [&](ParallelFor parallel) {
      return RunArgExtreme(x.type(), false, false, x.raw(), where, v.outer, v.n, v.inner, parallel);
    }));
    const int64_t size = BitsOf(x.type()) / 8;
    std::memset(y->raw(), 0, static_cast<size_t>(y->bytes()));
    const double one = 1;
    for (int64_t i = 0; i < v.outer * v.inner; ++i) {
      const int64_t at = (i / v.inner * v.n + where[i]) * v.inner + i % v.inner;
      GetStoreRow<double>(x.type())(y->raw() + at * size, &one, 1);
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Softmax)
KANTE_DEFINE_OP(LogSoftmax)
KANTE_DEFINE_OP(Hardmax)

}  // namespace kante::core
