// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Transpose {
  static constexpr OpInfo kInfo{
      .name = "Transpose", .versions = {1, 13, 21, 23, 24, 25}, .form_since = 1, .numerics = kMoves};
  std::vector<int64_t> perm;  // empty: reversed

  static Result<Transpose> Parse(AttrReader& a) { return Transpose{a.Ints("perm")}; }

  // Input axis that output axis i comes from. REQUIRES: Infer has checked perm.
  int AxisOf(int i, int rank) const {
    return perm.empty() ? rank - 1 - i : static_cast<int>(perm[static_cast<size_t>(i)]);
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    if (!perm.empty()) {
      if (static_cast<int>(perm.size()) != x.rank()) {
        return InvalidArgument("perm has ", perm.size(), " axes, the input ", x.rank());
      }
      uint32_t seen = 0;
      for (int64_t p : perm) {
        if (p < 0 || p >= x.rank() || ((seen >> p) & 1)) return InvalidArgument("perm is no permutation: ", p);
        seen |= uint32_t{1} << p;
      }
    }
    Shape y;
    int last = -1;
    bool moves = false;  // something longer than 1 changes its order
    for (int i = 0; i < x.rank(); ++i) {
      const int axis = AxisOf(i, x.rank());
      y.push_back(x[axis]);
      if (x[axis] == 1) continue;
      moves = moves || axis < last;
      last = axis;
    }
    return moves ? c.SetShape(0, y) : c.View(0, 0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const auto x_strides = ContiguousStrides(x.shape());
    const auto y_strides = ContiguousStrides(y->shape());
    std::array<int64_t, kMaxRank> strides{};
    const auto rank = static_cast<size_t>(x.rank());
    for (size_t i = 0; i < rank; ++i) {
      strides[i] = x_strides[static_cast<size_t>(AxisOf(static_cast<int>(i), x.rank()))];
    }
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const StridedCopy copy(to.type, y->shape().dims(), std::span(y_strides).first(rank),
                           std::span(strides).first(rank));
    KANTE_TRY(RunCopy(c, copy, to.data, from.data));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Transpose)

}  // namespace kante::core
