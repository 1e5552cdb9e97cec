// SPDX-License-Identifier: MIT
#include "cli/io/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cli/io/json_tensor.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

std::string Describe(const Tensor& t) { return std::string(NameOf(t.type())) + ShapeToString(t.shape()); }

// "[0,3,1]" of a flat index.
std::string IndexText(const Tensor& t, int64_t flat) {
  std::vector<int64_t> index(t.shape().size());
  for (size_t d = index.size(); d-- > 0;) {
    index[d] = flat % t.shape()[d];
    flat /= t.shape()[d];
  }
  return ShapeToString(index);
}

std::string Number(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.9g", v);
  return buffer;
}

std::string Integer(const Tensor& t, size_t i) {
  return t.type() == ElementType::kInt64 ? std::to_string(t.values<int64_t>()[i])
                                         : std::to_string(t.values<uint64_t>()[i]);
}

bool Numeric(ElementType type) {
  const int t = static_cast<int>(type);
  return (t >= 1 && t <= 7) || (t >= 9 && t <= 13) || type == ElementType::kBfloat16;
}

std::string TensorDifference(const Tensor& got, const Tensor& want, double rtol, double atol) {
  if (got.type() != want.type() || !std::ranges::equal(got.shape(), want.shape())) {
    return "is " + Describe(got) + ", expected " + Describe(want);
  }
  if (got.type() == ElementType::kString) {
    for (size_t i = 0; i < got.strings().size(); ++i) {
      if (got.strings()[i] == want.strings()[i]) continue;
      return "element " + IndexText(got, static_cast<int64_t>(i)) + " is \"" + got.strings()[i] + "\", expected \"" +
             want.strings()[i] + "\"";
    }
    return {};
  }
  if (!Numeric(got.type())) {
    return std::memcmp(got.data(), want.data(), got.bytes()) == 0 ? "" : "differs in its bytes";
  }
  for (int64_t i = 0; i < got.elements(); ++i) {
    const double g = ElementAsDouble(got, i);
    const double w = ElementAsDouble(want, i);
    if (BitsOf(got.type()) == 64 && got.type() != ElementType::kFloat64) {  // doubles do not tell these apart
      const size_t at = static_cast<size_t>(i);
      if (got.values<int64_t>()[at] == want.values<int64_t>()[at]) continue;
      if (g == w && atol + rtol * std::abs(w) < 1) {
        return "element " + IndexText(got, i) + " is " + Integer(got, at) + ", expected " + Integer(want, at);
      }
    }
    if (std::isinf(g) != std::isinf(w)) {  // no tolerance is infinite
      return "element " + IndexText(got, i) + " is " + Number(g) + ", expected " + Number(w);
    }
    if (g == w || (std::isnan(g) && std::isnan(w)) || (!std::isinf(g) && std::abs(g - w) <= atol + rtol * std::abs(w)))
      continue;
    return "element " + IndexText(got, i) + " is " + Number(g) + ", expected " + Number(w);
  }
  return {};
}

}  // namespace

std::string Difference(const Value& got, const Value& want, double rtol, double atol) {
  if (got.kind() != want.kind()) return "is of another kind than expected";
  if (got.is_tensor()) return TensorDifference(got.tensor(), want.tensor(), rtol, atol);
  if (got.items().size() != want.items().size()) {
    return "has " + std::to_string(got.items().size()) + " items, expected " + std::to_string(want.items().size());
  }
  for (size_t i = 0; i < got.items().size(); ++i) {
    if (got.is_map()) {
      const std::string inside = Difference(got.items()[i], want.items()[i], i ? rtol : 0, i ? atol : 0);
      if (!inside.empty()) return std::string(i ? "values" : "keys") + ": " + inside;
      continue;
    }
    const std::string inside = Difference(got.items()[i], want.items()[i], rtol, atol);
    if (!inside.empty()) return "item " + std::to_string(i) + " " + inside;
  }
  return {};
}

double LargestDifference(const Tensor& got, const Tensor& want) {
  if (!std::ranges::equal(got.shape(), want.shape()) || !Numeric(got.type()) || !Numeric(want.type())) return 0;
  double largest = 0;
  for (int64_t i = 0; i < got.elements(); ++i) {
    const double d = std::abs(ElementAsDouble(got, i) - ElementAsDouble(want, i));
    if (d > largest) largest = d;
  }
  return largest;
}

}  // namespace kante::cli
