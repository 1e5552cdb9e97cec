// SPDX-License-Identifier: MIT
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Identity {
  static constexpr OpInfo kInfo{
      .name = "Identity", .versions = {1, 13, 14, 16, 19, 21, 23, 24, 25}, .form_since = 16, .numerics = kMoves};

  Status Infer(InferContext& c) const {
    c.SetKind(0, c.in(0).kind, c.type(0));
    if (c.in(0).kind != ValueKind::kTensor) return OkStatus();
    KANTE_TRY(const Shape shape, c.shape(0));
    return c.View(0, 0, shape);
  }
  // Only for sequences, optionals and maps: tensors are views.
  Status Run(RunContext& c) const {
    c.SetOutput(0, c.has_input(0) ? c.in_value(0) : Value());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Identity)

}  // namespace kante::core
