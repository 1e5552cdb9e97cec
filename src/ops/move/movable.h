// SPDX-License-Identifier: MIT
// What operators that only move elements share: tensors as rows of whole bytes, whatever their type.
#pragma once

#include <span>
#include <string>

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

// Sixteen bytes, for complex128.
struct Wide128 {
  uint64_t low;
  uint64_t high;
};

// Calls f with a null pointer to the type that stores one element: uint8_t to uint64_t by size, or std::string.
template <typename F>
auto WithStorage(const Movable& m, F&& f) {
  if (m.strings()) return f(static_cast<std::string*>(nullptr));
  switch (m.size) {
    case 1:
      return f(static_cast<uint8_t*>(nullptr));
    case 2:
      return f(static_cast<uint16_t*>(nullptr));
    case 4:
      return f(static_cast<uint32_t*>(nullptr));
    case 8:
      return f(static_cast<uint64_t*>(nullptr));
    default:
      return f(static_cast<Wide128*>(nullptr));
  }
}

// Runs the copy on the session's threads.
Status RunCopy(RunContext& c, const StridedCopy& copy, std::byte* dst, const std::byte* src);

}  // namespace kante::core
