// SPDX-License-Identifier: MIT
// Softmax and its relatives along one axis of a tensor seen as [outer, n, inner].
#pragma once

#include <cstdint>

#include "compute/parallel.h"

namespace kante::core {

enum class SoftmaxKind : uint8_t { kSoftmax, kLogSoftmax };

// T = float or double; y may be x. NaN and infinities spread as IEEE arithmetic says. False when cancelled.
template <typename T>
bool RunSoftmax(SoftmaxKind kind, const T* x, T* y, int64_t outer, int64_t n, int64_t inner, ParallelFor parallel);

extern template bool RunSoftmax<float>(SoftmaxKind, const float*, float*, int64_t, int64_t, int64_t, ParallelFor);
extern template bool RunSoftmax<double>(SoftmaxKind, const double*, double*, int64_t, int64_t, int64_t, ParallelFor);

}  // namespace kante::core
