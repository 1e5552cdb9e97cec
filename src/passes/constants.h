// SPDX-License-Identifier: MIT
// Reading and making small constants. Tensors may lie unaligned in a mapped file; all of this copes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "tensor/tensor.h"

namespace kante::core {

// The elements as doubles: float32, float64, float16, bfloat16, int32, int64 and bool; nothing for other types, strided
// tensors, or more than `max_elements`. Null gives nothing.
std::optional<std::vector<double>> DoublesOf(const Tensor* tensor, int64_t max_elements = int64_t{1} << 30);
// The only element of a tensor with one.
std::optional<double> ScalarOf(const Tensor* tensor);
// The elements of a dense int32 or int64 tensor.
std::optional<std::vector<int64_t>> IntsOf(const Tensor* tensor);
// `values` rounded to float32 or float64.
Result<Tensor> TensorOfDoubles(ElementType type, const Shape& shape, std::span<const double> values);

// Whether two tensors are equal to the bit: type, shape and contents (or the same memory).
bool SameTensor(const Tensor& a, const Tensor& b);

}  // namespace kante::core
