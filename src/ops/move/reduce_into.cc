// SPDX-License-Identifier: MIT
#include "ops/move/reduce_into.h"

#include <type_traits>

#include "kernels/convert.h"

namespace kante::core {
namespace {

template <typename T>
T Combine(Reduction reduction, T a, T b) {
  switch (reduction) {
    case Reduction::kAdd:
      if constexpr (std::is_same_v<T, bool>) {
        return a || b;
      } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
      } else {
        return a + b;
      }
    case Reduction::kMul:
      if constexpr (std::is_same_v<T, bool>) {
        return a && b;
      } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
      } else {
        return a * b;
      }
    case Reduction::kMin:
      return b < a || b != b ? b : a;
    case Reduction::kMax:
      return a < b || b != b ? b : a;
    default:
      return b;
  }
}

template <typename T>
void ReduceAs(Reduction reduction, std::byte* y, const std::byte* x, int64_t count) {
  auto* to = reinterpret_cast<T*>(y);
  const auto* from = reinterpret_cast<const T*>(x);
  for (int64_t i = 0; i < count; ++i) to[i] = Combine(reduction, to[i], from[i]);
}

using ToFloat = void (*)(float*, const uint16_t*, size_t);
using FromFloat = void (*)(uint16_t*, const float*, size_t);

void ReduceHalf(Reduction reduction, std::byte* y, const std::byte* x, int64_t count, ToFloat load, FromFloat store) {
  auto* to = reinterpret_cast<uint16_t*>(y);
  const auto* from = reinterpret_cast<const uint16_t*>(x);
  constexpr int64_t kBlock = 256;
  float a[kBlock];
  float b[kBlock];
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t n = count - at < kBlock ? count - at : kBlock;
    load(a, to + at, static_cast<size_t>(n));
    load(b, from + at, static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) a[i] = Combine(reduction, a[i], b[i]);
    store(to + at, a, static_cast<size_t>(n));
  }
}

}  // namespace

Reduction ParseReduction(AttrReader& a) {
  const std::string name = a.String("reduction", "none");
  if (name == "add") return Reduction::kAdd;
  if (name == "mul") return Reduction::kMul;
  if (name == "min") return Reduction::kMin;
  if (name == "max") return Reduction::kMax;
  if (name != "none") a.Fail(StrCat("reduction '", name.substr(0, 40), "' is none of none, add, mul, min, max"));
  return Reduction::kNone;
}

void ReduceInto(ElementType type, Reduction reduction, std::byte* y, const std::byte* x, int64_t count) {
  switch (type) {
    case ElementType::kFloat32:
      return ReduceAs<float>(reduction, y, x, count);
    case ElementType::kFloat64:
      return ReduceAs<double>(reduction, y, x, count);
    case ElementType::kFloat16:
      return ReduceHalf(reduction, y, x, count, kernels::F16ToF32, kernels::F32ToF16);
    case ElementType::kBfloat16:
      return ReduceHalf(reduction, y, x, count, kernels::Bf16ToF32, kernels::F32ToBf16);
    case ElementType::kInt8:
      return ReduceAs<int8_t>(reduction, y, x, count);
    case ElementType::kInt16:
      return ReduceAs<int16_t>(reduction, y, x, count);
    case ElementType::kInt32:
      return ReduceAs<int32_t>(reduction, y, x, count);
    case ElementType::kInt64:
      return ReduceAs<int64_t>(reduction, y, x, count);
    case ElementType::kUint8:
      return ReduceAs<uint8_t>(reduction, y, x, count);
    case ElementType::kUint16:
      return ReduceAs<uint16_t>(reduction, y, x, count);
    case ElementType::kUint32:
      return ReduceAs<uint32_t>(reduction, y, x, count);
    case ElementType::kUint64:
      return ReduceAs<uint64_t>(reduction, y, x, count);
    default:
      return ReduceAs<bool>(reduction, y, x, count);
  }
}

}  // namespace kante::core
