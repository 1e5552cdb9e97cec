// SPDX-License-Identifier: MIT
#include "compute/reduce.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "compute/broadcast.h"
#include "compute/element_io.h"
#include "compute/pointwise.h"
#include "compute/reduce_loops.h"
#include "compute/reduce_plan.h"

namespace kante::core {
namespace {

constexpr int64_t kColumnPart = 256;  // columns that one task keeps
constexpr int64_t kPartials = 256;    // results of rows that wait to be combined

ReduceOp KernelOf(Reduction op) {
  switch (op) {
    case Reduction::kMax:
      return ReduceOp::kMax;
    case Reduction::kMin:
      return ReduceOp::kMin;
    case Reduction::kProd:
      return ReduceOp::kProd;
    case Reduction::kL1:
      return ReduceOp::kSumAbs;
    case Reduction::kL2:
    case Reduction::kSumSquare:
      return ReduceOp::kSumSquare;
    default:
      return ReduceOp::kSum;
  }
}

// Rows of contiguous elements: one result each, outer reduced loops combined in batches.
template <typename T>
bool ReduceRows(ReduceOp op, const ReducePlan& plan, const T* x, T* y, ParallelFor parallel) {
  const ReduceOp combiner = CombinerOf(op);
  const double cost = 5 + 0.15 * static_cast<double>(plan.row) * static_cast<double>(plan.reduced.count);
  return parallel(plan.kept.count, GrainFor(cost), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* from = x + plan.kept.Offset(i);
      if (plan.reduced.count == 1) {
        y[i] = ReduceRow(op, from, plan.row);
        continue;
      }
      T partial[kPartials + 1];
      int64_t waiting = 0;
      for (int64_t r = 0; r < plan.reduced.count; ++r) {
        partial[waiting++] = ReduceRow(op, from + plan.reduced.Offset(r), plan.row);
        if (waiting <= kPartials) continue;
        partial[0] = ReduceRow(combiner, partial, waiting);
        waiting = 1;
      }
      y[i] = ReduceRow(combiner, partial, waiting);
    }
  });
}

template <typename T>
bool ReduceByColumns(ReduceOp op, const ReducePlan& plan, const T* x, T* y, ParallelFor parallel) {
  const int64_t parts = CeilDiv(plan.columns, kColumnPart);
  const double cost = 20 + 0.2 * static_cast<double>(std::min(plan.columns, kColumnPart)) *
                               static_cast<double>(plan.rows * plan.reduced.count);
  return parallel(plan.kept.count * parts, GrainFor(cost), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t j = t % parts * kColumnPart, n = std::min(kColumnPart, plan.columns - j);
      const T* from = x + plan.kept.Offset(t / parts) + j;
      T* to = y + t / parts * plan.columns + j;
      if (plan.reduced.count == 0) ReduceColumns(op, to, from, 0, n, 0, false);
      for (int64_t r = 0; r < plan.reduced.count; ++r) {
        ReduceColumns(op, to, from + plan.reduced.Offset(r), plan.rows, n, plan.row_stride, r > 0);
      }
    }
  });
}

template <typename T>
bool ReduceWith(ReduceOp op, const ReducePlan& plan, const T* x, T* y, ParallelFor parallel) {
  return plan.by_columns ? ReduceByColumns(op, plan, x, y, parallel) : ReduceRows(op, plan, x, y, parallel);
}

template <typename T>
void Finish(Reduction op, int64_t reduced, bool is_unsigned, T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (std::is_integral_v<T>) {
      if (op == Reduction::kMean) {
        if (reduced == 0)
          y[i] = 0;
        else
          y[i] = is_unsigned ? static_cast<T>(static_cast<uint64_t>(y[i]) / static_cast<uint64_t>(reduced))
                             : y[i] / reduced;
      } else if (op == Reduction::kL2) {
        // A sum that wrapped below zero has no root.
        const double sum = is_unsigned ? static_cast<double>(static_cast<uint64_t>(y[i])) : static_cast<double>(y[i]);
        y[i] = sum > 0 ? static_cast<T>(std::sqrt(sum)) : 0;
      } else if (op == Reduction::kLogSum) {
        y[i] = y[i] > 0 ? static_cast<T>(std::log(static_cast<double>(y[i]))) : std::numeric_limits<T>::min();
      }
    } else {
      if (op == Reduction::kMean) y[i] /= static_cast<T>(reduced);
      if (op == Reduction::kL2) y[i] = std::sqrt(y[i]);
      if (op == Reduction::kLogSum) y[i] = std::log(y[i]);
    }
  }
}

