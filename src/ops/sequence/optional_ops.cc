// SPDX-License-Identifier: MIT
// Optional, OptionalHasElement, OptionalGetElement: an optional is its value, or no value.
#include "ops/op_def.h"
#include "ops/sequence/owned.h"

namespace kante::core {
namespace {

struct Optional {
  static constexpr OpInfo kInfo{.name = "Optional",
                                .versions = {15, 28},
                                .min_inputs = 0,
                                .max_inputs = 1,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kMoves};

  static Result<Optional> Parse(AttrReader& a) {
    if (!a.Has("type") && !a.has_input(0)) a.Fail("needs an input or the attribute 'type'");
    a.Ignore("type");
    return Optional{};
  }
  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kOptional, c.type(0));
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Value value, OwnedInput(c, 0));
    c.SetOutput(0, std::move(value));
    return OkStatus();
  }
};

// Of a tensor or sequence it is always true; without an input false.
struct OptionalHasElement {
  static constexpr OpInfo kInfo{.name = "OptionalHasElement",
                                .versions = {15, 18, 28},
                                .min_inputs = 0,
                                .max_inputs = 1,
                                .same_type = 0,
                                .numerics = kChooses};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kBool);
    return c.SetShape(0, {});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    *y->mutable_data<uint8_t>() = c.has_input(0);
    return OkStatus();
  }
};

struct OptionalGetElement {
  static constexpr OpInfo kInfo{.name = "OptionalGetElement",
                                .versions = {15, 18, 28},
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kMoves};

  Status Infer(InferContext& c) const {
    if (c.in(0).kind == ValueKind::kTensor || c.in(0).kind == ValueKind::kSequence) {
      c.SetKind(0, c.in(0).kind, c.type(0));
    }
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    if (!c.has_input(0)) return InvalidArgument("the optional is empty");
    KANTE_TRY(Value value, OwnedInput(c, 0));
    c.SetOutput(0, std::move(value));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Optional)
KANTE_DEFINE_OP(OptionalHasElement)
KANTE_DEFINE_OP(OptionalGetElement)

}  // namespace kante::core
