// SPDX-License-Identifier: MIT
#include "compute/broadcast.h"
#include "ops/math/elementwise.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr double kStringCost = 40;  // ns

struct StringConcat {
  static constexpr OpInfo kInfo{.name = "StringConcat",
                                .versions = {20},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = {ElementType::kString},
                                .same_type = 0b11,
                                .numerics = kNoNumbers};

  Status Infer(InferContext& c) const { return c.Broadcast(0, ElementType::kString); }

  Status Run(RunContext& c) const {
    const Tensor &x = c.in(0), &y = c.in(1);
    KANTE_TRY(const Shape shape, BroadcastShapes(x.shape(), y.shape()));
    KANTE_TRY(Tensor * z, c.Output(0, ElementType::kString, shape));
    const BroadcastPlan plan = PlanBroadcast(shape, x.shape(), y.shape());
    const int64_t step_x = plan.repeats[0] ? 0 : 1, step_y = plan.repeats[1] ? 0 : 1;
    return WithThreads(c, [&](ParallelFor parallel) {
      return ForEachRow(plan, kStringCost, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
        const std::string* a = x.data<std::string>() + offsets[0];
        const std::string* b = y.data<std::string>() + offsets[1];
        std::string* to = z->mutable_data<std::string>() + out;
        for (int64_t i = 0; i < n; ++i) to[i] = a[i * step_x] + b[i * step_y];
      });
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(StringConcat)

}  // namespace kante::core
