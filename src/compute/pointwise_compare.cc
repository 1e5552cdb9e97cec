// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <type_traits>

#include "base/build.h"
#include "compute/element_io.h"
#include "compute/pointwise.h"

namespace kante::core {
namespace {

template <typename T, typename Compare>
void CompareSteps(const T* a, int64_t step_a, const T* b, int64_t step_b, bool* z, int64_t n, const Compare& compare) {
  int64_t i = 0;
  if constexpr (!kForSize && std::is_arithmetic_v<T> && sizeof(T) >= 4) {
    constexpr int64_t kBlock = 16;  // a constant for the compiler to make vectors of
    for (; i + kBlock <= n && step_a == 1 && step_b == 1; i += kBlock) {
      for (int64_t j = 0; j < kBlock; ++j) z[i + j] = compare(a[i + j], b[i + j]);
    }
    for (const T one = *b; i + kBlock <= n && step_a == 1 && step_b == 0; i += kBlock) {
      for (int64_t j = 0; j < kBlock; ++j) z[i + j] = compare(a[i + j], one);
    }
    for (const T one = *a; i + kBlock <= n && step_a == 0 && step_b == 1; i += kBlock) {
      for (int64_t j = 0; j < kBlock; ++j) z[i + j] = compare(one, b[i + j]);
    }
  }
  for (; i < n; ++i) z[i] = compare(a[i * step_a], b[i * step_b]);
}

template <typename T>
void CompareRow(Comparison op, const T* a, int64_t step_a, const T* b, int64_t step_b, bool* z, int64_t n) {
  if (n <= 0) return;
  switch (op) {
    case Comparison::kEqual:
      return CompareSteps(a, step_a, b, step_b, z, n, [](const T& x, const T& y) { return x == y; });
    case Comparison::kLess:
      return CompareSteps(a, step_a, b, step_b, z, n, [](const T& x, const T& y) { return x < y; });
    case Comparison::kLessOrEqual:
      return CompareSteps(a, step_a, b, step_b, z, n, [](const T& x, const T& y) { return x <= y; });
  }
}

template <typename T>
bool CompareAs(Comparison op, const BroadcastPlan& plan, const void* x, const void* y, bool* z, ParallelFor parallel) {
  const int64_t step_x = plan.repeats[0] ? 0 : 1, step_y = plan.repeats[1] ? 0 : 1;
  return ForEachRow(plan, sizeof(T) > 8 ? 10 : 0.6, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    CompareRow<T>(op, static_cast<const T*>(x) + offsets[0], step_x, static_cast<const T*>(y) + offsets[1], step_y,
                  z + out, n);
  });
}

bool CompareHalves(Comparison op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, bool* z,
                   ParallelFor parallel) {
  const LoadRow<float> load = GetLoadRow<float>(type);
  const int64_t step_x = plan.repeats[0] ? 0 : 1, step_y = plan.repeats[1] ? 0 : 1;
  return ForEachRow(plan, 1.5, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    float a[kTileElements], b[kTileElements];
    for (int64_t at = 0; at < n; at += kTileElements) {
      const int64_t part = std::min(kTileElements, n - at);
      load(a, static_cast<const uint16_t*>(x) + offsets[0] + at * step_x, step_x ? part : 1);
      load(b, static_cast<const uint16_t*>(y) + offsets[1] + at * step_y, step_y ? part : 1);
      CompareRow<float>(op, a, step_x, b, step_y, z + out + at, part);
    }
  });
}

}  // namespace

bool RunComparison(Comparison op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, bool* z,
                   ParallelFor parallel) {
  switch (type) {
    case ElementType::kFloat32:
      return CompareAs<float>(op, plan, x, y, z, parallel);
    case ElementType::kFloat64:
      return CompareAs<double>(op, plan, x, y, z, parallel);
    case ElementType::kInt8:
      return CompareAs<int8_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt16:
      return CompareAs<int16_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt32:
      return CompareAs<int32_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt64:
      return CompareAs<int64_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint8:
    case ElementType::kBool:
      return CompareAs<uint8_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint16:
      return CompareAs<uint16_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint32:
      return CompareAs<uint32_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint64:
      return CompareAs<uint64_t>(op, plan, x, y, z, parallel);
    case ElementType::kString:
      return CompareAs<std::string>(op, plan, x, y, z, parallel);
    default:
      return CompareHalves(op, type, plan, x, y, z, parallel);
  }
}

}  // namespace kante::core
