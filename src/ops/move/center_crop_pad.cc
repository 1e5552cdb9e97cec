// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct CenterCropPad {
  static constexpr OpInfo kInfo{.name = "CenterCropPad",
                                .versions = {18},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};
  bool all_axes = true;
  std::vector<int64_t> axes;

  static Result<CenterCropPad> Parse(AttrReader& a) { return CenterCropPad{!a.Has("axes"), a.Ints("axes")}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kIndices));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> target, c.ints(1));
    const size_t n = all_axes ? static_cast<size_t>(x.rank()) : axes.size();
    if (target.size() != n) return InvalidArgument("shape names ", target.size(), " of ", n, " axes");
    std::vector<int64_t> dims(x.begin(), x.end());
    uint32_t seen = 0;
    for (size_t i = 0; i < n; ++i) {
      KANTE_TRY(const int at, NormalizeAxis(all_axes ? static_cast<int64_t>(i) : axes[i], x.rank()));
      if ((seen >> at) & 1) return InvalidArgument("axis ", at, " is named twice");
      seen |= uint32_t{1} << at;
      dims[static_cast<size_t>(at)] = target[i];
    }
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto x_strides = ContiguousStrides(x.shape());
    const auto y_strides = ContiguousStrides(y->shape());
    Shape common;
    int64_t src = 0;
    int64_t dst = 0;
    bool pads = false;
    for (int i = 0; i < x.rank(); ++i) {
      const int64_t difference = x.dim(i) - y->dim(i);
      common.push_back(std::min(x.dim(i), y->dim(i)));
      pads = pads || difference < 0;
      if (difference > 0) src += difference / 2 * x_strides[static_cast<size_t>(i)];
      if (difference < 0) dst += -difference / 2 * y_strides[static_cast<size_t>(i)];
    }
    if (pads && !to.strings()) std::memset(to.data, 0, static_cast<size_t>(y->elements() * to.size));
    const auto rank = static_cast<size_t>(x.rank());
    const StridedCopy copy(to.type, common.dims(), std::span(y_strides).first(rank), std::span(x_strides).first(rank));
    KANTE_TRY(RunCopy(c, copy, to.data + dst * to.size, from.data + src * from.size));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(CenterCropPad)

}  // namespace kante::core
