// SPDX-License-Identifier: MIT
// The ways to compute a convolution that conv.cc chooses from. Nothing is empty here.
#pragma once

#include "compute/conv.h"
#include "compute/conv_slots.h"
#include "kernels/depthwise.h"

namespace kante::core {

bool ConvByLoops(const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);
bool ConvByPlanes(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);
bool ConvByColumn(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);
bool ConvByWinograd(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);
bool ConvByGemm(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);

// Whether F(m, 3) can compute it at all, and its plan then.
bool WinogradFits(const ConvShape& shape);
ConvPlan PlanWinograd(const ConvShape& shape, int tile, bool kept = true);

// About how long one thread takes, in nanoseconds: Winograd, and what else could compute a 3x3 convolution.
double WinogradCost(const ConvShape& shape, int tile);
double WinogradWeightCost(const ConvShape& shape, int tile);  // to transform the weights
bool LargeWinogradWeights(const ConvShape& shape, int tile);  // larger than cache, once transformed
double Conv3x3Cost(const ConvShape& shape, ConvAlgorithm algorithm);

}  // namespace kante::core
