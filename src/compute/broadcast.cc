// SPDX-License-Identifier: MIT
#include "compute/broadcast.h"

#include <algorithm>

#include "base/checked.h"

namespace kante::core {
namespace {

constexpr double kMinNanosPerRange = 8000;
constexpr int64_t kRowPart = 8192;  // where long rows are cut, so that one long row still feeds all threads

}  // namespace

int64_t GrainFor(double cost) {
  return static_cast<int64_t>(std::clamp(kMinNanosPerRange / std::max(cost, 1e-3), 1.0, 1e12));
}

BroadcastPlan PlanBroadcast(const Shape& output, std::span<const Shape* const> operands) {
  BroadcastPlan plan;
  plan.operands = static_cast<int>(operands.size());
  const size_t count = operands.size();
  std::array<int64_t, kMaxOperands> running;  // dense strides, from the last dimension outwards
  running.fill(1);
  // Dimensions innermost first.
  int rank = 0;
  std::array<int64_t, kMaxRank> dims{};
  std::array<std::array<int64_t, kMaxRank>, kMaxOperands> strides{};
  for (int back = 1; back <= output.rank(); ++back) {
    const int64_t dim = output[output.rank() - back];
    std::array<int64_t, kMaxOperands> step{};
    for (size_t i = 0; i < count; ++i) {
      const int r = operands[i]->rank();
      const int64_t own = back <= r ? (*operands[i])[r - back] : 1;
      step[i] = own == 1 ? 0 : running[i];
      running[i] *= own;
    }
    if (dim == 1) continue;
    bool merge = rank > 0;
    for (size_t i = 0; merge && i < count; ++i) {
      const size_t last = static_cast<size_t>(rank - 1);
      merge = step[i] == strides[i][last] * dims[last];
    }
    if (merge) {
      dims[static_cast<size_t>(rank - 1)] *= dim;
      continue;
    }
    dims[static_cast<size_t>(rank)] = dim;
    for (size_t i = 0; i < count; ++i) strides[i][static_cast<size_t>(rank)] = step[i];
    ++rank;
  }
  if (rank == 0) return plan;  // one element: every operand has stride 0 and is read as a row of 1
  plan.row = dims[0];
  for (size_t i = 0; i < count; ++i) plan.repeats[i] = strides[i][0] == 0;
  plan.rank = rank - 1;
  for (int d = 0; d < plan.rank; ++d) {
    const size_t from = static_cast<size_t>(rank - 1 - d);
    plan.dims[static_cast<size_t>(d)] = dims[from];
    plan.rows *= dims[from];
    for (size_t i = 0; i < count; ++i) plan.strides[i][static_cast<size_t>(d)] = strides[i][from];
  }
  return plan;
}

bool ForEachRow(const BroadcastPlan& plan, double cost, ParallelFor parallel, RowBody body) {
  if (plan.rows == 0 || plan.row == 0) return true;
  const int64_t parts = CeilDiv(plan.row, kRowPart);
  const int64_t part = CeilDiv(plan.row, parts);
  const size_t rank = static_cast<size_t>(plan.rank);
  const size_t count = static_cast<size_t>(plan.operands);
  return parallel(plan.rows * parts, GrainFor(cost * static_cast<double>(part) + 4), [&](int64_t begin, int64_t end) {
    int64_t row = begin / parts;
    int64_t at = begin % parts;
    std::array<int64_t, kMaxRank> index{};
    std::array<int64_t, kMaxOperands> base{};
    int64_t rest = row;
    for (size_t d = rank; d-- > 0;) {
      index[d] = rest % plan.dims[d];
      rest /= plan.dims[d];
      for (size_t i = 0; i < count; ++i) base[i] += index[d] * plan.strides[i][d];
    }
    for (int64_t item = begin; item < end; ++item) {
      const int64_t start = at * part;
      const int64_t n = std::min(part, plan.row - start);
      if (n > 0) {
        int64_t offsets[kMaxOperands];
        for (size_t i = 0; i < count; ++i) offsets[i] = base[i] + (plan.repeats[i] ? 0 : start);
        body(offsets, row * plan.row + start, n);
      }
      if (++at < parts) continue;
      at = 0;
      ++row;
      for (size_t d = rank; d-- > 0;) {
        for (size_t i = 0; i < count; ++i) base[i] += plan.strides[i][d];
        if (++index[d] < plan.dims[d]) break;
        for (size_t i = 0; i < count; ++i) base[i] -= plan.dims[d] * plan.strides[i][d];
        index[d] = 0;
      }
    }
  });
}

}  // namespace kante::core
