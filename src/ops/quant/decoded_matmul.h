// SPDX-License-Identifier: MIT
// A times the transpose of a matrix [n, k] whose rows are decoded to float panel by panel.
#pragma once

#include <algorithm>

#include "base/checked.h"
#include "compute/gemm.h"
#include "ops/nn/float_arrays.h"
#include "ops/run_context.h"

namespace kante::core {

// Writes elements [begin, end) of row `row`, each `stride` floats after the last.
using DecodeRow = FunctionRef<void(int64_t row, int64_t begin, int64_t end, float* to, int64_t stride)>;

// Output 0 = input `a` [.., k] times the decoded matrix, plus input `bias` [n] where there is one (-1: there is no such
// input).
inline Status RunDecodedMatMul(RunContext& c, int a, int bias, int64_t n, int64_t k, DecodeRow decode) {
  KANTE_TRY(Tensor * y, c.Output(0));
  const int64_t m = c.in(a).elements() / k, nr = static_cast<int64_t>(kernels::GemmTile().nr);
  auto pack = [&](float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
    for (int64_t j = n0; j < AlignUp(n1, nr); ++j) {
      float* to = dst + (j - n0) / nr * (k1 - k0) * nr + (j - n0) % nr;
      if (j < n1) {
        decode(j, k0, k1, to, nr);
      } else {
        for (int64_t i = 0; i < k1 - k0; ++i) to[i * nr] = 0;
      }
    }
  };
  const PackPanels panels(pack);
  const GemmPlan plan = PlanGemm(m, n, k, GemmB::kPanels, k, 1);
  GemmArgs args;
  if (plan.scratch_bytes) {
    KANTE_TRY(args.scratch, c.Scratch(plan.scratch_bytes));
  }
  KANTE_TRY(args.a, ReadFloats(c, a));
  args.a_row_stride = k;
  args.panels = &panels;
  KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
  args.c = out.data();
  args.ldc = n;
  if (bias >= 0) {
    KANTE_TRY(args.epilogue.bias_col, ReadFloats(c, bias));
  }
  KANTE_TRY(FinishedOr(c, RunGemm(plan, args, ParallelOf(c))));
  return out.Finish(c);
}

}  // namespace kante::core
