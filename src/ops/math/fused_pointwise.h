// SPDX-License-Identifier: MIT
// The operators that kante.FusedPointwise has as steps.
#pragma once

#include <string_view>

namespace kante::core {

// 1 or 2, the operands of a step of ONNX's operator `name`; 0: it is none, or not in this build. Parameters that other
// inputs hold (the bounds of Clip) become parameters of the step.
int PointwiseOperands(std::string_view name);

}  // namespace kante::core
