// SPDX-License-Identifier: MIT
#include "compute/conv.h"

#include <algorithm>

#include "base/build.h"
#include "base/checked.h"
#include "compute/conv_algorithms.h"

namespace kante::core {
namespace {

constexpr int64_t kMaxAcrossBytes = 32 << 20;  // scratch that threads over images may cost
constexpr int64_t kFewChannels = 4;
constexpr int64_t kBandWork = 1 << 15;  // multiplications that are worth a thread
constexpr double kClearly = 0.8;        // of the other's time
constexpr double kHardly = 0.94;
constexpr double kLittle = 0.12;           // of a run: worth the memory that large weights take
constexpr double kCold = 4;                // times what it takes in cache: to transform weights that do not stay there
constexpr int64_t kSliceBytes = 12 << 20;  // of weights transformed in each run: they stay in cache
constexpr int64_t kOnceSliceBytes = 3 << 20;  // ... in one run: new memory costs more than to transform inputs again
constexpr int64_t kSmallWeights = 1 << 14;
constexpr int64_t kBandsWanted = 16;  // parts that feed this many threads well enough
constexpr int kTileShift = 4, kSlicedShift = 8;

ConvAlgorithm ChooseAlgorithm(const ConvShape& s) {
  if (s.rank > 3 || s.rank < 1) return ConvAlgorithm::kDirect;
  if (!kForSize && s.out_pixels() == 1 && (s.groups == 1 || s.in_per_group() > 1)) return ConvAlgorithm::kColumn;
  // For few output channels packing a panel costs more than its use: planes read the input as it lies.
  if (s.in_per_group() == 1 && s.out_per_group() <= 4 && s.groups > 1) return ConvAlgorithm::kPlanes;
  if (s.out_per_group() <= kFewChannels && s.taps() > 1) return ConvAlgorithm::kPlanes;
  return s.pointwise() ? ConvAlgorithm::kPointwise : ConvAlgorithm::kImplicit;
}

// Depthwise convolution with vector lanes over channels.
bool LanesAreChannels(const ConvShape& s) {
  if (kForSize || s.in_per_group() != 1 || s.out_per_group() != 1 || s.rank > 2) return false;
  return s.groups >= static_cast<int64_t>(kernels::DepthwiseLanes());
}

// ... and over the output channels of one that is not depthwise, for packed weights.
bool LanesAreFaster(const ConvShape& s, ConvAlgorithm algorithm) {
  if (algorithm != ConvAlgorithm::kImplicit || !LanesFit(s)) return false;
  return LanesCost(s) < kHardly * ConvCost(s, algorithm);
}

// With the F(m, 3) that beats `algorithm` clearly, if there is one. Large weights are transformed in each run where
// that takes little of it, and all where they are not worth their bytes.
bool PlanByWinograd(const ConvShape& s, ConvAlgorithm algorithm, double byte_price, ConvPlan* plan) {
  const bool sliding = algorithm == ConvAlgorithm::kPlanes || algorithm == ConvAlgorithm::kImplicit;
  if ((!sliding && algorithm != ConvAlgorithm::kLanes) || !WinogradFits(s)) return false;
  if (s.in_per_group() < kFewChannels) return false;                  // nothing is won by less exact sums
  const int64_t small = kSmallWeights / (s.stride[0] * s.stride[0]);  // about as many transformed ones
  double cost[2];
  bool kept[2];
  for (int i = 0; i < 2; ++i) {
    const int tile = 2 + 2 * i;
    const double run = WinogradCost(s, tile), weights = WinogradWeightCost(s, tile);
    const double in_run = run + weights * (LargeWinogradWeights(s, tile) ? kCold : 1);
    const double to_keep = run + WinogradExtraBytes(s, tile) * byte_price;
    kept[i] = to_keep < in_run && (weights > kLittle * run || s.out_channels * s.in_per_group() < small);
    cost[i] = kept[i] ? to_keep : in_run;
  }
  const int best = cost[1] <= cost[0];
  if (cost[best] > kClearly * ConvCost(s, algorithm)) return false;
  *plan = PlanWinograd(s, 2 + 2 * best, kept[best] ? 0 : kSliceBytes);
  return true;
}

bool Nothing(const ConvShape& s) { return s.batch == 0 || s.out_channels == 0 || s.out_pixels() == 0; }

}  // namespace

const char* ConvAlgorithmName(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::kDirect:
      return "direct";
    case ConvAlgorithm::kPlanes:
      return "planes";
    case ConvAlgorithm::kColumn:
      return "column";
    case ConvAlgorithm::kPointwise:
      return "pointwise";
    case ConvAlgorithm::kImplicit:
      return "implicit-gemm";
    case ConvAlgorithm::kLanes:
      return "lanes";
    case ConvAlgorithm::kWinograd:
      return "winograd";
  }
  return "?";
}

