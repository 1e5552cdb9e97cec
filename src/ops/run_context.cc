// SPDX-License-Identifier: MIT
#include "ops/run_context.h"

#include <algorithm>

namespace kante::core {
namespace {

constexpr double kMinNanosPerRange = 8000;  // below this a hand-over costs more than it gains

}  // namespace

Result<Tensor*> RunContext::Output(int i, ElementType type, const Shape& shape) {
  Value& slot = outputs_[static_cast<size_t>(i)];
  if (slot.is_tensor() && slot.tensor().type() == type && slot.tensor().shape() == shape) return &slot.tensor();
  KANTE_TRY(Tensor made, host_.AllocateOutput(i, type, shape));
  slot = Value(std::move(made));
  return &slot.tensor();
}

Result<Tensor*> RunContext::Output(int i) {
  Value& slot = outputs_[static_cast<size_t>(i)];
  if (!slot.is_tensor()) return Error(StatusCode::kRuntimeError, "output ", i, " was not planned");
  return &slot.tensor();
}

Status RunContext::Parallel(int64_t count, double cost, FunctionRef<void(int64_t, int64_t)> body) {
  const double items = std::max(1.0, kMinNanosPerRange / std::max(cost, 1e-3));
  return ParallelBlocks(count, static_cast<int64_t>(std::min(items, 1e15)), body);
}

Status RunContext::ParallelBlocks(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  if (host_.ParallelFor(count, grain, body)) return OkStatus();
  KANTE_TRY(host_.CheckCancelled());
  return Error(StatusCode::kCancelled, "the run was cancelled");
}

const std::byte* RunContext::packed(int i) const {
  for (size_t k = 0; k < packed_.size(); ++k) {
    if (choice_.packs[k].input == i && packed_[k]) return packed_[k]->data();
  }
  return nullptr;
}

}  // namespace kante::core
