// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>

#include "api/c/ort_types.h"
#include "api/c/status.h"
#include "kante/tensor.h"

struct OrtSparse;

struct OrtValue {
  kante::Value value;
  std::shared_ptr<OrtSparse> sparse{};  // of a sparse tensor, whose `value` is nothing
};

namespace kante::ort {

// The tensor of a value that a caller gave; null with an error in *status for anything else.
const Tensor* TensorOf(const OrtValue* value, OrtStatus** status);
OrtStatus* ShapeArgument(const int64_t* shape, size_t rank, std::span<const int64_t>* out);

}  // namespace kante::ort

// Declares `const Tensor& tensor` of a value, or returns the error.
#define KANTE_ORT_TENSOR(tensor, value)                                                    \
  OrtStatus* tensor##_status_ = nullptr;                                                   \
  const kante::Tensor* tensor##_pointer_ = kante::ort::TensorOf(value, &tensor##_status_); \
  if (!tensor##_pointer_) return tensor##_status_;                                         \
  const kante::Tensor& tensor = *tensor##_pointer_
