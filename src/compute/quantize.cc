// SPDX-License-Identifier: MIT
#include "compute/quantize.h"

#include <algorithm>
#include <cstddef>

#include "compute/element_io.h"
#include "compute/move/cast.h"

namespace kante::core {
namespace {

// Calls run(offset, count, parameter, step) for the stretches of [begin, end) in which the parameter's index advances
// by `step`.
template <typename Run>
void ForEachStretch(const QuantLayout& l, int64_t begin, int64_t end, const Run& run) {
  for (int64_t e = begin; e < end;) {
    const int64_t i = e % l.inner, a = e / l.inner % l.axis, o = e / (l.inner * l.axis);
    int64_t count = l.inner - i, step = l.inner_step;
    if (l.inner == 1) {
      step = l.block == 1 ? l.axis_step : 0;
      count = l.block == 1 ? l.axis - a : std::min(l.block - a % l.block, l.axis - a);
    }
    count = std::min(count, end - e);
    run(e - begin, count, o * l.outer_step + a / l.block * l.axis_step + i * l.inner_step, step);
    e += count;
  }
}

const std::byte* At(const std::byte* data, ElementType type, int64_t element) {
  return data + element * BitsOf(type) / 8;
}

}  // namespace

bool IntegerRange(ElementType type, float* lo, float* hi) {
  const bool is_signed = type == ElementType::kInt8 || type == ElementType::kInt16 || type == ElementType::kInt4 ||
                         type == ElementType::kInt2;
  const bool is_unsigned = type == ElementType::kUint8 || type == ElementType::kUint16 || type == ElementType::kUint4 ||
                           type == ElementType::kUint2;
  if (!is_signed && !is_unsigned) return false;
  const int codes = 1 << BitsOf(type);
  *lo = static_cast<float>(is_signed ? -codes / 2 : 0);
  *hi = static_cast<float>(is_signed ? codes / 2 - 1 : codes - 1);
  return true;
}

void DequantizeRange(ElementType y_type, std::byte* y, ElementType x_type, const std::byte* x, const QuantParameters& p,
                     int64_t begin, int64_t end) {
  float tile[kTileElements];
  for (int64_t e = begin; e < end; e += kTileElements) {
    const int64_t n = std::min(kTileElements, end - e);
    CastRange(ElementType::kFloat32, reinterpret_cast<std::byte*>(tile), x_type, At(x, x_type, e), n, {});
    ForEachStretch(p.layout, e, e + n, [&](int64_t at, int64_t count, int64_t k, int64_t step) {
      float* v = tile + at;
      if (p.zero) {
        for (int64_t i = 0; i < count; ++i) v[i] -= p.zero[k + i * step];
      }
      for (int64_t i = 0; i < count; ++i) v[i] *= p.scale[k + i * step];
    });
    CastRange(y_type, y + e * BitsOf(y_type) / 8, ElementType::kFloat32, reinterpret_cast<std::byte*>(tile), n, {});
  }
}

void QuantizeRange(ElementType y_type, std::byte* y, ElementType x_type, const std::byte* x, const QuantParameters& p,
                   ElementType precision, bool saturate, int64_t begin, int64_t end) {
  constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23: adding it leaves no room for a fraction
  float tile[kTileElements];
  uint16_t narrow[kTileElements];
  auto* bytes = reinterpret_cast<std::byte*>(tile);
  float lo, hi;
  const bool integer = IntegerRange(y_type, &lo, &hi);
  for (int64_t e = begin; e < end; e += kTileElements) {
    const int64_t n = std::min(kTileElements, end - e);
    CastRange(ElementType::kFloat32, bytes, x_type, At(x, x_type, e), n, {});
    ForEachStretch(p.layout, e, e + n, [&](int64_t at, int64_t count, int64_t k, int64_t step) {
      for (int64_t i = 0; i < count; ++i) tile[at + i] /= p.scale[k + i * step];
    });
    if (precision != ElementType::kFloat32) {
      CastRange(precision, reinterpret_cast<std::byte*>(narrow), ElementType::kFloat32, bytes, n, {});
      CastRange(ElementType::kFloat32, bytes, precision, reinterpret_cast<std::byte*>(narrow), n, {});
    }
    ForEachStretch(p.layout, e, e + n, [&](int64_t at, int64_t count, int64_t k, int64_t step) {
      float* v = tile + at;
      for (int64_t i = 0; i < count; ++i) {
        const float zero = p.zero ? p.zero[k + i * step] : 0.0f;
        if (integer) {
          // Bounds are integers, so saturating first changes nothing and keeps the rounding in range.
          float q = v[i] >= lo - zero ? v[i] : lo - zero;
          q = q <= hi - zero ? q : hi - zero;
          v[i] = ((q + kRounder) - kRounder) + zero;
        } else {
          v[i] += zero;
        }
      }
    });
    CastRange(y_type, y + e * BitsOf(y_type) / 8, ElementType::kFloat32, bytes, n, {.saturate = saturate});
  }
}

}  // namespace kante::core
