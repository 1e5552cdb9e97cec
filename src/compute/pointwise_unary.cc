// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "compute/element_io.h"
#include "compute/pointwise.h"
#include "compute/saturate.h"

namespace kante::core {
namespace {

int64_t ApplyInteger(IntegerUnary op, const ShrinkParameters& shrink, int64_t x) {
  const auto wrapped = static_cast<uint64_t>(x);
  switch (op) {
    case IntegerUnary::kAbs:
      return x < 0 ? static_cast<int64_t>(0 - wrapped) : x;
    case IntegerUnary::kNeg:
      return static_cast<int64_t>(0 - wrapped);
    case IntegerUnary::kSign:
      return (x > 0) - (x < 0);
    case IntegerUnary::kRelu:
      return x < 0 ? 0 : x;
    case IntegerUnary::kNot:
      return ~x;
    case IntegerUnary::kShrink:
      break;
  }
  const auto v = static_cast<double>(x);
  if (v < -shrink.lambd) return SaturateTo<int64_t>(v + shrink.bias);
  if (v > shrink.lambd) return SaturateTo<int64_t>(v - shrink.bias);
  return 0;
}

}  // namespace

bool RunUnary(kernels::UnaryOp op, double alpha, double beta, ElementType type, const void* x, void* y, int64_t n,
              ParallelFor parallel) {
  const auto a = static_cast<float>(alpha), b = static_cast<float>(beta);
  const double cost = op.function->cost;
  if (type == ElementType::kFloat64) {
    return parallel(n, GrainFor(cost + 8), [&](int64_t begin, int64_t end) {
      op.function->doubles(static_cast<double*>(y) + begin, static_cast<const double*>(x) + begin,
                           static_cast<size_t>(end - begin), alpha, beta);
    });
  }
  const kernels::UnaryFn f = kernels::GetUnary(op);
  if (type == ElementType::kFloat32) {
    return parallel(n, GrainFor(cost), [&](int64_t begin, int64_t end) {
      f(static_cast<float*>(y) + begin, static_cast<const float*>(x) + begin, static_cast<size_t>(end - begin), a, b);
    });
  }
  const LoadRow<float> load = GetLoadRow<float>(type);
  const StoreRow<float> store = GetStoreRow<float>(type);
  return parallel(n, GrainFor(cost + 0.5), [&](int64_t begin, int64_t end) {
    float tile[kTileElements];
    for (int64_t at = begin; at < end; at += kTileElements) {
      const int64_t part = std::min(kTileElements, end - at);
      load(tile, static_cast<const uint16_t*>(x) + at, part);
      f(tile, tile, static_cast<size_t>(part), a, b);
      store(static_cast<uint16_t*>(y) + at, tile, part);
    }
  });
}

bool RunIntegerUnary(IntegerUnary op, const ShrinkParameters& shrink, ElementType type, const void* x, void* y,
                     int64_t n, ParallelFor parallel) {
  const LoadRow<int64_t> load = GetLoadRow<int64_t>(type);
  const StoreRow<int64_t> store = GetStoreRow<int64_t>(type);
  const int64_t size = BitsOf(type) / 8;
  // A uint64 arrives as its bits: values from 2^63 on must not look negative.
  const bool huge = type == ElementType::kUint64 && op != IntegerUnary::kNot && op != IntegerUnary::kNeg;
  return parallel(n, GrainFor(1.5), [&](int64_t begin, int64_t end) {
    int64_t tile[kTileElements];
    for (int64_t at = begin; at < end; at += kTileElements) {
      const int64_t part = std::min(kTileElements, end - at);
      load(tile, static_cast<const std::byte*>(x) + at * size, part);
      for (int64_t i = 0; i < part; ++i) {
        if (huge && tile[i] < 0) {
          if (op == IntegerUnary::kSign) tile[i] = 1;
          if (op == IntegerUnary::kShrink) {
            const double v = static_cast<double>(static_cast<uint64_t>(tile[i])) - shrink.bias;
            tile[i] = static_cast<int64_t>(SaturateTo<uint64_t>(v));
          }
          continue;
        }
        tile[i] = ApplyInteger(op, shrink, tile[i]);
      }
      store(static_cast<std::byte*>(y) + at * size, tile, part);
    }
  });
}

}  // namespace kante::core
