// SPDX-License-Identifier: MIT
// f32 views of tensors in other float types, for operators that compute in f32.
#pragma once

#include "base/status.h"
#include "ops/run_context.h"
#include "tensor/tensor.h"

namespace kante::core {

// Contents as float: the tensor's own memory, or a converted copy in scratch. REQUIRES: an element type of kFloats.
Result<const float*> ReadFloats(RunContext& c, const Tensor& t);
// The same for optional input `i`: null when it is absent.
Result<const float*> ReadFloats(RunContext& c, int i);

// An output that is written as float. Finish converts to the tensor's type where that is another one.
class FloatWriter {
 public:
  static Result<FloatWriter> Open(RunContext& c, Tensor* t);
  float* data() const { return data_; }
  Status Finish(RunContext& c) const;

 private:
  Tensor* tensor_ = nullptr;
  float* data_ = nullptr;
};

// Elements [first, first + count) of a weight that will all be read now, perhaps unaligned.
const std::byte* FetchWeight(const Tensor& weight, int64_t first, int64_t count);

// Elements [first, first + count) of a weight that is being packed, as f32, perhaps unaligned: its own memory, or a
// converted copy that `copy` keeps (and may have kept before). REQUIRES: f32, f16 or bf16.
Result<const std::byte*> WeightFloats(const Tensor& weight, int64_t first, int64_t count,
                                      std::shared_ptr<Buffer>& copy);

// The host's loops as drivers of compute/ take them, and what their answer means.
inline auto ParallelOf(RunContext& c) {
  return [&c](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    return c.host().ParallelFor(count, grain, body);
  };
}
inline Status FinishedOr(RunContext& c, bool finished) {
  if (finished) return OkStatus();
  KANTE_TRY(c.CheckCancelled());
  return Error(StatusCode::kCancelled, "the run was cancelled");
}

}  // namespace kante::core
