// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/builder.h"
#include "kernels/unary.h"

namespace kante::core {

// An activation that another operator applies to its result: an ONNX activation operator and its parameters.
struct Activation {
  kernels::UnaryOp op = kernels::UnaryOp::kIdentity;
  float alpha = 0.0f;
  float beta = 0.0f;
};

// From the attributes of kante.FusedConv and its kin: `name` is "" or the name of an ONNX operator, `params` its
// attributes in the order of ONNX's documentation (Clip: min, max; Gelu: 1 for the tanh form), defaults where it ends.
Result<Activation> ParseActivation(std::string_view name, std::span<const float> params);

// The same as a node of ONNX; `x` itself when there is no activation.
ValueId ExpandActivation(GraphBuilder& b, ValueId x, std::string_view name, std::span<const float> params);

}  // namespace kante::core
