// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/move/indices.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct SplitToSequence {
  static constexpr OpInfo kInfo{.name = "SplitToSequence",
                                .versions = {11, 24},
                                .min_inputs = 1,
                                .max_inputs = 2,
                                .data_dependent = true,
                                .numerics = kMoves};
  int64_t axis = 0;
  bool keep_dims = true;

  static Result<SplitToSequence> Parse(AttrReader& a) {
    return SplitToSequence{a.Int("axis", 0), a.Bool("keepdims", true)};
  }

  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, c.type(0));
    KANTE_TRY(c.RequireType(1, kIndices));
    if (IsSubByte(c.type(0))) return NotImplemented("SplitToSequence of ", NameOf(c.type(0)));
    KANTE_TRY(const Shape x, c.shape(0));
    return NormalizeAxis(axis, x.rank()).TakeStatus();
  }

  // Where each part begins, and the end of the last one.
  static Status Bounds(RunContext& c, int64_t whole, std::vector<int64_t>& bounds) {
    const int64_t limit = c.limits().max_sequence_length;
    bounds = {0};
    if (c.has_input(1) && c.in(1).rank() > 0) {
      KANTE_TRY(const auto sizes, ReadInts(c, c.in(1)));
      if (static_cast<int64_t>(sizes.size()) > limit) return Error(StatusCode::kLimitExceeded, "too many parts");
      for (int64_t size : sizes) {
        int64_t end = 0;
        if (size < 0 || !CheckedAdd(bounds.back(), size, &end)) return InvalidArgument("a part of size ", size);
        bounds.push_back(end);
      }
      if (bounds.back() != whole) return InvalidArgument("the parts add up to ", bounds.back(), ", not ", whole);
      return OkStatus();
    }
    int64_t size = 1;
    if (c.has_input(1)) {
      KANTE_TRY(const auto one, ReadInts(c, c.in(1)));
      if (one.size() != 1 || one[0] <= 0) return InvalidArgument("split must be positive");
      size = one[0];
    }
    if (CeilDiv(whole, size) > limit) {
      return Error(StatusCode::kLimitExceeded, "a sequence of more than ", limit, " items");
    }
    for (int64_t at = 0; at < whole; at = bounds.back()) bounds.push_back(size > whole - at ? whole : at + size);
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    std::vector<int64_t> bounds;
    KANTE_TRY(Bounds(c, x.dim(at), bounds));
    const int64_t outer = x.shape().Product(0, at);
    const int64_t inner = x.shape().Product(at + 1, x.rank());
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    auto sequence = std::make_shared<Sequence>();
    sequence->element_type = x.type();
    for (size_t i = 0; i + 1 < bounds.size(); ++i) {
      const int64_t size = bounds[i + 1] - bounds[i];
      Shape shape = x.shape();
      shape.set_dim(at, size);
      KANTE_TRY(Tensor part, Tensor::Allocate(x.type(), shape));
      const int64_t dims[] = {outer, size * inner};
      const int64_t dst[] = {size * inner, 1};
      const int64_t src[] = {x.dim(at) * inner, 1};
      KANTE_TRY(
          RunCopy(c, StridedCopy(x.type(), dims, dst, src), part.raw(), from.data + bounds[i] * inner * from.size));
      if (!keep_dims && !c.has_input(1)) {
        Shape dropped;
        for (int d = 0; d < shape.rank(); ++d) {
          if (d != at) dropped.push_back(shape[d]);
        }
        part = part.Reshaped(dropped);
      }
      sequence->items.emplace_back(std::move(part));
    }
    c.SetOutput(0, Value(std::shared_ptr<const Sequence>(std::move(sequence))));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(SplitToSequence)

}  // namespace kante::core