// log(sum(exp(x))) as max + log(sum(exp(x - max))); an infinite maximum is left out of the subtraction.
template <typename T>
bool LogSumExp(const ReduceArgs& args, const ReducePlan& plan, const T* x, T* y, T* scratch, ParallelFor parallel) {
  constexpr ElementType kType = ElementTypeFor<T>;
  Shape kept = args.shape;
  for (int d = 0; d < kept.rank(); ++d) {
    if ((args.axes >> d) & 1) kept.set_dim(d, 1);
  }
  const int64_t n = args.shape.elements(), results = kept.elements();
  T* shift = scratch;
  T* exps = scratch + AlignUp(results, 16);
  if (!ReduceWith(ReduceOp::kMax, plan, x, shift, parallel)) return false;
  for (int64_t i = 0; i < results; ++i) {
    if (std::isinf(shift[i])) shift[i] = 0;
  }
  const BroadcastPlan both = PlanBroadcast(args.shape, args.shape, kept);
  if (!RunBinary(kernels::BinaryOp::kSub, kType, both, x, shift, exps, parallel)) return false;
  if (!RunUnary(kernels::UnaryOp::kExp, 0, 0, kType, exps, exps, n, parallel)) return false;
  if (!ReduceWith(ReduceOp::kSum, plan, exps, y, parallel)) return false;
  for (int64_t i = 0; i < results; ++i) y[i] = shift[i] + std::log(y[i]);
  return true;
}

template <typename T>
bool Reduced(const ReduceArgs& args, const T* x, T* y, std::byte* scratch, bool is_unsigned, ParallelFor parallel) {
  const ReducePlan plan = PlanReduce(args.shape, args.axes);
  int64_t reduced = 1, results = 1;
  for (int d = 0; d < args.shape.rank(); ++d) ((args.axes >> d) & 1 ? reduced : results) *= args.shape[d];
  if (results == 0) return true;
  if (reduced == 0) {
    const ReduceOp op = args.op == Reduction::kLogSumExp ? ReduceOp::kSum : KernelOf(args.op);
    std::fill(y, y + results, IdentityOf<T>(op));
    if (args.op == Reduction::kLogSumExp && std::is_floating_point_v<T>) {
      std::fill(y, y + results, IdentityOf<T>(ReduceOp::kMax));
    }
    Finish(args.op, 0, is_unsigned, y, results);
    return true;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (args.op == Reduction::kLogSumExp) {
      return LogSumExp(args, plan, x, y, reinterpret_cast<T*>(scratch), parallel);
    }
  }
  if (!ReduceWith(KernelOf(args.op), plan, x, y, parallel)) return false;
  Finish(args.op, reduced, is_unsigned, y, results);
  return true;
}

