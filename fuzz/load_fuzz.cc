// SPDX-License-Identifier: MIT
// Any bytes as a model: load, look, run. Nothing may crash, hang or take more than the limits allow.
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kante/session.h"

namespace {

kante::LoadOptions SmallLoad(bool optimise) {
  kante::LoadOptions options;
  options.optimization = optimise ? kante::OptimizationLevel::kAll : kante::OptimizationLevel::kNone;
  options.limits.max_nodes = 10'000;
  options.limits.max_folded_bytes = 1 << 20;
  options.limits.max_folded_total_bytes = 4 << 20;
  options.limits.max_tensor_bytes = 64 << 20;
  return options;
}

// Zeros for every input; open dimensions count as 1. Empty if the model wants more than a little.
kante::NamedValues Feeds(const kante::Model& model) {
  kante::NamedValues feeds;
  int64_t left = 1 << 18;
  for (const kante::ValueDescription& input : model.inputs()) {
    if (input.kind != kante::ValueKind::kTensor) return {};
    std::vector<int64_t> shape;
    for (const kante::Dimension& dimension : input.dimensions) {
      const int64_t size = dimension.value < 0 ? 1 : dimension.value;
      if (size > left) return {};
      left /= size > 0 ? size : 1;
      shape.push_back(size);
    }
    kante::Result<kante::Tensor> tensor = kante::Tensor::Allocate(input.element_type, shape);
    if (!tensor.ok()) return {};
    feeds.emplace_back(input.name, *tensor);
  }
  return feeds;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const kante::Result<kante::Model> model = kante::Model::LoadFromMemory(bytes, SmallLoad(size % 2 == 0));
  if (!model.ok()) return 0;
  (void)model->GraphText();
  (void)model->Inspect();
  kante::SessionOptions options;
  options.threads = 1;
  options.max_memory_bytes = 64 << 20;
  options.max_loop_iterations = 1000;
  const kante::Result<kante::Session> session = kante::Session::Create(*model, options);
  if (!session.ok()) return 0;
  kante::RunOptions run;
  run.time_limit_ms = 500;
  (void)session->Run(Feeds(*model), {}, run);
  return 0;
}
