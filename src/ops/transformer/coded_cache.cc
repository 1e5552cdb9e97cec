// SPDX-License-Identifier: MIT
#include "ops/transformer/coded_cache.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "compute/move/cast.h"

namespace kante::core {
namespace {

// NaN becomes `lo`.
int Rounded(float x, float lo, float hi) {
  const float v = std::nearbyint(x);
  return static_cast<int>(v >= lo ? std::min(v, hi) : lo);
}

// One row; a scale for each number, or one at stride 0.
void EncodeRow(std::byte* to, const float* x, const CacheCode& code, const float* scale) {
  const int64_t step = code.by_channel ? 1 : 0;
  if (code.type == ElementType::kUint8) std::fill_n(to, code.row_bytes(), std::byte{0});
  for (int64_t i = 0; i < code.size; ++i) {
    const float v = x[i] / scale[i * step];
    if (code.type == ElementType::kUint8) {
      to[i / 2] |= static_cast<std::byte>((Rounded(v, -8, 7) + 8) << (i % 2 * 4));
    } else if (code.type == ElementType::kInt8) {
      to[i] = static_cast<std::byte>(Rounded(v, -128, 127));
    } else {
      CastRange(code.type, to + i, ElementType::kFloat32, reinterpret_cast<const std::byte*>(&v), 1, {});
    }
  }
}

void DecodeRow(float* to, const std::byte* x, const CacheCode& code, const float* scale) {
  const int64_t step = code.by_channel ? 1 : 0;
  if (code.type == ElementType::kUint8) {
    for (int64_t i = 0; i < code.size; ++i) {
      to[i] = static_cast<float>((std::to_integer<int>(x[i / 2]) >> (i % 2 * 4) & 15) - 8);
    }
  } else {
    CastRange(ElementType::kFloat32, reinterpret_cast<std::byte*>(to), code.type, x, code.size, {});
  }
  for (int64_t i = 0; i < code.size; ++i) to[i] *= scale[i * step];
}

}  // namespace

Result<std::byte*> EncodeRows(RunContext& c, const CacheCode& code, const Heads& from, const HeadSizes& s) {
  const int64_t dims[] = {s.batch, s.heads, s.rows, code.row_bytes()};
  KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
  KANTE_TRY(std::byte * to, c.Scratch(bytes));
  KANTE_TRY(c.Parallel(s.batch * s.heads * s.rows, 4.0 * static_cast<double>(s.size), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t b = i / (s.heads * s.rows), h = i / s.rows % s.heads;
      EncodeRow(to + i * code.row_bytes(), from.at(b, h, i % s.rows), code, code.scale_of(h));
    }
  }));
  return to;
}

Result<Heads> DecodeRows(RunContext& c, const CacheCode& code, const std::byte* from, const HeadSizes& s) {
  KANTE_TRY(const MutableHeads to, NewHeads(c, s));
  KANTE_TRY(c.Parallel(s.batch * s.heads * s.rows, static_cast<double>(s.size), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t h = i / s.rows % s.heads;
      DecodeRow(to.data + i * s.size, from + i * code.row_bytes(), code, code.scale_of(h));
    }
  }));
  return Heads{to.data, to.batch_stride, to.head_stride, to.row_stride};
}

}  // namespace kante::core
