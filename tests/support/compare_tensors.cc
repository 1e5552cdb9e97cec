// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

template <typename T>
std::string CompareFloats(const Tensor& got, const Tensor& want, double rtol, double atol) {
  for (int64_t i = 0; i < got.elements(); ++i) {
    const double g = static_cast<double>(got.data<T>()[i]);
    const double w = static_cast<double>(want.data<T>()[i]);
    if (std::isnan(g) && std::isnan(w)) continue;
    if (g == w) continue;
    if (!(std::abs(g - w) <= atol + rtol * std::abs(w))) {
      return StrCat("element ", i, " is ", g, ", expected ", w);
    }
  }
  return {};
}

}  // namespace

std::string CompareTensors(const Tensor& got, const Tensor& want, double rtol, double atol) {
  if (got.type() != want.type()) return StrCat("type ", NameOf(got.type()), ", expected ", NameOf(want.type()));
  if (!(got.shape() == want.shape())) {
    return StrCat("shape ", got.shape().ToString(), ", expected ", want.shape().ToString());
  }
  if (!got.contiguous()) return "the result is not dense";
  if (got.type() == ElementType::kFloat32) return CompareFloats<float>(got, want, rtol, atol);
  if (got.type() == ElementType::kFloat64) return CompareFloats<double>(got, want, rtol, atol);
  if (got.type() == ElementType::kString) {
    for (int64_t i = 0; i < got.elements(); ++i) {
      if (got.data<std::string>()[i] != want.data<std::string>()[i]) return StrCat("string ", i, " differs");
    }
    return {};
  }
  if (std::memcmp(got.raw(), want.raw(), static_cast<size_t>(got.bytes())) == 0) return {};
  return "the bytes differ";
}

}  // namespace kante::core
