// SPDX-License-Identifier: MIT
//
// Between the depthwise kernels: what depthwise_lanes.cc hands on where rows are faster than lanes over channels.
#pragma once

#include "kernels/activation.h"
#include "kernels/conv_pack.h"

namespace kante::kernels {

/// The arguments of DepthwisePlanes, for any number of channels.
struct DepthwiseTask {
  float* y;
  ptrdiff_t plane_y;
  const float* x;
  ptrdiff_t plane_x;
  const float* w;
  const float* bias;
  ptrdiff_t channels;
  const ConvGeometry* g;
  const Epilogue* epilogue;
};

}  // namespace kante::kernels
