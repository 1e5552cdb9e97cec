// SPDX-License-Identifier: MIT
// Several elementwise operators as one pass over memory: a tile of elements goes through all of them while it is in
// L1. The kernels are those of the operators alone, and so are the bits of the result.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compute/broadcast.h"
#include "compute/parallel.h"
#include "kernels/binary.h"
#include "kernels/unary.h"
#include "tensor/tensor.h"

namespace kante::core {

// One operator. Its operands are values: the program's inputs, then the results of the steps in their order.
struct PointwiseStep {
  kernels::UnaryOp unary{};    // or, where that is null,
  kernels::BinaryOp binary{};  // of x and y
  int x = 0;
  int y = 0;
  float alpha = 0;
  float beta = 0;
  int buffer = 0;  // where the result is kept: PlaceResults
};

inline constexpr int kMaxPointwiseSteps = 24;
inline constexpr int kMaxPointwiseInputs = 24;

// Gives each result the lowest buffer that no later step still reads. REQUIRES: operands come before their step.
void PlaceResults(int inputs, std::span<PointwiseStep> steps);

// y, of shape `output`, is the result of the last step. Inputs are float32, dense, and broadcast to `output`; at most
// kMaxOperands of them have more than one element. An input of the output's shape may be y. False when cancelled.
bool RunPointwise(std::span<const PointwiseStep> steps, const Shape& output, std::span<const Tensor* const> inputs,
                  float* y, ParallelFor parallel);

}  // namespace kante::core
