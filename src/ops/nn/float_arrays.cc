// SPDX-License-Identifier: MIT
#include "ops/nn/float_arrays.h"

#include "kernels/convert.h"

namespace kante::core {
namespace {

constexpr double kConvertCost = 0.3;  // ns an element

}  // namespace

Result<const float*> ReadFloats(RunContext& c, const Tensor& t) {
  if (t.type() == ElementType::kFloat32) return t.data<float>();
  const int64_t n = t.elements();
  KANTE_TRY(std::byte * memory, c.Scratch(n * 4));
  float* to = reinterpret_cast<float*>(memory);
  const uint16_t* from = t.data<uint16_t>();
  const bool half = t.type() == ElementType::kFloat16;
  KANTE_TRY(c.Parallel(n, kConvertCost, [&](int64_t begin, int64_t end) {
    const size_t count = static_cast<size_t>(end - begin);
    half ? kernels::F16ToF32(to + begin, from + begin, count) : kernels::Bf16ToF32(to + begin, from + begin, count);
  }));
  return to;
}

Result<const float*> ReadFloats(RunContext& c, int i) {
  if (!c.has_input(i)) return static_cast<const float*>(nullptr);
  return ReadFloats(c, c.in(i));
}

Result<FloatWriter> FloatWriter::Open(RunContext& c, Tensor* t) {
  FloatWriter w;
  w.tensor_ = t;
  if (t->type() == ElementType::kFloat32) {
    w.data_ = t->mutable_data<float>();
  } else {
    KANTE_TRY(std::byte * memory, c.Scratch(t->elements() * 4));
    w.data_ = reinterpret_cast<float*>(memory);
  }
  return w;
}

Status FloatWriter::Finish(RunContext& c) const {
  if (tensor_->type() == ElementType::kFloat32) return OkStatus();
  uint16_t* to = tensor_->mutable_data<uint16_t>();
  const bool half = tensor_->type() == ElementType::kFloat16;
  return c.Parallel(tensor_->elements(), kConvertCost, [&](int64_t begin, int64_t end) {
    const size_t count = static_cast<size_t>(end - begin);
    half ? kernels::F32ToF16(to + begin, data_ + begin, count) : kernels::F32ToBf16(to + begin, data_ + begin, count);
  });
}

}  // namespace kante::core
