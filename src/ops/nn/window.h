// SPDX-License-Identifier: MIT
// The attributes that convolutions and poolings share, and what they mean for concrete sizes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "compute/conv_shape.h"
#include "ops/attr_reader.h"
#include "ops/rewrite_context.h"
#include "tensor/shape.h"

namespace kante::core {

enum class AutoPad : uint8_t { kNotSet, kValid, kSameUpper, kSameLower };

// kernel_shape, strides, dilations, pads, auto_pad as the model gives them; empty lists mean the defaults.
struct Window {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;  // all begins, then all ends
  AutoPad auto_pad = AutoPad::kNotSet;
  bool ceil_mode = false;

  // Reads the attributes; an unknown auto_pad is a complaint of the reader.
  static Window Read(AttrReader& a);

  // Fills rank, in, out, kernel, stride, dilation and pads of `s`. `in` are the spatial dimensions of x; `kernel_dims`
  // those of the weights, empty for poolings (then the kernel_shape attribute is required).
  // Everything that could overflow or divide by zero later is refused here.
  Status Resolve(std::span<const int64_t> in, std::span<const int64_t> kernel_dims, ConvShape& s) const;

  // As Resolve without pads and output sizes: for transposed convolutions, which have rules of their own.
  Status ResolveKernel(std::span<const int64_t> in, std::span<const int64_t> kernel_dims, ConvShape& s) const;
};

// Version 1 of the Lp poolings wrote p as a float.
Status UpgradePower(UpgradeContext& u, int from);

// Refuses dimensions whose product would be beyond reason even if those that are zero were one: loops over parts of a
// shape may then multiply freely.
Status CheckSizes(std::span<const int64_t> dims);

// Shape [batch, channels, dims...].
Result<Shape> ImageShape(int64_t batch, int64_t channels, const ConvShape::Dims& dims, int rank);

}  // namespace kante::core
