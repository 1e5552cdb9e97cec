// SPDX-License-Identifier: MIT
#include "compute/gemm_batch.h"

#include <algorithm>

#include "base/checked.h"

namespace kante::core {
namespace {

constexpr double kNanosWorthSharing = 200000;  // a product this long is cut by itself
constexpr int64_t kMaxSlots = 32;

struct Offsets {
  int64_t a = 0;
  int64_t b = 0;
};

// Which matrices product `i` reads.
Offsets Locate(const BroadcastPlan& batch, int64_t i) {
  Offsets at;
  const int64_t inner = i % batch.row;
  int64_t rest = i / batch.row;
  at.a = batch.repeats[0] ? 0 : inner;
  at.b = batch.repeats[1] ? 0 : inner;
  for (int d = batch.rank - 1; d >= 0; --d) {
    const size_t s = static_cast<size_t>(d);
    at.a += rest % batch.dims[s] * batch.strides[0][s];
    at.b += rest % batch.dims[s] * batch.strides[1][s];
    rest /= batch.dims[s];
  }
  return at;
}

GemmArgs ArgsOf(const BatchGemmPlan& plan, const GemmArgs& first, const BatchStrides& strides, int64_t i) {
  GemmArgs args = first;
  const Offsets at = Locate(plan.batch, i);
  args.a += at.a * strides.a;
  if (args.packed_b) {
    args.packed_b = static_cast<const std::byte*>(args.packed_b) + at.b * strides.b * PanelBytes(plan.one.panels);
  }
  if (args.b) args.b += at.b * strides.b;
  args.c += i * strides.c;
  if (args.epilogue.residual) args.epilogue.residual += i * strides.c;
  return args;
}

}  // namespace

BatchGemmPlan PlanBatchGemm(const Shape& batch, const Shape& a_batch, const Shape& b_batch, int64_t m, int64_t n,
                            int64_t k, GemmB source, int64_t a_row_stride, int64_t a_col_stride,
                            kernels::PanelType panels) {
  BatchGemmPlan plan;
  plan.one = PlanGemm(m, n, k, source, a_row_stride, a_col_stride, panels);
  plan.batch = PlanBroadcast(batch, a_batch, b_batch);
  plan.count = batch.elements();
  plan.scratch_bytes = plan.one.scratch_bytes;
  if (plan.count < 2) return plan;
  const double nanos = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) / 60 + 200;
  plan.across = nanos < kNanosWorthSharing;
  if (!plan.across) return plan;
  plan.grain = std::max(CeilDiv(plan.count, kMaxSlots), std::min(plan.count, GrainFor(nanos)));
  plan.slots = CeilDiv(plan.count, plan.grain);
  plan.scratch_bytes = plan.slots * AlignUp(plan.one.scratch_bytes, 64);
  return plan;
}

bool RunBatchGemm(const BatchGemmPlan& plan, const GemmArgs& first, const BatchStrides& strides, ParallelFor parallel) {
  if (!plan.across) {
    for (int64_t i = 0; i < plan.count; ++i) {
      if (!RunGemm(plan.one, ArgsOf(plan, first, strides, i), parallel)) return false;
    }
    return true;
  }
  auto inline_loop = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (count > 0) body(0, count);
    return true;
  };
  const int64_t slot_bytes = AlignUp(plan.one.scratch_bytes, 64);
  return parallel(plan.count, plan.grain, [&](int64_t begin, int64_t end) {
    // Ranges start at multiples of the grain, so each has a slot of its own.
    std::byte* scratch = first.scratch ? first.scratch + begin / plan.grain * slot_bytes : nullptr;
    for (int64_t i = begin; i < end; ++i) {
      GemmArgs args = ArgsOf(plan, first, strides, i);
      args.scratch = scratch;
      RunGemm(plan.one, args, inline_loop);
    }
  });
}

}  // namespace kante::core
