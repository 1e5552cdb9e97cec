// SPDX-License-Identifier: MIT
#include "ops/move/movable.h"

#include <cstring>
#include <string>

#include "compute/move/packed_bits.h"
#include "kernels/move.h"

namespace kante::core {

Result<Movable> ReadMovable(RunContext& c, const Tensor& tensor) {
  if (!IsSubByte(tensor.type())) return Movable{tensor.raw(), tensor.type(), BitsOf(tensor.type()) / 8};
  KANTE_TRY(std::byte * bytes, c.Scratch(tensor.elements()));
  UnpackBits(reinterpret_cast<uint8_t*>(bytes), tensor.raw(), tensor.elements(), BitsOf(tensor.type()));
  return Movable{bytes, ElementType::kUint8, 1};
}

Result<Movable> WriteMovable(RunContext& c, const Tensor& tensor) {
  if (!IsSubByte(tensor.type())) return Movable{tensor.raw(), tensor.type(), BitsOf(tensor.type()) / 8};
  KANTE_TRY(std::byte * bytes, c.Scratch(tensor.elements()));
  return Movable{bytes, ElementType::kUint8, 1};
}

void Finish(const Movable& written, const Tensor& tensor) {
  if (!IsSubByte(tensor.type())) return;
  PackBits(tensor.raw(), reinterpret_cast<const uint8_t*>(written.data), tensor.elements(), BitsOf(tensor.type()));
}

void CopyRun(const Movable& to, int64_t to_element, const Movable& from, int64_t from_element, int64_t count) {
  if (to.strings()) {
    auto* t = reinterpret_cast<std::string*>(to.data) + to_element;
    const auto* f = reinterpret_cast<const std::string*>(from.data) + from_element;
    for (int64_t i = 0; i < count; ++i) t[i] = f[i];
    return;
  }
  std::memcpy(to.data + to_element * to.size, from.data + from_element * to.size, static_cast<size_t>(count * to.size));
}

void FillRun(const Movable& to, int64_t to_element, const Movable& from, int64_t from_element, int64_t count) {
  if (to.strings()) {
    auto* t = reinterpret_cast<std::string*>(to.data) + to_element;
    const auto& f = reinterpret_cast<const std::string*>(from.data)[from_element];
    for (int64_t i = 0; i < count; ++i) t[i] = f;
    return;
  }
  kernels::Fill(to.data + to_element * to.size, from.data + from_element * to.size, static_cast<size_t>(count),
                static_cast<size_t>(to.size));
}

Status RunCopy(RunContext& c, const StridedCopy& copy, std::byte* dst, const std::byte* src) {
  return c.Parallel(copy.units(), copy.unit_cost(),
                    [&](int64_t begin, int64_t end) { copy.Run(dst, src, begin, end); });
}

}  // namespace kante::core