ConvPlan PlanConv(const ConvShape& s, bool constant_weights, double byte_price) {
  ConvPlan plan;
  plan.algorithm = ChooseAlgorithm(s);
  if (constant_weights && !kForSize && !Nothing(s)) {
    const bool lanes = LanesAreFaster(s, plan.algorithm);
    if (PlanByWinograd(s, lanes ? ConvAlgorithm::kLanes : plan.algorithm, byte_price, &plan)) return plan;
    if (lanes) return PlanLanes(s);
  }
  const int64_t images = s.batch * s.groups;
  switch (plan.algorithm) {
    case ConvAlgorithm::kDirect:
    case ConvAlgorithm::kLanes:
    case ConvAlgorithm::kWinograd:
      break;
    case ConvAlgorithm::kPlanes: {
      if (LanesAreChannels(s)) plan.together = static_cast<int64_t>(kernels::DepthwiseLanes());
      const int64_t planes = s.batch * CeilDiv(s.out_channels, plan.together);
      const int64_t work = s.out_pixels() * s.depth() * plan.together;
      const int64_t rows = BandRows(s.Geometry());
      if (planes > 0 && planes < kBandsWanted) {
        plan.bands = std::clamp<int64_t>(std::min(CeilDiv(kBandsWanted, planes), work / kBandWork), 1,
                                         std::max<int64_t>(rows, 1));
      }
      size_t scratch = kernels::DepthwiseScratch(s.Geometry());
      if (plan.together > 1) scratch = std::max(scratch, kernels::DepthwisePlanesScratch(s.Geometry()));
      plan.slot_bytes = AlignUp(static_cast<int64_t>(scratch) * 4, 64);
      plan.scratch_bytes = plan.slot_bytes * ScratchSlots::CountFor(planes * plan.bands);
      break;
    }
    case ConvAlgorithm::kColumn: {
      plan.gemm = PlanGemm(s.batch, s.out_per_group(), s.depth(), GemmB::kStrided, s.groups * s.depth());
      plan.slot_bytes = AlignUp(s.batch * s.groups * s.depth() * 4, 64);  // the gathered columns
      plan.scratch_bytes = plan.slot_bytes + plan.gemm.scratch_bytes;
      break;
    }
    case ConvAlgorithm::kPointwise:
    case ConvAlgorithm::kImplicit: {
      const bool pointwise = plan.algorithm == ConvAlgorithm::kPointwise;
      plan.gemm =
          PlanGemm(s.out_per_group(), s.out_pixels(), s.depth(), pointwise ? GemmB::kRows : GemmB::kPanels, s.depth());
      plan.slot_bytes = AlignUp(plan.gemm.scratch_bytes, 64);
      plan.scratch_bytes = plan.slot_bytes;
      const int64_t all = plan.slot_bytes * ScratchSlots::CountFor(images);
      if (images >= 8 && all <= kMaxAcrossBytes) {
        plan.across = true;
        plan.scratch_bytes = all;
      }
      break;
    }
  }
  return plan;
}

int ConvPlanCode(const ConvPlan& plan) {
  return static_cast<int>(plan.algorithm) | plan.tile << kTileShift | (plan.slice > 0) << kSlicedShift;
}

ConvPlan ReplanConv(const ConvShape& s, int code, bool packed) {
  if constexpr (!kForSize) {
    const int tile = (code >> kTileShift) & 15;
    if (tile != 0) return PlanWinograd(s, tile, packed ? 0 : code >> kSlicedShift ? kSliceBytes : kOnceSliceBytes);
    if (packed && code == static_cast<int>(ConvAlgorithm::kLanes)) return PlanLanes(s);
  }
  return PlanConv(s, false);
}

bool RunConv(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  if (Nothing(s)) return true;
  switch (plan.algorithm) {
    case ConvAlgorithm::kDirect:
      return ConvByLoops(s, o, parallel);
    case ConvAlgorithm::kPlanes:
      return ConvByPlanes(plan, s, o, parallel);
    case ConvAlgorithm::kColumn:
      if constexpr (kForSize) break;
      return ConvByColumn(plan, s, o, parallel);
    case ConvAlgorithm::kPointwise:
    case ConvAlgorithm::kImplicit:
      return ConvByGemm(plan, s, o, parallel);
    case ConvAlgorithm::kLanes:
      if constexpr (kForSize) break;
      return ConvByLanes(plan, s, o, parallel);
    case ConvAlgorithm::kWinograd:
      if constexpr (kForSize) break;
      return ConvByWinograd(plan, s, o, parallel);
  }
  return false;
}

}  // namespace kante::core
