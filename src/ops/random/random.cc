// SPDX-License-Identifier: MIT
// RandomUniform, RandomNormal and their forms whose shape is that of an input.
#include "ops/random/seed.h"

namespace kante::core {
namespace {

constexpr OpInfo RandomInfo(std::string_view name, int inputs) {
  return {.name = name,
          .versions = {1, 22},
          .min_inputs = inputs,
          .max_inputs = inputs,
          .types = inputs ? kAnyType : kFloats,
          .stateful = true,
          .numerics = kComputesInDouble};
}

// offset + factor * a number that `draw` gives.
struct Drawing {
  void (*draw)(uint64_t, int64_t, int64_t, double*) = nullptr;
  double cost = 0;
  double offset = 0;
  double factor = 1;
  Seed seed;
  ElementType type = ElementType::kUndefined;
  std::vector<int64_t> dims;

  void ReadUniform(AttrReader& a) {
    draw = &DrawUniform;
    cost = kUniformCost;
    const float low = a.Float("low", 0), high = a.Float("high", 1);
    offset = low;
    factor = static_cast<double>(high) - low;
    seed = Seed::OfFloat(a);
  }
  void ReadNormal(AttrReader& a) {
    draw = &DrawNormal;
    cost = kNormalCost;
    offset = a.Float("mean", 0);
    factor = a.Float("scale", 1);
    seed = Seed::OfFloat(a);
  }
  void ReadShape(AttrReader& a) {
    if (!a.Has("shape")) a.Fail("attribute 'shape' is missing");
    dims = a.Ints("shape");
    type = a.Type("dtype", ElementType::kFloat32);
  }

  Status InferType(InferContext& c, ElementType chosen) const {
    if (!kFloats.Has(chosen)) return InvalidArgument("cannot draw numbers of type ", NameOf(chosen));
    c.SetType(0, chosen);
    return OkStatus();
  }
  Status InferShaped(InferContext& c) const {
    KANTE_TRY(InferType(c, type));
    KANTE_TRY(const Shape shape, Shape::Make(dims));
    return c.SetShape(0, shape);
  }
  Status InferLike(InferContext& c) const {
    const ElementType chosen = type == ElementType::kUndefined ? c.type(0) : type;
    if (chosen == ElementType::kUndefined) return OkStatus();
    KANTE_TRY(InferType(c, chosen));
    KANTE_TRY(const Shape shape, c.shape(0));
    return c.SetShape(0, shape);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const StoreRow<double> store = GetStoreRow<double>(y->type());
    const int64_t size = BitsOf(y->type()) / 8;
    return EachDrawn(c, draw, seed.Key(), y->elements(), cost, [&](double* numbers, int64_t first, int64_t n) {
      for (int64_t i = 0; i < n; ++i) numbers[i] = offset + factor * numbers[i];
      store(y->raw() + first * size, numbers, n);
    });
  }
};

struct RandomUniform : Drawing {
  static constexpr OpInfo kInfo = RandomInfo("RandomUniform", 0);
  static Result<RandomUniform> Parse(AttrReader& a) {
    RandomUniform op;
    op.ReadUniform(a);
    op.ReadShape(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferShaped(c); }
};

struct RandomNormal : Drawing {
  static constexpr OpInfo kInfo = RandomInfo("RandomNormal", 0);
  static Result<RandomNormal> Parse(AttrReader& a) {
    RandomNormal op;
    op.ReadNormal(a);
    op.ReadShape(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferShaped(c); }
};

struct RandomUniformLike : Drawing {
  static constexpr OpInfo kInfo = RandomInfo("RandomUniformLike", 1);
  static Result<RandomUniformLike> Parse(AttrReader& a) {
    RandomUniformLike op;
    op.ReadUniform(a);
    op.type = a.Type("dtype", ElementType::kUndefined);
    return op;
  }
  Status Infer(InferContext& c) const { return InferLike(c); }
};

struct RandomNormalLike : Drawing {
  static constexpr OpInfo kInfo = RandomInfo("RandomNormalLike", 1);
  static Result<RandomNormalLike> Parse(AttrReader& a) {
    RandomNormalLike op;
    op.ReadNormal(a);
    op.type = a.Type("dtype", ElementType::kUndefined);
    return op;
  }
  Status Infer(InferContext& c) const { return InferLike(c); }
};

}  // namespace

KANTE_DEFINE_OP(RandomUniform)
KANTE_DEFINE_OP(RandomNormal)
KANTE_DEFINE_OP(RandomUniformLike)
KANTE_DEFINE_OP(RandomNormalLike)

}  // namespace kante::core
