// SPDX-License-Identifier: MIT
#include <cstring>

#include "compute/move/cast.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Inference only: the identity, with a mask of ones.
struct Dropout {
  static constexpr OpInfo kInfo{.name = "Dropout",
                                .versions = {1, 6, 7, 10, 12, 13, 22},
                                .min_inputs = 1,
                                .max_inputs = 3,
                                .max_outputs = 2,
                                .in_place = 0b1,
                                .shape_inputs = 0b110};

  static Result<Dropout> Parse(AttrReader& a) {
    a.Ignore("seed");
    return Dropout{};
  }

  // Before opset 10 the mask has the type of the data. is_test = 0 was how trainers exported: inference all the same.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 12) return OkStatus();
    for (const char* name : {"ratio", "is_test", "consumed_inputs"}) u.node().RemoveAttribute(name);
    if (from >= 10 || u.output(1) == kNone) return OkStatus();
    GraphBuilder& b = u.build();
    const ValueId x = u.input(0);
    const std::vector<ValueId> both = b.Op("", "Dropout", {x}, 2);
    const ValueId outputs[] = {both[0], b.Op("CastLike", {both[1], x})};
    u.ReplaceWith(outputs);
    return OkStatus();
  }

  static Result<bool> Drops(InferContext& c) {
    if (!c.has_input(2)) return false;
    KANTE_TRY(const Tensor training, c.value(2));
    if (training.elements() != 1 || training.type() != ElementType::kBool) {
      return InvalidArgument("training_mode must be one bool");
    }
    if (*training.data<uint8_t>() == 0) return false;
    if (!c.has_input(1)) return true;  // a ratio of one half
    KANTE_TRY(const Tensor ratio, c.value(1));
    if (ratio.elements() != 1 || !IsCastable(ratio.type())) return InvalidArgument("ratio must be one number");
    float value = 0;
    CastRange(ElementType::kFloat32, reinterpret_cast<std::byte*>(&value), ratio.type(), ratio.raw(), 1, {});
    return value != 0;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    c.SetType(1, ElementType::kBool);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const bool drops, Drops(c));
    if (drops) return NotImplemented("Dropout in training mode");
    if (!c.wants_output(1)) return c.View(0, 0, x);
    KANTE_TRY(c.SetShape(0, x));
    return c.SetShape(1, x);
  }

  Status Run(RunContext& c) const {
    if (c.wants_output(0)) {
      KANTE_TRY(Tensor * y, c.Output(0));
      if (y->raw() != c.in(0).raw()) CopyElements(c.in(0), *y);
    }
    if (!c.wants_output(1)) return OkStatus();
    KANTE_TRY(Tensor * mask, c.Output(1));
    std::memset(mask->raw(), 1, static_cast<size_t>(mask->bytes()));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Dropout)

}  // namespace kante::core
