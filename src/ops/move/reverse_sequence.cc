// SPDX-License-Identifier: MIT
#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct ReverseSequence {
  static constexpr OpInfo kInfo{.name = "ReverseSequence",
                                .versions = {10, 28},
                                .form_since = 10,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .numerics = kMoves};
  int64_t batch_axis = 1;
  int64_t time_axis = 0;

  static Result<ReverseSequence> Parse(AttrReader& a) {
    ReverseSequence op{a.Int("batch_axis", 1), a.Int("time_axis", 0)};
    if (op.batch_axis + op.time_axis != 1 || op.batch_axis * op.time_axis != 0) {
      a.Fail("batch_axis and time_axis must be 0 and 1");
    }
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() < 2) return InvalidArgument("input must have time and batch, not ", x.ToString());
    KANTE_TRY(c.SetShape(0, x));
    KANTE_TRY(const Shape lengths, c.shape(1));
    if (lengths.rank() != 1 || lengths[0] != x[static_cast<int>(batch_axis)]) {
      return InvalidArgument("sequence_lens ", lengths.ToString(), " for ", x[static_cast<int>(batch_axis)],
                             " batches");
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t time = x.dim(static_cast<int>(time_axis));
    const int64_t batch = x.dim(static_cast<int>(batch_axis));
    const int64_t inner = x.shape().Product(2, x.rank());
    KANTE_TRY(const auto lengths, ReadInts(c, c.in(1)));
    for (int64_t n : lengths) {
      if (n < 0 || n > time) return InvalidArgument("sequence length ", n, " outside [0, ", time, "]");
    }
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const auto place = [&](int64_t b, int64_t t) { return (time_axis == 0 ? t * batch + b : b * time + t) * inner; };
    const double cost = 4 + 0.1 * static_cast<double>(inner * to.size);
    KANTE_TRY(c.Parallel(batch * time, cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t b = i / time;
        const int64_t t = i % time;
        const int64_t n = lengths[static_cast<size_t>(b)];
        CopyRun(to, place(b, t), from, place(b, t < n ? n - 1 - t : t), inner);
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ReverseSequence)

}  // namespace kante::core
