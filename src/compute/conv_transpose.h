// SPDX-License-Identifier: MIT
// f32 transposed convolution: a product into columns, then columns added into the image.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compute/conv_shape.h"
#include "compute/gemm.h"
#include "compute/parallel.h"

namespace kante::core {

struct ConvTransposePlan {
  bool direct = false;       // rank above 3: plain loops
  bool across = false;       // threads over images and groups
  int64_t band_rows = 1;     // rows of the small image that one product takes
  int64_t column_bytes = 0;  // of one band's columns
  int64_t slot_bytes = 0;
  int64_t scratch_bytes = 0;
};

// `s` is the convolution whose gradient this is: s.out is the small image that is read (s.out_channels channels), s.in
// the large one that is written (s.in_channels channels).
ConvTransposePlan PlanConvTranspose(const ConvShape& s);

// x: the small image; w: [out_channels, in_per_group, kernel...]; bias: [in_channels] or null; y: the large image.
// Additions to one output come in an order that depends on the shape only. False when the run was cancelled.
bool RunConvTranspose(const ConvTransposePlan& plan, const ConvShape& s, const float* x, const float* w,
                      const float* bias, float* y, std::byte* scratch, ParallelFor parallel);

}  // namespace kante::core
