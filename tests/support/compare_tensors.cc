// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>

#include "compute/element_io.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

std::string CompareFloats(const Tensor& got, const Tensor& want, double rtol, double atol) {
  const LoadRow<double> load = GetLoadRow<double>(got.type());
  const int64_t size = BitsOf(got.type()) / 8;
  for (int64_t i = 0; i < got.elements(); ++i) {
    double g = 0, w = 0;
    load(&g, got.raw() + i * size, 1);
    load(&w, want.raw() + i * size, 1);
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
  if (kFloats.Has(got.type())) return CompareFloats(got, want, rtol, atol);
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
