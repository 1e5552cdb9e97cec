// SPDX-License-Identifier: MIT
// f32 convolution over the kernels: chooses an algorithm by shape, blocks, spreads over threads.
//
//   const ConvPlan plan = PlanConv(shape, /*constant_weights=*/false);
//   ConvOperands o{.x = x, .w = w, .bias = bias, .y = y, .scratch = scratch};  // plan.scratch_bytes
//   if (!RunConv(plan, shape, o, parallel)) return cancelled;
//
// With weights that stay the same a plan may want them transformed: ConvWeightFormat, PackConvWeights.
//
// Every output is one chain of additions that depends on the shape only: the same bits for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/status.h"
#include "compute/conv_shape.h"
#include "compute/gemm.h"
#include "compute/parallel.h"
#include "kernels/activation.h"

namespace kante::core {

enum class ConvAlgorithm : int {
  kDirect,     // any rank, plain loops: what nothing else takes
  kPlanes,     // plane by plane in place: depthwise, and few output channels a group
  kColumn,     // one output pixel: a row per image against the weights
  kPointwise,  // 1x1: the input is the right-hand matrix
  kImplicit,   // panels of input windows packed as the product asks for them
  kLanes,      // lanes over output channels, nothing packed but the weights
  kWinograd,   // 3x3 with stride 1 or 2 by Winograd's transforms, with transformed weights
};

const char* ConvAlgorithmName(ConvAlgorithm algorithm);

struct ConvPlan {
  ConvAlgorithm algorithm = ConvAlgorithm::kDirect;
  GemmPlan gemm;           // kColumn, kPointwise, kImplicit: of one image and group (kColumn: of all images)
  bool across = false;     // threads over images and groups instead of inside one product
  int64_t bands = 1;       // kPlanes, kLanes: parts of a plane
  int64_t together = 1;    // kPlanes: channels that are computed at once
  int tile = 0;            // kWinograd: 2 or 4
  int64_t blocks = 1;      // kWinograd: ranges of tiles of an image
  int64_t channels = 0;    // kWinograd, kLanes: output channels of a task
  int64_t ranges = 1;      // kWinograd, kLanes: parts that threads take
  int64_t slice = 0;       // kWinograd: output channels whose weights each run transforms at once; 0: they are kept
  int64_t slot_bytes = 0;  // of one thread's scratch
  int64_t scratch_bytes = 0;
};

inline constexpr double kKeepNothing = std::numeric_limits<double>::infinity();

// Made of sizes and the instruction set alone; no heap. `byte_price`: nanoseconds of a run that transformed weights
// have to save for each byte that they are larger; kKeepNothing: none are kept.
ConvPlan PlanConv(const ConvShape& shape, bool constant_weights, double byte_price = 0);

// What a run needs to make the plan again, whatever the price was. `packed`: the weights are, as the plan wanted them;
// if not, the run transforms them, which gives the same bits: those of a plan that keeps them in small slices, since it
// will be the only such run.
int ConvPlanCode(const ConvPlan& plan);
ConvPlan ReplanConv(const ConvShape& shape, int code, bool packed);

// Number of the layout that the plan wants its weights in (see WeightFormat in ops/choice.h); 0: as they are.
uint64_t ConvWeightFormat(const ConvPlan& plan, const ConvShape& shape);
// Bytes of weights [out_channels, in_per_group, kernel...] in such a layout; InvalidArgument on overflow.
Result<int64_t> PackedConvBytes(uint64_t format, int64_t out_channels, int64_t in_per_group);
// Threads over channels. `weights` (f32) may be unaligned. False when cancelled.
bool PackConvWeights(float* dst, const void* weights, uint64_t format, int64_t out_channels, int64_t in_per_group,
                     ParallelFor parallel);

// All dense and aligned. y overlaps nothing.
struct ConvOperands {
  const float* x = nullptr;
  const float* w = nullptr;         // [out_channels, in_per_group, kernel...]; kept ones in ConvWeightFormat
  const float* bias = nullptr;      // [out_channels] or null
  const float* residual = nullptr;  // shaped as y, added before the activation; or null
  kernels::UnaryOp act = kernels::UnaryOp::kIdentity;
  float alpha = 0.0f;  // parameters of act
  float beta = 0.0f;
  float* y = nullptr;
  std::byte* scratch = nullptr;  // plan.scratch_bytes, aligned to a cache line
};

// False when the run was cancelled.
bool RunConv(const ConvPlan& plan, const ConvShape& shape, const ConvOperands& operands, ParallelFor parallel);

}  // namespace kante::core
