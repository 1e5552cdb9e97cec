// SPDX-License-Identifier: MIT
// The loop around rows of elementwise operators whose operands broadcast to the output's shape (numpy rules).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "compute/parallel.h"
#include "tensor/shape.h"

namespace kante::core {

inline constexpr int kMaxOperands = 4;

// The iteration space with as few dimensions as possible: dimensions of size 1 dropped, neighbours that every operand
// walks through in the same way merged. The innermost dimension is a row: each operand is contiguous there or repeats
// one element.
struct BroadcastPlan {
  int operands = 0;
  int rank = 0;  // of the dimensions outside the row
  std::array<int64_t, kMaxRank> dims{};
  std::array<std::array<int64_t, kMaxRank>, kMaxOperands> strides{};  // in elements; 0 where the operand repeats
  int64_t rows = 1;
  int64_t row = 1;                           // elements in a row
  std::array<bool, kMaxOperands> repeats{};  // one element for the whole row

  bool IsOneRow() const { return rows == 1; }
};

// REQUIRES: every operand broadcasts to `output`, at most kMaxOperands of them. Operands are dense.
BroadcastPlan PlanBroadcast(const Shape& output, std::span<const Shape* const> operands);
inline BroadcastPlan PlanBroadcast(const Shape& output, const Shape& a, const Shape& b) {
  const Shape* const both[] = {&a, &b};
  return PlanBroadcast(output, both);
}

// Part of a row: `offsets[i]` is where operand i stands, `out` where the output stands, `n` elements from there.
using RowBody = FunctionRef<void(const int64_t* offsets, int64_t out, int64_t n)>;

// Calls body over all parts of all rows, long rows cut. `cost`: nanoseconds of one element. Body must give every
// element the same bits wherever rows are cut. False when cancelled.
bool ForEachRow(const BroadcastPlan& plan, double cost, ParallelFor parallel, RowBody body);

// The grain at which [0, count) items of `cost` nanoseconds are worth handing to a thread.
int64_t GrainFor(double cost);

}  // namespace kante::core
