// SPDX-License-Identifier: MIT
// MoE of com.microsoft: experts whose weights are floats.
#include "compute/element_io.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/transformer/experts.h"

namespace kante::core {
namespace {

struct MoE {
  enum Inputs { kX, kRouter, kW1, kB1, kW2, kB2, kW3, kB3 };
  static constexpr OpInfo kInfo{.name = "MoE",
                                .domain = "com.microsoft",
                                .min_inputs = 5,
                                .max_inputs = 8,
                                .types = kExpertTypes,
                                .same_type = 0b11111111,
                                .numerics = kComputes};
  ExpertRule rule;

  static Result<MoE> Parse(AttrReader& a) {
    if (a.has_input(kB3) && !a.has_input(kW3)) a.Fail("fc3_experts_bias needs fc3_experts_weights");
    return MoE{ExpertRule::Read(a, a.has_input(kW3))};
  }

  Status Expect(InferContext& c, int i, const Shape& want) const {
    if (!c.has_input(i)) return OkStatus();
    KANTE_TRY(const Shape have, c.shape(i));
    if (have == want) return OkStatus();
    return InvalidArgument("input ", i, " ", have.ToString(), " must be ", want.ToString());
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(c.SetShape(0, x));
    KANTE_TRY(const Shape router, c.shape(kRouter));
    KANTE_TRY(const auto sizes, ExpertSizes(rule, x, router));
    const auto [tokens, hidden, experts] = sizes;
    KANTE_TRY(const Shape second, c.shape(kW2));
    if (second.rank() != 3 || second[2] > (int64_t{1} << 40)) {
      return InvalidArgument("input 4 ", second.ToString(), " must have rank 3");
    }
    const int64_t inter = second[2], wide = rule.parts() * inter;
    KANTE_TRY(Expect(c, kW1, Shape{experts, wide, hidden}));
    KANTE_TRY(Expect(c, kB1, Shape{experts, wide}));
    KANTE_TRY(Expect(c, kW2, Shape{experts, hidden, inter}));
    KANTE_TRY(Expect(c, kB2, Shape{experts, hidden}));
    KANTE_TRY(Expect(c, kW3, Shape{experts, inter, hidden}));
    return Expect(c, kB3, Shape{experts, inter});
  }

  static Status Read(RunContext& c, int weights, ExpertProduct& to) {
    const Tensor& w = c.in(weights);
    to.n = w.dim(1);
    to.k = w.dim(2);
    if (w.type() == ElementType::kFloat32) to.weights = w.data<float>();
    KANTE_TRY(to.bias, ReadFloats(c, weights + 1));
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    ExpertArgs args;
    const auto loader = [&](int i) {
      return [&c, i](float* to, int64_t expert, int64_t row, int64_t first, int64_t last) {
        const Tensor& w = c.in(i);  // of 16 bits
        const int64_t at = (expert * w.dim(1) + row) * w.dim(2) + first;
        GetLoadRow<float>(w.type())(to, w.raw() + 2 * at, last - first);
      };
    };
    auto load1 = loader(kW1), load2 = loader(kW2), load3 = loader(kW3);
    const ExpertProduct::Load first(load1), second(load2), third(load3);
    KANTE_TRY(Read(c, kW1, args.first));
    KANTE_TRY(Read(c, kW2, args.second));
    if (c.has_input(kW3)) KANTE_TRY(Read(c, kW3, args.third));
    return RunExperts(c, rule, args, {&first, &second, &third});
  }
};

}  // namespace

KANTE_DEFINE_OP(MoE)

}  // namespace kante::core
