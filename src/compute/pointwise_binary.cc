// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>

#include "compute/element_io.h"
#include "compute/pointwise.h"

namespace kante::core {
namespace {

using kernels::BinaryForm;
using kernels::BinaryOp;

BinaryForm FormOf(const BroadcastPlan& plan) {
  if (plan.repeats[1]) return BinaryForm::kVectorScalar;
  return plan.repeats[0] ? BinaryForm::kScalarVector : BinaryForm::kVectorVector;
}

// An output that other operands made wider: Sum folds its inputs into one.
bool BothRepeat(const BroadcastPlan& plan) { return plan.repeats[0] && plan.repeats[1]; }

template <typename T>
bool RunTyped(BinaryOp op, const BroadcastPlan& plan, const void* x, const void* y, void* z, ParallelFor parallel) {
  const kernels::BinaryFn<T> f = kernels::GetBinary<T>(op, FormOf(plan));
  const double cost = op.function->slow ? 15 : 0.1 * static_cast<double>(sizeof(T));
  return ForEachRow(plan, cost, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    T* to = static_cast<T*>(z) + out;
    f(to, static_cast<const T*>(x) + offsets[0], static_cast<const T*>(y) + offsets[1],
      static_cast<size_t>(BothRepeat(plan) ? 1 : n));
    if (BothRepeat(plan)) std::fill_n(to + 1, n - 1, to[0]);
  });
}

bool RunHalf(BinaryOp op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, void* z,
             ParallelFor parallel) {
  const kernels::BinaryFn<float> f = kernels::GetBinary<float>(op, FormOf(plan));
  const LoadRow<float> load = GetLoadRow<float>(type);
  const StoreRow<float> store = GetStoreRow<float>(type);
  return ForEachRow(plan, op.function->slow ? 15 : 1.2, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    float a[kTileElements], b[kTileElements];
    for (int64_t at = 0; at < n; at += kTileElements) {
      const int64_t part = std::min(kTileElements, n - at);
      const bool one_x = plan.repeats[0], one_y = plan.repeats[1];
      load(a, static_cast<const uint16_t*>(x) + offsets[0] + (one_x ? 0 : at), one_x ? 1 : part);
      load(b, static_cast<const uint16_t*>(y) + offsets[1] + (one_y ? 0 : at), one_y ? 1 : part);
      float* result = one_x ? b : a;
      f(result, a, b, static_cast<size_t>(BothRepeat(plan) ? 1 : part));
      if (BothRepeat(plan)) std::fill_n(result + 1, part - 1, result[0]);
      store(static_cast<uint16_t*>(z) + out + at, result, part);
    }
  });
}

template <typename T>
T Shifted(BitOp op, T x, T y) {
  constexpr int kBits = static_cast<int>(sizeof(T) * 8);
  const bool endless = y < 0 || y >= static_cast<T>(kBits);
  if (op == BitOp::kShiftRight) return endless ? static_cast<T>(x < 0 ? T(-1) : T(0)) : static_cast<T>(x >> y);
  return endless ? T(0) : static_cast<T>(static_cast<uint64_t>(x) << y);
}

template <typename T>
bool RunBits(BitOp op, const BroadcastPlan& plan, const void* x, const void* y, void* z, ParallelFor parallel) {
  const int64_t step_x = plan.repeats[0] ? 0 : 1, step_y = plan.repeats[1] ? 0 : 1;
  return ForEachRow(plan, 1, parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    const T* a = static_cast<const T*>(x) + offsets[0];
    const T* b = static_cast<const T*>(y) + offsets[1];
    T* c = static_cast<T*>(z) + out;
    switch (op) {
      case BitOp::kAnd:
        for (int64_t i = 0; i < n; ++i) c[i] = static_cast<T>(a[i * step_x] & b[i * step_y]);
        break;
      case BitOp::kOr:
        for (int64_t i = 0; i < n; ++i) c[i] = static_cast<T>(a[i * step_x] | b[i * step_y]);
        break;
      case BitOp::kXor:
        for (int64_t i = 0; i < n; ++i) c[i] = static_cast<T>(a[i * step_x] ^ b[i * step_y]);
        break;
      case BitOp::kShiftLeft:
      case BitOp::kShiftRight:
        for (int64_t i = 0; i < n; ++i) c[i] = Shifted<T>(op, a[i * step_x], b[i * step_y]);
        break;
    }
  });
}

}  // namespace

bool RunBinary(BinaryOp op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, void* z,
               ParallelFor parallel) {
  switch (type) {
    case ElementType::kFloat32:
      return RunTyped<float>(op, plan, x, y, z, parallel);
    case ElementType::kFloat64:
      return RunTyped<double>(op, plan, x, y, z, parallel);
    case ElementType::kInt8:
      return RunTyped<int8_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt16:
      return RunTyped<int16_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt32:
      return RunTyped<int32_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt64:
      return RunTyped<int64_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint8:
      return RunTyped<uint8_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint16:
      return RunTyped<uint16_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint32:
      return RunTyped<uint32_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint64:
      return RunTyped<uint64_t>(op, plan, x, y, z, parallel);
    default:
      return RunHalf(op, type, plan, x, y, z, parallel);
  }
}

bool RunBitOp(BitOp op, ElementType type, const BroadcastPlan& plan, const void* x, const void* y, void* z,
              ParallelFor parallel) {
  switch (type) {
    case ElementType::kInt8:
      return RunBits<int8_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt16:
      return RunBits<int16_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt32:
      return RunBits<int32_t>(op, plan, x, y, z, parallel);
    case ElementType::kInt64:
      return RunBits<int64_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint16:
      return RunBits<uint16_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint32:
      return RunBits<uint32_t>(op, plan, x, y, z, parallel);
    case ElementType::kUint64:
      return RunBits<uint64_t>(op, plan, x, y, z, parallel);
    default:
      return RunBits<uint8_t>(op, plan, x, y, z, parallel);
  }
}

}  // namespace kante::core
