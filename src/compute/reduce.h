// SPDX-License-Identifier: MIT
// Reductions over any set of axes. The order of additions depends on the shape only.
#pragma once

#include <cstdint>

#include "compute/parallel.h"
#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace kante::core {

enum class Reduction : uint8_t { kSum, kMean, kMax, kMin, kProd, kL1, kL2, kLogSum, kLogSumExp, kSumSquare };

struct ReduceArgs {
  Reduction op = Reduction::kSum;
  ElementType type = ElementType::kFloat32;  // of x and y: any float or integer up to 64 bits; bool for kMax and kMin
  Shape shape;                               // of x
  uint32_t axes = 0;                         // bit i: dimension i is reduced; none: every element by itself
  const void* x = nullptr;
  void* y = nullptr;             // the dimensions that stay, dense; not x
  std::byte* scratch = nullptr;  // ReduceScratchBytes
};

// Scratch for a reduction of `elements` inputs to `results` outputs.
int64_t ReduceScratchBytes(Reduction op, ElementType type, int64_t elements, int64_t results);

// y = the reduction. Over no elements at all: 0 for sums, 1 for products, NaN for the mean, the lowest (highest) number
// of the type for the maximum (minimum). Integer sums wrap around; integer means truncate. False when cancelled.
bool RunReduce(const ReduceArgs& args, ParallelFor parallel);

}  // namespace kante::core
