// SPDX-License-Identifier: MIT
#include <cstring>

#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"
#include "ops/pack_later.h"

namespace kante::core {
namespace {

// Single elements: typed loads instead of short memcpys.
template <typename T>
void GatherElementsOf(std::byte* to, const std::byte* from, const int64_t* indices, int64_t begin, int64_t end,
                      int64_t count, int64_t size) {
  auto* y = reinterpret_cast<T*>(to);
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = i / count * size + indices[i % count];
    std::memcpy(y + i, from + at * static_cast<int64_t>(sizeof(T)), sizeof(T));
  }
}

struct Gather {
  static constexpr OpInfo kInfo{
      .name = "Gather", .versions = {1, 11, 13}, .min_inputs = 2, .max_inputs = 2, .numerics = kMoves};
  int64_t axis = 0;

  static Result<Gather> Parse(AttrReader& a) { return Gather{a.Int("axis", 0)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kIndices));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    KANTE_TRY(const Shape indices, c.shape(1));
    std::vector<int64_t> dims(x.begin(), x.begin() + at);
    dims.insert(dims.end(), indices.begin(), indices.end());
    dims.insert(dims.end(), x.begin() + at + 1, x.end());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Choose(ChooseContext& c) const {
    if (c.is_constant(0)) c.Pack(0, kAsItLies);  // a copy of a large table costs more than all that a run reads of it
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    const int64_t inner = x.shape().Product(at + 1, x.rank());
    const int64_t outer = x.shape().Product(0, at);
    const int64_t size = x.dim(at);
    KANTE_TRY(const auto indices, ReadIndices(c, c.in(1), size));
    const auto count = static_cast<int64_t>(indices.size());
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const double cost = 3 + 0.1 * static_cast<double>(inner * to.size);
    KANTE_TRY(c.Parallel(outer * count, cost, [&](int64_t begin, int64_t end) {
      if (inner == 1 && to.size == 4) {
        GatherElementsOf<uint32_t>(to.data, from.data, indices.data(), begin, end, count, size);
      } else if (inner == 1 && to.size == 8) {
        GatherElementsOf<uint64_t>(to.data, from.data, indices.data(), begin, end, count, size);
      } else {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t row = i / count * size + indices[static_cast<size_t>(i % count)];
          CopyRun(to, i * inner, from, row * inner, inner);
        }
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Gather)

}  // namespace kante::core
