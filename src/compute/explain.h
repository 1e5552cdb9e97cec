// SPDX-License-Identifier: MIT
// What plans decided, in words, for reports: the way to compute and, where sizes or costs decided, the reason.
#pragma once

#include <string>

#include "compute/conv.h"
#include "compute/gemm.h"

namespace kante::core {

std::string NameOf(const GemmPlan& plan);    // "gemm", "gemv"
std::string ReasonOf(const GemmPlan& plan);  // "packed weights, blocks of 96 x 512, k 768"

std::string NameOf(const ConvPlan& plan);  // "winograd F(4,3)", "implicit-gemm"
// REQUIRES: `plan` is PlanConv(shape, constant_weights) for some price of memory.
std::string ReasonOf(const ConvPlan& plan, const ConvShape& shape, bool constant_weights);

}  // namespace kante::core
