// SPDX-License-Identifier: MIT
// What MatMul, Gemm and their fused forms share.
#pragma once

#include <string>
#include <vector>

#include "compute/gemm.h"
#include "ops/nn/activation.h"
#include "ops/op_def.h"

namespace kante::core {

inline constexpr TypeSet kProductTypes =
    kFloats | TypeSet{ElementType::kInt32, ElementType::kInt64, ElementType::kUint32, ElementType::kUint64};
// The types that are computed in f32.
inline constexpr TypeSet kFloatProducts{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

// Attributes activation and activation_params of the fused forms.
struct FusedActivation {
  std::string name;
  std::vector<float> params;
  Activation parsed;
  static Result<FusedActivation> Parse(AttrReader& a);
};

// Packs the weight [..., k, n] (or [..., n, k] when `transposed`) into GemmWeightFormat(transposed).
Status PackProductWeight(PackContext& c, bool transposed);

}  // namespace kante::core