// Converts the whole of x, reduces, converts back.
template <typename Wide>
bool Converted(const ReduceArgs& args, int64_t results, ParallelFor parallel) {
  const int64_t n = args.shape.elements();
  auto* wide = reinterpret_cast<Wide*>(args.scratch);
  Wide* wide_y = wide + AlignUp(n, 16);
  const LoadRow<Wide> load = GetLoadRow<Wide>(args.type);
  const int64_t size = BitsOf(args.type) / 8;
  // Order of uint64 as order of int64: the top bit turned over.
  const bool turned = std::is_integral_v<Wide> && args.type == ElementType::kUint64 &&
                      (args.op == Reduction::kMax || args.op == Reduction::kMin);
  const auto turn = [](Wide v) {
    if constexpr (std::is_integral_v<Wide>) v = static_cast<Wide>(static_cast<uint64_t>(v) ^ (uint64_t{1} << 63));
    return v;
  };
  const bool loaded = parallel(n, GrainFor(0.6), [&](int64_t begin, int64_t end) {
    load(wide + begin, static_cast<const std::byte*>(args.x) + begin * size, end - begin);
    for (int64_t i = begin; turned && i < end; ++i) wide[i] = turn(wide[i]);
  });
  auto* rest = reinterpret_cast<std::byte*>(wide_y + AlignUp(results, 16));
  const bool is_unsigned = args.type == ElementType::kUint64;
  if (!loaded || !Reduced<Wide>(args, wide, wide_y, rest, is_unsigned, parallel)) return false;
  for (int64_t i = 0; turned && i < results; ++i) wide_y[i] = turn(wide_y[i]);
  GetStoreRow<Wide>(args.type)(args.y, wide_y, results);
  return true;
}

// The extreme values of a type, for maxima and minima of nothing: int64's would not survive the way back.
bool FillExtreme(const ReduceArgs& args, int64_t results) {
  const bool top = args.op == Reduction::kMin;
  const double extreme = top ? INFINITY : -INFINITY;
  const StoreRow<double> store = GetStoreRow<double>(args.type);
  const int64_t size = BitsOf(args.type) / 8;
  if (args.type == ElementType::kBool) {
    std::fill_n(static_cast<bool*>(args.y), results, top);
    return true;
  }
  for (int64_t i = 0; i < results; ++i) store(static_cast<std::byte*>(args.y) + i * size, &extreme, 1);
  return true;
}

int64_t ResultsOf(const ReduceArgs& args) {
  int64_t results = 1;
  for (int d = 0; d < args.shape.rank(); ++d) {
    if (!((args.axes >> d) & 1)) results *= args.shape[d];
  }
  return results;
}

}  // namespace

int64_t ReduceScratchBytes(Reduction op, ElementType type, int64_t elements, int64_t results) {
  const bool narrow = type == ElementType::kFloat16 || type == ElementType::kBfloat16;
  const bool plain = type == ElementType::kFloat32 || type == ElementType::kFloat64 ||
                     (type == ElementType::kInt64 && op != Reduction::kLogSumExp);
  const int64_t size = narrow || type == ElementType::kFloat32 ? 4 : 8;
  const int64_t block = (AlignUp(elements, 16) + AlignUp(results, 16)) * size;
  return (plain ? 0 : block) + (op == Reduction::kLogSumExp ? block : 0);
}

bool RunReduce(const ReduceArgs& args, ParallelFor parallel) {
  const int64_t results = ResultsOf(args);
  const bool extreme = args.op == Reduction::kMax || args.op == Reduction::kMin;
  if (extreme && args.shape.elements() == 0) return FillExtreme(args, results);
  switch (args.type) {
    case ElementType::kFloat32:
      return Reduced(args, static_cast<const float*>(args.x), static_cast<float*>(args.y), args.scratch, false,
                     parallel);
    case ElementType::kFloat64:
      return Reduced(args, static_cast<const double*>(args.x), static_cast<double*>(args.y), args.scratch, false,
                     parallel);
    case ElementType::kInt64:
      if (args.op == Reduction::kLogSumExp) break;
      return Reduced(args, static_cast<const int64_t*>(args.x), static_cast<int64_t*>(args.y), args.scratch, false,
                     parallel);
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
      return Converted<float>(args, results, parallel);
    default:
      break;
  }
  // Logarithms of integers (ONNX had them before 28) are computed in double.
  if (args.op == Reduction::kLogSumExp) return Converted<double>(args, results, parallel);
  if (args.op == Reduction::kL1 && args.type == ElementType::kUint64) {  // never negative, whatever its top bit says
    ReduceArgs sum = args;
    sum.op = Reduction::kSum;
    return Converted<int64_t>(sum, results, parallel);
  }
  return Converted<int64_t>(args, results, parallel);
}

}  // namespace kante::core
