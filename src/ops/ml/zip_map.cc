// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ops/ml/scores.h"

namespace kante::core {
namespace {

// A row of scores becomes a map from the labels; the maps of one run share them.
struct ZipMap {
  static constexpr OpInfo kInfo{
      .name = "ZipMap", .domain = "ai.onnx.ml", .types = kFloat32Only, .data_dependent = true, .numerics = kMoves};
  ClassLabels labels;

  static Result<ZipMap> Parse(AttrReader& a) {
    ZipMap op;
    KANTE_TRY(op.labels, ClassLabels::Read(a, "classlabels_int64s", "classlabels_strings"));
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kSequence, ElementType::kUndefined);
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const FeatureRows s, FeatureRows::Of(c.in(0).shape()));
    if (s.features != labels.size()) return InvalidArgument(s.features, " columns for ", labels.size(), " labels");
    KANTE_TRY(Tensor keys, Tensor::Allocate(labels.type(), Shape{labels.size()}));
    for (int64_t i = 0; i < labels.size(); ++i) labels.Store(keys, i, i);
    const float* x = c.in(0).data<float>();
    auto sequence = std::make_shared<Sequence>();
    for (int64_t r = 0; r < s.rows; ++r) {
      auto map = std::make_shared<Map>();
      map->keys = keys;
      KANTE_TRY(map->values, Tensor::Allocate(ElementType::kFloat32, Shape{s.features}));
      std::copy(x + r * s.features, x + (r + 1) * s.features, map->values.mutable_data<float>());
      sequence->items.emplace_back(std::shared_ptr<const Map>(std::move(map)));
    }
    c.SetOutput(0, Value(std::shared_ptr<const Sequence>(std::move(sequence))));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(ZipMap)

}  // namespace kante::core
