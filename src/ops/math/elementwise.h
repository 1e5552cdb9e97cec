// SPDX-License-Identifier: MIT
// What the elementwise operators share.
#pragma once

#include <string_view>

#include "compute/pointwise.h"
#include "ops/op_def.h"

namespace kante::core {

// Calls drive(parallel) with the run's threads; a false answer becomes Cancelled.
template <typename F>
Status WithThreads(RunContext& c, F&& drive) {
  auto threads = [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    return c.host().ParallelFor(count, grain, body);
  };
  if (drive(ParallelFor(threads))) return OkStatus();
  KANTE_TRY(c.CheckCancelled());
  return Error(StatusCode::kCancelled, "the run was cancelled");
}

constexpr OpInfo UnaryInfo(std::string_view name, Versions versions, TypeSet types = kFloats,
                           Numerics numerics = kComputes) {
  OpInfo info;
  info.name = name;
  info.versions = versions;
  info.types = types;
  info.in_place = 0b1;
  info.numerics = numerics;
  return info;
}

constexpr OpInfo BinaryInfo(std::string_view name, Versions versions, TypeSet types, bool commutative,
                            Numerics numerics = kArithmetic) {
  OpInfo info;
  info.name = name;
  info.versions = versions;
  info.min_inputs = info.max_inputs = 2;
  info.types = types;
  info.same_type = 0b11;
  info.in_place = 0b11;
  info.commutative = commutative;
  info.numerics = numerics;
  return info;
}

// A float function over the whole tensor.
Status RunUnaryOp(RunContext& c, kernels::UnaryOp op, double alpha = 0, double beta = 0);
// Output 0 = op(input 0, input 1), broadcasting.
Status RunBinaryOp(RunContext& c, kernels::BinaryOp op);

// Opset < 6: attribute consumed_inputs, an in-place hint without meaning.
Status DropConsumedInputs(UpgradeContext& u);
// Opset < 7: attributes broadcast and axis say where input 1 lies in the dimensions of input 0; input 1 gets trailing
// dimensions of size 1, so that numpy's rule means the same.
Status UpgradeBroadcast(UpgradeContext& u, int from);

}  // namespace kante::core
