// SPDX-License-Identifier: MIT
// Resampling of tensors, one dimension after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "compute/parallel.h"
#include "tensor/shape.h"

namespace kante::core {

// --- coordinates

enum class ResizeCoordinates : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfCropAndResize,
  kTfHalfPixelForNn
};
enum class ResizeMode : uint8_t { kNearest, kLinear, kCubic };
enum class ResizeNearest : uint8_t { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };

struct ResizeRule {
  ResizeCoordinates coordinates = ResizeCoordinates::kHalfPixel;
  ResizeMode mode = ResizeMode::kNearest;
  ResizeNearest nearest = ResizeNearest::kRoundPreferFloor;
  float cubic_a = -0.75f;
  bool exclude_outside = false;
  bool antialias = false;
};

// One dimension. Sizes are below 2^31; scale > 0.
struct ResizeAxis {
  int64_t in = 1;
  int64_t out = 1;
  float scale = 1.0f;
  float crop_begin = 0.0f;  // kTfCropAndResize
  float crop_end = 1.0f;
};

// Place in the input that output x stands for.
float ResizeSource(const ResizeRule& rule, const ResizeAxis& axis, int64_t x);
// The input that nearest neighbour takes, within [0, in).
int32_t ResizeNearestIndex(const ResizeRule& rule, const ResizeAxis& axis, int64_t x);
// Nothing would change along this dimension.
bool ResizeIsIdentity(const ResizeRule& rule, const ResizeAxis& axis);

// Inputs of each output for linear and cubic.
int64_t ResizeTaps(const ResizeRule& rule, const ResizeAxis& axis);
// index[t * out + x] within [0, in) and w[t * out + x], t < ResizeTaps.
void ResizeWeights(const ResizeRule& rule, const ResizeAxis& axis, int32_t* index, float* w);

// --- passes

// y [outer, out, inner] = x [outer, in, inner] resampled along the middle. False when cancelled.
bool ResizePass(float* y, const float* x, int64_t outer, const ResizeAxis& axis, int64_t inner, int64_t taps,
                const int32_t* index, const float* w, ParallelFor parallel);

// y = x gathered along every dimension: index[d] has out_shape[d] entries. Elements of 1, 2, 4, 8 or 16 bytes.
bool GatherGrid(void* y, const void* x, const Shape& in_shape, const Shape& out_shape,
                std::span<const int32_t* const> index, size_t element_size, ParallelFor parallel);

}  // namespace kante::core
