// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "passes/rule.h"

namespace kante::core {

// What one output channel goes through after a convolution: y * scale + shift.
struct ChannelAffine {
  std::vector<double> scale;  // [channels]; empty: 1
  std::vector<double> shift;  // [channels]; empty: 0
};

// Output channels of a Conv or ConvTranspose node by the shape of its weights; 0 if it makes no sense.
int64_t OutputChannels(const Node& conv, const Shape& weights);

// Replaces the match's root by node "conv" (inputs "x", "w", "b") with the affine computed into weights and bias, in
// double. Skips unless the weights (and the bias, if there is one) are float32 or float64 constants.
Outcome FoldAffineIntoConv(const Match& m, GraphPatch& patch, const ChannelAffine& affine);

}  // namespace kante::core
