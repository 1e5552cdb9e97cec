// SPDX-License-Identifier: MIT
#include "ops/nn/float_arrays.h"

#include <algorithm>

#include "base/pages.h"
#include "compute/element_io.h"

namespace kante::core {
namespace {

constexpr double kConvertCost = 0.3;  // ns an element

}  // namespace

Result<const float*> ReadFloats(RunContext& c, const Tensor& t) {
  if (t.type() == ElementType::kFloat32) return t.data<float>();
  const int64_t n = t.elements();
  KANTE_TRY(std::byte * memory, c.Scratch(n * 4));
  float* to = reinterpret_cast<float*>(memory);
  const LoadRow<float> load = GetLoadRow<float>(t.type());
  const int64_t size = BitsOf(t.type()) / 8;
  KANTE_TRY(c.Parallel(n, kConvertCost,
                       [&](int64_t begin, int64_t end) { load(to + begin, t.raw() + begin * size, end - begin); }));
  return to;
}

Result<const float*> ReadFloats(RunContext& c, int i) {
  if (!c.has_input(i)) return static_cast<const float*>(nullptr);
  return ReadFloats(c, c.in(i));
}

const std::byte* FetchWeight(const Tensor& weight, int64_t first, int64_t count) {
  const int64_t size = BitsOf(weight.type()) / 8;
  const std::byte* from = weight.raw() + first * size;
  if (weight.buffer()->file_pages()) FetchPages(from, static_cast<size_t>(count * size));
  return from;
}

Result<const std::byte*> WeightFloats(const Tensor& weight, int64_t first, int64_t count,
                                      std::shared_ptr<Buffer>& copy) {
  const std::byte* from = FetchWeight(weight, first, count);
  if (weight.type() == ElementType::kFloat32) return from;
  if (!copy || static_cast<int64_t>(copy->bytes()) < count * 4) {
    KANTE_TRY(copy, Buffer::Allocate(count * 4));
  }
  float* to = reinterpret_cast<float*>(copy->data());
  constexpr int64_t kChunk = 1024;
  alignas(8) std::byte aligned[kChunk * 2];
  for (int64_t i = 0; i < count; i += kChunk) {
    const int64_t n = std::min(kChunk, count - i);
    std::copy_n(from + i * 2, n * 2, aligned);
    GetLoadRow<float>(weight.type())(to + i, aligned, n);
  }
  return copy->data();
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
  const StoreRow<float> store = GetStoreRow<float>(tensor_->type());
  const int64_t size = BitsOf(tensor_->type()) / 8;
  return c.Parallel(tensor_->elements(), kConvertCost, [&](int64_t begin, int64_t end) {
    store(tensor_->raw() + begin * size, data_ + begin, end - begin);
  });
}

}  // namespace kante::core
