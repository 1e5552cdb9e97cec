// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// What one slice takes of a dense tensor: dimensions, the first element and strides in elements.
struct Box {
  Shape shape;
  int64_t offset = 0;
  std::array<int64_t, kMaxRank> strides{};
};

// Values may be anything in int64: INT64_MAX and INT64_MIN stand for "to the end".
void SliceAxis(Box& box, int axis, int64_t start, int64_t end, int64_t step) {
  const int64_t size = box.shape[axis];
  if (start < 0) start += size;
  if (end < 0) end += size;
  int64_t count = 0;
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, size);
    end = std::clamp<int64_t>(end, 0, size);
    if (start < end) count = (end - start - 1) / step + 1;
  } else {
    step = std::max(step, -INT64_MAX);
    // ONNX clamps the start into the axis, where Python would find nothing before its first element.
    start = std::clamp<int64_t>(start, 0, std::max<int64_t>(size - 1, 0));
    end = std::clamp<int64_t>(end, -1, size - 1);
    if (size > 0 && end < start) count = (start - end - 1) / -step + 1;
  }
  int64_t& stride = box.strides[static_cast<size_t>(axis)];
  if (count > 0) box.offset += start * stride;
  if (count > 1) stride *= step;  // |step| < size here
  box.shape.set_dim(axis, count);
}

struct Slice {
  static constexpr OpInfo kInfo{.name = "Slice",
                                .versions = {1, 10, 11, 13},
                                .min_inputs = 3,
                                .max_inputs = 5,
                                .shape_inputs = 0b11110,
                                .numerics = kMoves};

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 10) return OkStatus();
    KANTE_TRY(u.AttributeToInput("starts", 1));
    KANTE_TRY(u.AttributeToInput("ends", 2));
    return u.AttributeToInput("axes", 3);
  }

  template <typename Axes>
  static Result<Box> BoxOf(const Shape& x, const Axes& starts, const Axes& ends, const Axes* axes, const Axes* steps) {
    const size_t n = starts.size();
    if (ends.size() != n || (axes && axes->size() != n) || (steps && steps->size() != n)) {
      return InvalidArgument("starts, ends, axes and steps differ in length");
    }
    if (!axes && n > static_cast<size_t>(x.rank())) return InvalidArgument(n, " axes to slice of ", x.ToString());
    Box box{x, 0, ContiguousStrides(x)};
    uint32_t seen = 0;
    for (size_t i = 0; i < n; ++i) {
      KANTE_TRY(const int axis, NormalizeAxis(axes ? (*axes)[i] : static_cast<int64_t>(i), x.rank()));
      const int64_t step = steps ? (*steps)[i] : 1;
      if (step == 0) return InvalidArgument("step 0 on axis ", axis);
      if ((seen >> axis) & 1) return InvalidArgument("axis ", axis, " is sliced twice");
      seen |= uint32_t{1} << axis;
      SliceAxis(box, axis, starts[i], ends[i], step);
    }
    return box;
  }

  static bool Dense(const Box& box) {
    int64_t expected = 1;
    for (int i = box.shape.rank() - 1; i >= 0; --i) {
      if (box.shape[i] == 0) return true;
      if (box.shape[i] == 1) continue;
      if (box.strides[static_cast<size_t>(i)] != expected) return false;
      expected *= box.shape[i];
    }
    return true;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> starts, c.ints(1));
    KANTE_TRY(const std::vector<int64_t> ends, c.ints(2));
    std::vector<int64_t> axes;
    std::vector<int64_t> steps;
    if (c.has_input(3)) {
      KANTE_TRY(axes, c.ints(3));
    }
    if (c.has_input(4)) {
      KANTE_TRY(steps, c.ints(4));
    }
    KANTE_TRY(const Box box,
              BoxOf(x, starts, ends, c.has_input(3) ? &axes : nullptr, c.has_input(4) ? &steps : nullptr));
    if (!Dense(box) || IsSubByte(c.type(0))) return c.SetShape(0, box.shape);
    const auto strides = ContiguousStrides(box.shape);
    return c.ViewStrided(0, 0, box.shape, box.offset, std::span(strides).first(static_cast<size_t>(box.shape.rank())));
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    std::array<std::vector<int64_t>, 4> lists;
    for (int i = 1; i < 5; ++i) {
      if (!c.has_input(i)) continue;
      int count = 0;
      KANTE_TRY(const auto values, SmallInts(c.in(i), &count));
      lists[static_cast<size_t>(i - 1)].assign(values.begin(), values.begin() + count);
    }
    KANTE_TRY(const Box box, BoxOf(x.shape(), lists[0], lists[1], c.has_input(3) ? &lists[2] : nullptr,
                                   c.has_input(4) ? &lists[3] : nullptr));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), box.shape));
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto rank = static_cast<size_t>(x.rank());
    const auto strides = ContiguousStrides(box.shape);
    const StridedCopy copy(to.type, box.shape.dims(), std::span(strides).first(rank),
                           std::span(box.strides).first(rank));
    KANTE_TRY(RunCopy(c, copy, to.data, from.data + box.offset * from.size));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Slice)

}  // namespace kante::core
