// SPDX-License-Identifier: MIT
#include <cstring>

#include "ops/random/seed.h"

namespace kante::core {
namespace {

// The identity with a mask of ones, but in training mode: then elements are dropped, and the others scaled up.
struct Dropout {
  static constexpr OpInfo kInfo{.name = "Dropout",
                                .versions = {1, 6, 7, 10, 12, 13, 22},
                                .min_inputs = 1,
                                .max_inputs = 3,
                                .max_outputs = 2,
                                .in_place = 0b1,
                                .shape_inputs = 0b110,
                                .stateful = true,
                                .numerics = kComputesInDouble};
  static constexpr double kRatio = 0.5;  // where none is given
  Seed seed;

  static Result<Dropout> Parse(AttrReader& a) { return Dropout{Seed::OfInt(a)}; }

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

  // The part of the elements that training drops; 0 in inference.
  static Result<double> Dropped(const Tensor* ratio, const Tensor* training) {
    if (!training) return 0.0;
    if (training->elements() != 1 || training->type() != ElementType::kBool) {
      return InvalidArgument("training_mode must be one bool");
    }
    if (*training->data<uint8_t>() == 0) return 0.0;
    if (!ratio) return kRatio;
    if (ratio->elements() != 1 || !kFloats.Has(ratio->type())) return InvalidArgument("ratio must be one number");
    double value = 0;
    GetLoadRow<double>(ratio->type())(&value, ratio->raw(), 1);
    if (!(value >= 0 && value < 1)) return InvalidArgument("ratio ", value, " outside [0, 1)");
    return value;
  }
  static Result<double> Dropped(InferContext& c) {
    Tensor ratio, training;
    if (!c.has_input(2)) return 0.0;
    KANTE_TRY(training, c.value(2));
    if (c.has_input(1)) {
      KANTE_TRY(ratio, c.value(1));
    }
    return Dropped(c.has_input(1) ? &ratio : nullptr, &training);
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    c.SetType(1, ElementType::kBool);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const double dropped, Dropped(c));
    if (dropped > 0 && ArithmeticOf(c.type(0)) == Arithmetic::kNone) {
      return InvalidArgument("cannot scale elements of type ", NameOf(c.type(0)));
    }
    if (dropped == 0 && !c.wants_output(1)) return c.View(0, 0, x);
    KANTE_TRY(c.SetShape(0, x));
    return c.SetShape(1, x);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const double dropped, Dropped(c.has_input(1) ? &c.in(1) : nullptr, c.has_input(2) ? &c.in(2) : nullptr));
    if (dropped > 0) return Train(c, dropped);
    if (c.wants_output(0)) {
      KANTE_TRY(Tensor * y, c.Output(0));
      if (y->raw() != c.in(0).raw()) CopyElements(c.in(0), *y);
    }
    if (!c.wants_output(1)) return OkStatus();
    KANTE_TRY(Tensor * mask, c.Output(1));
    std::memset(mask->raw(), 1, static_cast<size_t>(mask->bytes()));
    return OkStatus();
  }

  Status Train(RunContext& c, double dropped) const {
    const Tensor& x = c.in(0);
    Tensor* y = nullptr;
    Tensor* mask = nullptr;
    if (c.wants_output(0)) {
      KANTE_TRY(y, c.Output(0));
    }
    if (c.wants_output(1)) {
      KANTE_TRY(mask, c.Output(1));
    }
    const LoadRow<double> load = GetLoadRow<double>(x.type());
    const StoreRow<double> store = GetStoreRow<double>(x.type());
    const int64_t size = BitsOf(x.type()) / 8;
    const double scale = 1 / (1 - dropped);
    return EachDrawn(c, &DrawUniform, seed.Key(), x.elements(), kUniformCost,
                     [&](const double* numbers, int64_t first, int64_t n) {
                       double row[kTileElements];
                       load(row, x.raw() + first * size, n);
                       for (int64_t i = 0; i < n; ++i) {
                         const bool kept = numbers[i] >= dropped;
                         row[i] = kept ? row[i] * scale : 0;
                         if (mask) mask->raw()[first + i] = static_cast<std::byte>(kept);
                       }
                       if (y) store(y->raw() + first * size, row, n);
                     });
  }
};

}  // namespace

KANTE_DEFINE_OP(Dropout)

}  // namespace kante::core
