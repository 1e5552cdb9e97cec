// SPDX-License-Identifier: MIT
// The operators that build and read sequences. A sequence is copied on write; its tensors are shared.
#include "ops/op_def.h"
#include "ops/sequence/owned.h"

namespace kante::core {
namespace {

// A scalar position in [-size, size) (or [-size, size] for insertion).
Result<size_t> Position(const Tensor& t, size_t size, bool inserting) {
  if (t.elements() != 1) return InvalidArgument("position must be a scalar, not ", t.shape().ToString());
  const int64_t at = t.type() == ElementType::kInt32 ? *t.data<int32_t>() : *t.data<int64_t>();
  const auto n = static_cast<int64_t>(size);
  const int64_t last = inserting ? n : n - 1;
  if (at < -n || at > last) return InvalidArgument("position ", at, " outside [", -n, ", ", last, "]");
  return static_cast<size_t>(at < 0 ? at + n : at);
}

Result<std::shared_ptr<const Sequence>> SequenceIn(RunContext& c, int i) {
  if (!c.has_input(i) || !c.in_value(i).is_sequence()) return InvalidArgument("input ", i, " must be a sequence");
  return c.in_value(i).sequence();
}

void SetSequence(RunContext& c, std::shared_ptr<Sequence> sequence) {
  c.SetOutput(0, Value(std::shared_ptr<const Sequence>(std::move(sequence))));
}

struct SequenceEmpty {
  static constexpr OpInfo kInfo{.name = "SequenceEmpty",
                                .versions = {11},
                                .min_inputs = 0,
                                .max_inputs = 0,
                                .data_dependent = true,
                                .numerics = kMoves};
  ElementType type = ElementType::kFloat32;

  static Result<SequenceEmpty> Parse(AttrReader& a) { return SequenceEmpty{a.Type("dtype", ElementType::kFloat32)}; }
  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, type);
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    auto sequence = std::make_shared<Sequence>();
    sequence->element_type = type;
    SetSequence(c, std::move(sequence));
    return OkStatus();
  }
};

struct SequenceConstruct {
  static constexpr OpInfo kInfo{.name = "SequenceConstruct",
                                .versions = {11},
                                .max_inputs = kVariadic,
                                .same_type = ~uint32_t{0},
                                .data_dependent = true,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, c.type(0));
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    auto sequence = std::make_shared<Sequence>();
    for (int i = 0; i < c.input_count(); ++i) {
      KANTE_TRY(Value item, OwnedInput(c, i));
      if (!item.is_tensor()) return InvalidArgument("input ", i, " must be a tensor");
      sequence->items.push_back(std::move(item));
    }
    sequence->element_type = sequence->items[0].tensor().type();
    SetSequence(c, std::move(sequence));
    return OkStatus();
  }
};

struct SequenceInsert {
  static constexpr OpInfo kInfo{.name = "SequenceInsert",
                                .versions = {11},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, c.type(0) == ElementType::kUndefined ? c.type(1) : c.type(0));
    return c.RequireType(2, kIndices);
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const std::shared_ptr<const Sequence> from, SequenceIn(c, 0));
    KANTE_TRY(Value item, OwnedInput(c, 1));
    if (!item.is_tensor()) return InvalidArgument("input 1 must be a tensor");
    const ElementType type = item.tensor().type();
    if (!from->items.empty() && from->element_type != type) {
      return InvalidArgument("a tensor of ", NameOf(type), " in a sequence of ", NameOf(from->element_type));
    }
    if (static_cast<int64_t>(from->items.size()) >= c.limits().max_sequence_length) {
      return Error(StatusCode::kLimitExceeded, "a sequence of more than ", c.limits().max_sequence_length, " items");
    }
    size_t at = from->items.size();
    if (c.has_input(2)) {
      KANTE_TRY(at, Position(c.in(2), at, true));
    }
    auto sequence = std::make_shared<Sequence>(*from);
    sequence->element_type = type;
    sequence->items.insert(sequence->items.begin() + static_cast<ptrdiff_t>(at), std::move(item));
    SetSequence(c, std::move(sequence));
    return OkStatus();
  }
};

struct SequenceErase {
  static constexpr OpInfo kInfo{.name = "SequenceErase",
                                .versions = {11},
                                .min_inputs = 1,
                                .max_inputs = 2,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, c.type(0));
    return c.RequireType(1, kIndices);
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const std::shared_ptr<const Sequence> from, SequenceIn(c, 0));
    if (from->items.empty()) return InvalidArgument("nothing to erase in an empty sequence");
    size_t at = from->items.size() - 1;
    if (c.has_input(1)) {
      KANTE_TRY(at, Position(c.in(1), from->items.size(), false));
    }
    auto sequence = std::make_shared<Sequence>(*from);
    sequence->items.erase(sequence->items.begin() + static_cast<ptrdiff_t>(at));
    SetSequence(c, std::move(sequence));
    return OkStatus();
  }
};

struct SequenceAt {
  static constexpr OpInfo kInfo{.name = "SequenceAt",
                                .versions = {11},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    return c.RequireType(1, kIndices);
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const std::shared_ptr<const Sequence> from, SequenceIn(c, 0));
    KANTE_TRY(const size_t at, Position(c.in(1), from->items.size(), false));
    c.SetOutput(0, from->items[at]);
    return OkStatus();
  }
};

struct SequenceLength {
  static constexpr OpInfo kInfo{.name = "SequenceLength", .versions = {11}, .same_type = 0, .numerics = kChooses};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    return c.SetShape(0, {});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const std::shared_ptr<const Sequence> from, SequenceIn(c, 0));
    KANTE_TRY(Tensor * y, c.Output(0));
    *y->mutable_data<int64_t>() = static_cast<int64_t>(from->items.size());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(SequenceEmpty)
KANTE_DEFINE_OP(SequenceConstruct)
KANTE_DEFINE_OP(SequenceInsert)
KANTE_DEFINE_OP(SequenceErase)
KANTE_DEFINE_OP(SequenceAt)
KANTE_DEFINE_OP(SequenceLength)

}  // namespace kante::core
