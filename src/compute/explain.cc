// SPDX-License-Identifier: MIT
#include "compute/explain.h"

#include <cmath>

#include "base/build.h"
#include "base/checked.h"
#include "compute/conv_algorithms.h"

namespace kante::core {
namespace {

std::string Micros(double nanos) { return StrCat(static_cast<int64_t>(std::ceil(nanos / 1000)), " us"); }

// What PlanConv compared where Winograd fits, and whether it would have chosen something else with all memory.
std::string CostsOf(const ConvPlan& plan, const ConvShape& s) {
  const ConvPlan free = PlanConv(s, true);
  const char* dear = ConvPlanCode(free) != ConvPlanCode(plan) || free.slice != plan.slice ? ", with little memory" : "";
  const ConvAlgorithm other = PlanConv(s, false).algorithm;
  const double cost = ConvCost(s, other);
  if (plan.algorithm == ConvAlgorithm::kWinograd) {
    const double weights = plan.slice ? WinogradWeightCost(s, plan.tile) : 0;
    return StrCat("the cost model says ", Micros(WinogradCost(s, plan.tile) + weights), ", ", ConvAlgorithmName(other),
                  " ", Micros(cost), plan.slice ? "; weights are transformed in each run" : "", dear);
  }
  return StrCat("the cost model says ", Micros(cost), ", Winograd ", Micros(WinogradCost(s, 2)), " by F(2,3) and ",
                Micros(WinogradCost(s, 4)), " by F(4,3)", dear);
}

}  // namespace

std::string NameOf(const GemmPlan& plan) { return plan.vector ? "gemv" : "gemm"; }

std::string ReasonOf(const GemmPlan& plan) {
  std::string from;
  switch (plan.source) {
    case GemmB::kPacked:
      from = "packed weights";
      break;
    case GemmB::kPanels:
      from = "panels packed as they are needed";
      break;
    case GemmB::kStrided:
    case GemmB::kRows:
      from = plan.vector ? "B as it lies" : plan.pack_first ? "B packed first" : "B packed block by block";
      break;
  }
  if (plan.vector) return StrCat(plan.m, plan.m == 1 ? " row" : " rows", ": memory decides; ", from);
  return StrCat(from, ", blocks of ", plan.mc, " x ", plan.nc, ", k ", plan.kc);
}

std::string NameOf(const ConvPlan& plan) {
  std::string name = ConvAlgorithmName(plan.algorithm);
  if (plan.algorithm == ConvAlgorithm::kWinograd) name += StrCat(" F(", plan.tile, ",3)");
  return name;
}

std::string ReasonOf(const ConvPlan& plan, const ConvShape& s, bool constant_weights) {
  switch (plan.algorithm) {
    case ConvAlgorithm::kDirect:
      return "rank above 3: plain loops";
    case ConvAlgorithm::kColumn:
      return "one output pixel: the weights are a matrix";
    case ConvAlgorithm::kPointwise:
      return "1x1: the input is the matrix";
    case ConvAlgorithm::kLanes:
      return "lanes over output channels: to pack windows would cost more";
    case ConvAlgorithm::kWinograd:
      return kForSize ? "" : CostsOf(plan, s);
    case ConvAlgorithm::kPlanes:
    case ConvAlgorithm::kImplicit:
      break;
  }
  if (s.groups > 1 && s.in_per_group() == 1) return plan.together > 1 ? "depthwise, lanes over channels" : "depthwise";
  if (kForSize || !WinogradFits(s)) {
    return plan.algorithm == ConvAlgorithm::kPlanes ? "few output channels: packing would cost more than its use" : "";
  }
  if (!constant_weights) return "no Winograd: the weights are not constant";
  if (s.in_per_group() < 4) return "no Winograd: few input channels";
  return CostsOf(plan, s);
}

}  // namespace kante::core
