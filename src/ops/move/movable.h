// SPDX-License-Identifier: MIT
// What operators that only move elements share: tensors as rows of whole bytes, whatever their type.
#pragma once

#include <span>

#include "compute/move/strided_copy.h"
#include "ops/run_context.h"
#include "tensor/tensor.h"

namespace kante::core {

// A tensor's elements, each of `size` whole bytes: types narrower than a byte lie unpacked in scratch memory.
struct Movable {
  std::byte* data = nullptr;
  ElementType type = ElementType::kUint8;  // of what lies at data
  int64_t size = 1;

  bool strings() const { return type == ElementType::kString; }
};

Result<Movable> ReadMovable(RunContext& c, const Tensor& tensor);
// Fill `data`, then call Finish.
Result<Movable> WriteMovable(RunContext& c, const Tensor& tensor);
// Packs what was written, where the type is narrower than a byte.
void Finish(const Movable& written, const Tensor& tensor);

// Copies count elements; strings are assigned.
void CopyRun(const Movable& to, int64_t to_element, const Movable& from, int64_t from_element, int64_t count);
// to[to_element + i] = from[from_element], i < count.
void FillRun(const Movable& to, int64_t to_element, const Movable& from, int64_t from_element, int64_t count);

// Runs the copy on the session's threads.
Status RunCopy(RunContext& c, const StridedCopy& copy, std::byte* dst, const std::byte* src);

}  // namespace kante::core
