// SPDX-License-Identifier: MIT
#include "compute/reduce_plan.h"

namespace kante::core {

int64_t ReducePlan::Loops::Offset(int64_t index) const {
  int64_t offset = 0;
  for (int d = rank - 1; d >= 0; --d) {
    const size_t s = static_cast<size_t>(d);
    offset += index % dims[s] * strides[s];
    index /= dims[s];
  }
  return offset;
}

ReducePlan PlanReduce(const Shape& shape, uint32_t axes) {
  struct Group {
    bool reduced;
    int64_t size;
    int64_t stride;
  };
  std::array<Group, kMaxRank> groups{};
  int count = 0;
  int64_t stride = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {  // innermost first
    const bool reduced = (axes >> d) & 1;
    if (shape[d] != 1) {
      if (count > 0 && groups[static_cast<size_t>(count - 1)].reduced == reduced) {
        groups[static_cast<size_t>(count - 1)].size *= shape[d];
      } else {
        groups[static_cast<size_t>(count++)] = {reduced, shape[d], stride};
      }
    }
    stride *= shape[d];
  }
  ReducePlan plan;
  int at = 0;
  if (count == 0 || !groups[0].reduced) {
    plan.by_columns = true;
    if (count > 0) plan.columns = groups[static_cast<size_t>(at++)].size;
    if (at < count) {
      plan.rows = groups[static_cast<size_t>(at)].size;
      plan.row_stride = groups[static_cast<size_t>(at)].stride;
      ++at;
    }
  } else {
    plan.row = groups[static_cast<size_t>(at++)].size;
  }
  for (int g = count - 1; g >= at; --g) {  // outermost first
    const Group& group = groups[static_cast<size_t>(g)];
    ReducePlan::Loops& loops = group.reduced ? plan.reduced : plan.kept;
    loops.dims[static_cast<size_t>(loops.rank)] = group.size;
    loops.strides[static_cast<size_t>(loops.rank)] = group.stride;
    ++loops.rank;
    loops.count *= group.size;
  }
  return plan;
}

}  // namespace kante::core
