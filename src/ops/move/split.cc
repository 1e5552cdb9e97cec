// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Split {
  static constexpr OpInfo kInfo{.name = "Split",
                                .versions = {1, 2, 11, 13, 18},
                                .min_inputs = 1,
                                .max_inputs = 2,
                                .max_outputs = kVariadic,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};
  int64_t axis = 0;
  int64_t num_outputs = 0;  // 0: the split input says
  int64_t outputs = 0;

  static Result<Split> Parse(AttrReader& a) {
    Split s{a.Int("axis", 0), a.Int("num_outputs", 0), static_cast<int64_t>(a.output_count())};
    if (s.outputs == 0) a.Fail("has no outputs");
    if (a.has_input(1)) {
      if (s.num_outputs != 0) a.Fail("num_outputs and split are given both");
    } else if (s.num_outputs != s.outputs) {
      // Written without either, the outputs themselves are the number.
      if (a.Has("num_outputs")) a.Fail(StrCat("num_outputs is ", s.num_outputs, " for ", s.outputs, " outputs"));
      s.num_outputs = s.outputs;
    }
    return s;
  }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from == 1 && u.has_input(1)) {  // of the type of input 0
      const Attribute to("to", static_cast<int>(ElementType::kInt64));
      u.SetInput(1, u.build().Op("Cast", {u.input(1)}, {to}));
    }
    if (from < 13) KANTE_TRY(u.AttributeToInput("split", 1));
    if (!u.has_input(1)) u.node().SetAttribute({"num_outputs", static_cast<int64_t>(u.node().outputs.size())});
    return OkStatus();
  }

  Result<std::vector<int64_t>> Sizes(InferContext& c, int64_t whole) const {
    std::vector<int64_t> sizes;
    if (!c.has_input(1)) {
      const int64_t part = CeilDiv(whole, num_outputs);
      sizes.assign(static_cast<size_t>(num_outputs), part);
      sizes.back() = whole - part * (num_outputs - 1);
      if (sizes.back() < 0) return InvalidArgument("cannot split ", whole, " into ", num_outputs, " parts");
      return sizes;
    }
    KANTE_TRY(const Tensor split, c.value(1));
    if (split.type() != ElementType::kInt64 || split.rank() != 1)
      return InvalidArgument("split must be an int64 vector");
    if (split.elements() != outputs) {
      return InvalidArgument("split names ", split.elements(), " parts for ", outputs, " outputs");
    }
    int64_t sum = 0;
    for (int64_t size : split.span<int64_t>()) {
      if (size < 0 || !CheckedAdd(sum, size, &sum)) return InvalidArgument("a part of size ", size);
      sizes.push_back(size);
    }
    if (sum != whole) return InvalidArgument("the parts add up to ", sum, ", the axis is ", whole, " long");
    return sizes;
  }

  Status Infer(InferContext& c) const {
    for (int i = 0; i < c.output_count(); ++i) c.SetType(i, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    KANTE_TRY(const std::vector<int64_t> sizes, Sizes(c, x[at]));
    // Parts of the outermost dimension are dense where they are.
    const bool views = x.Product(0, at) == 1 && !IsSubByte(c.type(0));
    const int64_t inner = x.Product(at + 1, x.rank());
    int64_t offset = 0;
    for (int i = 0; i < c.output_count(); ++i) {
      Shape y = x;
      const int64_t size = sizes[static_cast<size_t>(i)];
      y.set_dim(at, size);
      const auto strides = ContiguousStrides(y);
      KANTE_TRY(views ? c.ViewStrided(i, 0, y, offset * inner, std::span(strides).first(static_cast<size_t>(y.rank())))
                      : c.SetShape(i, y));
      offset += size;
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    const int64_t outer = x.shape().Product(0, at);
    const int64_t inner = x.shape().Product(at + 1, x.rank());
    const int64_t row = x.dim(at) * inner;
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    int64_t offset = 0;
    for (int i = 0; i < c.output_count(); ++i) {
      // An output that nobody wants has no memory, but its part is skipped all the same.
      const int64_t size = c.has_input(1)        ? c.in(1).data<int64_t>()[i]
                           : i + 1 < num_outputs ? CeilDiv(x.dim(at), num_outputs)
                                                 : 0;
      const int64_t part = size * inner;
      if (c.wants_output(i)) {
        KANTE_TRY(Tensor * y, c.Output(i));
        const int64_t length = y->dim(at) * inner;
        KANTE_TRY(const Movable to, WriteMovable(c, *y));
        const int64_t dims[] = {outer, length};
        const int64_t dst[] = {length, 1};
        const int64_t src[] = {row, 1};
        KANTE_TRY(RunCopy(c, StridedCopy(to.type, dims, dst, src), to.data, from.data + offset * to.size));
        Finish(to, *y);
      }
      offset += part;
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Split)

}  // namespace kante::core
