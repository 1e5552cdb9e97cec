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
bool ConvByLanes(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);
bool ConvByGemm(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);

// Whether F(m, 3) can compute it at all, and its plan then. Transformed weights are kept, or (slice_bytes > 0) made in
// each run, about so many bytes at once.
bool WinogradFits(const ConvShape& shape);
ConvPlan PlanWinograd(const ConvShape& shape, int tile, int64_t slice_bytes = 0);

bool LanesFit(const ConvShape& shape);
ConvPlan PlanLanes(const ConvShape& shape);

// Layouts of weights: see conv.h.
constexpr uint64_t kLanesTag = uint64_t{'C'} << 8 | uint64_t{'L'};
uint64_t LanesWeightFormat(const ConvShape& shape);
Result<int64_t> LanesWeightBytes(uint64_t format, int64_t out_channels, int64_t in_per_group);
bool PackLanesWeights(float* dst, const void* weights, uint64_t format, int64_t out_channels, int64_t in_per_group,
                      ParallelFor parallel);

// About how long one thread takes, in nanoseconds: Winograd, lanes, and what else could compute a convolution (planes:
// a 3x3 one).
double WinogradCost(const ConvShape& shape, int tile);
double WinogradWeightCost(const ConvShape& shape, int tile);  // to transform the weights
bool LargeWinogradWeights(const ConvShape& shape, int tile);  // larger than cache, once transformed
double WinogradExtraBytes(const ConvShape& shape, int tile);  // that transformed weights have more
double LanesCost(const ConvShape& shape);
double ConvCost(const ConvShape& shape, ConvAlgorithm algorithm);

}  // namespace kante::core
