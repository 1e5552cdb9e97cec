// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Writes new rows into a cache of fixed capacity.
struct TensorScatter {
  static constexpr OpInfo kInfo{.name = "TensorScatter",
                                .versions = {24},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .same_type = 0b011,
                                .in_place = 0b1,
                                .numerics = kMoves};
  bool circular = false;
  int64_t axis = -2;

  static Result<TensorScatter> Parse(AttrReader& a) {
    const std::string mode = a.String("mode", "linear");
    if (mode != "linear" && mode != "circular") a.Fail("mode must be linear or circular");
    return TensorScatter{mode == "circular", a.Int("axis", -2)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(2, {ElementType::kInt64}));
    KANTE_TRY(const Shape cache, c.shape(0));
    KANTE_TRY(c.SetShape(0, cache));
    KANTE_TRY(const Shape update, c.shape(1));
    KANTE_TRY(const int at, NormalizeAxis(axis, cache.rank()));
    if (at == 0) return InvalidArgument("axis 0 is the batch");
    bool fits = update.rank() == cache.rank();
    for (int d = 0; fits && d < cache.rank(); ++d) fits = d == at ? update[d] <= cache[d] : update[d] == cache[d];
    if (!fits) return InvalidArgument("update ", update.ToString(), " does not fit into ", cache.ToString());
    if (c.has_input(2)) {
      KANTE_TRY(const Shape indices, c.shape(2));
      if (indices.rank() != 1 || indices[0] != cache[0]) {
        return InvalidArgument("write_indices ", indices.ToString(), " for ", cache[0], " batches");
      }
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& cache = c.in(0);
    const Tensor& update = c.in(1);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int at = static_cast<int>(axis < 0 ? axis + cache.rank() : axis);
    const int64_t capacity = cache.dim(at);
    const int64_t length = update.dim(at);
    const int64_t inner = cache.shape().Product(at + 1, cache.rank());
    const int64_t outer = cache.shape().Product(0, at);
    const int64_t per_batch = cache.shape().Product(1, at);
    const int64_t* first = c.has_input(2) ? c.in(2).data<int64_t>() : nullptr;
    for (int64_t b = 0; first && b < cache.dim(0); ++b) {
      if (first[b] < 0 || first[b] >= INT64_MAX - length || (!circular && first[b] + length > capacity)) {
        return InvalidArgument("write index ", first[b], " for ", length, " rows of a cache of ", capacity);
      }
    }
    KANTE_TRY(const Movable old, ReadMovable(c, cache));
    KANTE_TRY(const Movable from, ReadMovable(c, update));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    if (to.data != old.data) {
      KANTE_TRY(c.Parallel(cache.elements(), 0.2 * static_cast<double>(to.size),
                           [&](int64_t begin, int64_t end) { CopyRun(to, begin, old, begin, end - begin); }));
    }
    const double cost = 4 + 0.1 * static_cast<double>(length * inner * to.size);
    if (length * inner > 0) {
      KANTE_TRY(c.Parallel(outer, cost, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
          const int64_t start = first ? first[o / per_batch] : 0;
          for (int64_t s = 0; s < length; ++s) {
            const int64_t row = circular ? (start + s) % capacity : start + s;
            CopyRun(to, (o * capacity + row) * inner, from, (o * length + s) * inner, inner);
          }
        }
      }));
    }
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(TensorScatter)

}  // namespace kante::core
