// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Strides of `x` inside `out`: 0 where it is broadcast.
std::array<int64_t, kMaxRank> BroadcastStrides(const Shape& x, const Shape& out) {
  const auto dense = ContiguousStrides(x);
  std::array<int64_t, kMaxRank> strides{};
  const int shift = out.rank() - x.rank();
  for (int i = 0; i < x.rank(); ++i) {
    if (x[i] != 1) strides[static_cast<size_t>(i + shift)] = dense[static_cast<size_t>(i)];
  }
  return strides;
}

struct Axis {
  int64_t size = 1;
  std::array<int64_t, 3> strides{};  // of condition, x, y
};

// The output's dimensions, merged where all three operands allow it, last one first.
struct Loops {
  std::array<Axis, kMaxRank + 1> axes;
  int rank = 1;

  Loops(const Shape& out, std::span<const Shape> operands) {
    std::array<std::array<int64_t, kMaxRank>, 3> strides;
    for (size_t k = 0; k < 3; ++k) strides[k] = BroadcastStrides(operands[k], out);
    bool first = true;
    for (int i = out.rank() - 1; i >= 0; --i) {
      if (out[i] == 1) continue;
      Axis axis{out[i], {}};
      for (size_t k = 0; k < 3; ++k) axis.strides[k] = strides[k][static_cast<size_t>(i)];
      Axis& last = axes[static_cast<size_t>(rank - 1)];
      bool merge = !first;
      for (size_t k = 0; k < 3; ++k) merge = merge && axis.strides[k] == last.strides[k] * last.size;
      if (merge) {
        last.size *= axis.size;
      } else if (first) {
        last = axis;
      } else {
        axes[static_cast<size_t>(rank++)] = axis;
      }
      first = false;
    }
  }
  std::array<int64_t, 3> At(int64_t row) const {
    std::array<int64_t, 3> at{};
    for (int i = 1; i < rank; ++i) {
      const Axis& axis = axes[static_cast<size_t>(i)];
      const int64_t index = row % axis.size;
      row /= axis.size;
      for (size_t k = 0; k < 3; ++k) at[k] += index * axis.strides[k];
    }
    return at;
  }
};

template <typename T>
void SelectRow(T* out, const uint8_t* condition, const T* x, const T* y, const Axis& inner, int64_t begin,
               int64_t end) {
  const auto [sc, sx, sy] = inner.strides;
  if (sc == 1 && sx == 1 && sy == 1) {
    for (int64_t i = begin; i < end; ++i) out[i] = condition[i] ? x[i] : y[i];
  } else if (sc == 1 && sx == 1 && sy == 0) {
    for (int64_t i = begin; i < end; ++i) out[i] = condition[i] ? x[i] : *y;
  } else if (sc == 1 && sx == 0 && sy == 1) {
    for (int64_t i = begin; i < end; ++i) out[i] = condition[i] ? *x : y[i];
  } else {
    for (int64_t i = begin; i < end; ++i) out[i] = condition[i * sc] ? x[i * sx] : y[i * sy];
  }
}

struct Where {
  static constexpr OpInfo kInfo{
      .name = "Where", .versions = {9, 16}, .min_inputs = 3, .max_inputs = 3, .same_type = 0b110, .numerics = kMoves};

  Status Infer(InferContext& c) const {
    KANTE_TRY(c.RequireType(0, kBool));
    return c.Broadcast(0, c.type(1));
  }

  template <typename T>
  static Status Select(RunContext& c, const Movable& to, const Movable& x, const Movable& y, const Loops& loops,
                       int64_t elements) {
    const Axis& inner = loops.axes[0];
    const auto* condition = c.in(0).data<uint8_t>();
    return c.Parallel(elements, 0.3 * sizeof(T), [&](int64_t begin, int64_t end) {
      while (begin < end) {  // row by row
        const int64_t row = begin / inner.size;
        const int64_t from = begin - row * inner.size;
        const int64_t until = std::min(inner.size, from + end - begin);
        const auto at = loops.At(row);
        SelectRow(reinterpret_cast<T*>(to.data) + row * inner.size, condition + at[0],
                  reinterpret_cast<const T*>(x.data) + at[1], reinterpret_cast<const T*>(y.data) + at[2], inner, from,
                  until);
        begin += until - from;
      }
    });
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * out, c.Output(0));
    const int64_t n = out->elements();
    if (n == 0) return OkStatus();
    const Shape shapes[] = {c.in(0).shape(), c.in(1).shape(), c.in(2).shape()};
    const Loops loops(out->shape(), shapes);
    KANTE_TRY(const Movable x, ReadMovable(c, c.in(1)));
    KANTE_TRY(const Movable y, ReadMovable(c, c.in(2)));
    KANTE_TRY(const Movable to, WriteMovable(c, *out));
    KANTE_TRY(WithStorage(to, [&]<typename T>(T*) { return Select<T>(c, to, x, y, loops, n); }));
    Finish(to, *out);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Where)

}  // namespace kante::core
