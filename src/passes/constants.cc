// SPDX-License-Identifier: MIT
#include "passes/constants.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace kante::core {
namespace {

template <typename T>
T Load(const Tensor& tensor, int64_t i) {
  T value;
  std::memcpy(&value, tensor.raw() + i * int64_t{sizeof(T)}, sizeof(T));
  return value;
}

double HalfToDouble(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const double sign = bits >> 15 ? -1.0 : 1.0;
  if (exponent == 31) return mantissa ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

std::optional<double> Element(const Tensor& t, int64_t i) {
  switch (t.type()) {
    case ElementType::kFloat32:
      return static_cast<double>(Load<float>(t, i));
    case ElementType::kFloat64:
      return Load<double>(t, i);
    case ElementType::kFloat16:
      return HalfToDouble(Load<uint16_t>(t, i));
    case ElementType::kBfloat16:
      return static_cast<double>(std::bit_cast<float>(uint32_t{Load<uint16_t>(t, i)} << 16));
    case ElementType::kInt32:
      return Load<int32_t>(t, i);
    case ElementType::kInt64:
      return static_cast<double>(Load<int64_t>(t, i));
    case ElementType::kBool:
      return Load<uint8_t>(t, i) != 0;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::vector<double>> DoublesOf(const Tensor* tensor, int64_t max_elements) {
  if (!tensor || !tensor->contiguous() || tensor->elements() > max_elements) return std::nullopt;
  std::vector<double> out;
  out.reserve(static_cast<size_t>(tensor->elements()));
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    const auto value = Element(*tensor, i);
    if (!value) return std::nullopt;
    out.push_back(*value);
  }
  return out;
}

std::optional<double> ScalarOf(const Tensor* tensor) {
  if (!tensor || !tensor->contiguous() || tensor->elements() != 1) return std::nullopt;
  return Element(*tensor, 0);
}

std::optional<std::vector<int64_t>> IntsOf(const Tensor* tensor) {
  if (!tensor || !tensor->contiguous()) return std::nullopt;
  const bool wide = tensor->type() == ElementType::kInt64;
  if (!wide && tensor->type() != ElementType::kInt32) return std::nullopt;
  std::vector<int64_t> out;
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    out.push_back(wide ? Load<int64_t>(*tensor, i) : Load<int32_t>(*tensor, i));
  }
  return out;
}

Result<Tensor> TensorOfDoubles(ElementType type, const Shape& shape, std::span<const double> values) {
  KANTE_TRY(Tensor made, Tensor::Allocate(type, shape));
  for (size_t i = 0; i < values.size(); ++i) {
    if (type == ElementType::kFloat32) {
      made.mutable_data<float>()[i] = static_cast<float>(values[i]);
    } else {
      made.mutable_data<double>()[i] = values[i];
    }
  }
  return made;
}

bool SameTensor(const Tensor& a, const Tensor& b) {
  if (a.type() != b.type() || !(a.shape() == b.shape()) || !a.contiguous() || !b.contiguous()) return false;
  if (a.buffer() == b.buffer() && a.offset() == b.offset()) return true;
  if (a.type() == ElementType::kString) {
    for (int64_t i = 0; i < a.elements(); ++i) {
      if (a.data<std::string>()[i] != b.data<std::string>()[i]) return false;
    }
    return true;
  }
  return std::memcmp(a.raw(), b.raw(), static_cast<size_t>(a.bytes())) == 0;
}

}  // namespace kante::core
