// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>
#include <vector>

#include "compute/element_io.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

template <typename T>
std::string CompareFloats(const T* got, const T* want, int64_t count, double rtol, double atol) {
  for (int64_t i = 0; i < count; ++i) {
    const double g = static_cast<double>(got[i]);
    const double w = static_cast<double>(want[i]);
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
  if (got.type() == ElementType::kFloat32) {
    return CompareFloats(got.data<float>(), want.data<float>(), got.elements(), rtol, atol);
  }
  if (got.type() == ElementType::kFloat64) {
    return CompareFloats(got.data<double>(), want.data<double>(), got.elements(), rtol, atol);
  }
  if (got.type() == ElementType::kFloat16 || got.type() == ElementType::kBfloat16) {
    const LoadRow<float> load = GetLoadRow<float>(got.type());
    std::vector<float> wide[2];
    for (const Tensor* t : {&got, &want}) {
      std::vector<float>& to = wide[t == &want];
      to.resize(static_cast<size_t>(t->elements()));
      load(to.data(), t->raw(), t->elements());
    }
    return CompareFloats<float>(wide[0].data(), wide[1].data(), got.elements(), rtol, atol);
  }
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
