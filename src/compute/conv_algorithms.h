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
bool ConvByGemm(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);

}  // namespace kante::core
