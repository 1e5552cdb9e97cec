// SPDX-License-Identifier: MIT
#include "compute/reduce_arg.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "base/checked.h"
#include "compute/broadcast.h"
#include "compute/element_io.h"

namespace kante::core {
namespace {

// Whether v takes the place of `best`.
template <typename T>
bool Beats(T v, T best, bool smallest, bool last) {
  if constexpr (std::is_floating_point_v<T>) {
    if (best != best) return last && v != v;
    if (v != v) return true;
  }
  if (v == best) return last;
  return smallest ? v < best : v > best;
}

template <typename Wide>
bool Run(ElementType type, bool smallest, bool last, const std::byte* x, int64_t* y, int64_t outer, int64_t n,
         int64_t inner, ParallelFor parallel) {
  const LoadRow<Wide> load = GetLoadRow<Wide>(type);
  const int64_t size = BitsOf(type) / 8;
  const bool is_u64 = type == ElementType::kUint64;
  const auto read = [&](Wide* to, int64_t at, int64_t count) {
    load(to, x + at * size, count);
    if constexpr (std::is_integral_v<Wide>) {
      for (int64_t i = 0; is_u64 && i < count; ++i) {
        to[i] = static_cast<Wide>(static_cast<uint64_t>(to[i]) ^ (uint64_t{1} << 63));  // keeps the order
      }
    }
  };
  const int64_t parts = CeilDiv(inner, kTileElements);
  const double cost = 1.5 * static_cast<double>(n) * static_cast<double>(std::min(inner, kTileElements));
  return parallel(outer * parts, GrainFor(cost), [&](int64_t begin, int64_t end) {
    Wide tile[kTileElements], best[kTileElements];
    for (int64_t t = begin; t < end; ++t) {
      const int64_t o = t / parts, j0 = t % parts * kTileElements;
      int64_t* to = y + o * inner + j0;
      if (inner == 1) {
        Wide top{};
        for (int64_t i0 = 0; i0 < n; i0 += kTileElements) {
          const int64_t count = std::min(kTileElements, n - i0);
          read(tile, o * n + i0, count);
          if (i0 == 0) {
            top = tile[0];
            *to = 0;
          }
          for (int64_t i = i0 == 0 ? 1 : 0; i < count; ++i) {
            if (!Beats(tile[i], top, smallest, last)) continue;
            top = tile[i];
            *to = i0 + i;
          }
        }
        continue;
      }
      const int64_t columns = std::min(kTileElements, inner - j0);
      read(best, o * n * inner + j0, columns);
      std::fill(to, to + columns, 0);
      for (int64_t i = 1; i < n; ++i) {
        read(tile, (o * n + i) * inner + j0, columns);
        for (int64_t j = 0; j < columns; ++j) {
          if (!Beats(tile[j], best[j], smallest, last)) continue;
          best[j] = tile[j];
          to[j] = i;
        }
      }
    }
  });
}

}  // namespace

bool RunArgExtreme(ElementType type, bool smallest, bool last, const void* x, int64_t* y, int64_t outer, int64_t n,
                   int64_t inner, ParallelFor parallel) {
  const auto* from = static_cast<const std::byte*>(x);
  switch (ArithmeticOf(type)) {
    case Arithmetic::kFloat:
      return Run<float>(type, smallest, last, from, y, outer, n, inner, parallel);
    case Arithmetic::kDouble:
      return Run<double>(type, smallest, last, from, y, outer, n, inner, parallel);
    default:
      return Run<int64_t>(type, smallest, last, from, y, outer, n, inner, parallel);
  }
}

}  // namespace kante::core
