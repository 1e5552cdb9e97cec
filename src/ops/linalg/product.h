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

// Asks for weight `input` in `format`, at once or where it can be, later (ops/pack_later.h). `packed` and `plain` are
// plans of one product with and without: their bits agree but for vectors. The scratch grows to what `plain` needs.
void PackProduct(ChooseContext& c, int input, WeightFormat format, const GemmPlan& packed, const GemmPlan& plain,
                 int64_t plain_scratch_bytes);

// Packs the weight [..., k, n] (or [..., n, k] when `transposed`) into GemmWeightFormat(transposed).
Status PackProductWeight(PackContext& c, bool transposed);

}  // namespace kante::core
