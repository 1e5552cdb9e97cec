// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "api/c/ort_types.h"
#include "kante/tensor.h"

// A sparse tensor: values, and where they stand in a dense one. Of what UseIndices gave the memory is the caller's.
struct OrtSparse {
  OrtAllocator* allocator = nullptr;  // of what Fill copies; null: the values were given
  kante::ElementType type = kante::ElementType::kUndefined;
  std::vector<int64_t> shape;  // of the dense tensor
  OrtSparseFormat format = ORT_SPARSE_UNDEFINED;
  kante::Tensor values;
  std::vector<kante::Tensor> indices;  // one; of CSR inner and outer
};
