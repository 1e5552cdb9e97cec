// SPDX-License-Identifier: MIT
// f32 matrix products over kernels/gemm.h: blocking for caches, threads, scratch. MatMul, Gemm, convolutions (1x1 and
// implicit GEMM), recurrent layers and attention come here.
//
//   const GemmPlan plan = PlanGemm(m, n, k, GemmB::kPacked);
//   GemmArgs args{.a = a, .a_row_stride = k, .packed_b = w, .c = c, .ldc = n};
//   args.epilogue = {.bias_col = bias, .act = kernels::UnaryOp::kRelu};
//   args.scratch = scratch;                       // plan.scratch_bytes
//   if (!RunGemm(plan, args, parallel)) return cancelled;
//
// Every element of C is one chain of additions over ascending k, cut at places that depend on (m, n, k) only: the same
// bits for any number of threads and for every way to hand over B, m <= 4 with kStrided excepted (its chains differ).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/status.h"
#include "compute/parallel.h"
#include "kernels/gemm.h"
#include "tensor/element_type.h"

namespace kante::core {

// How B (k x n) is handed over.
enum class GemmB : uint8_t {
  kPacked,   // the whole matrix as PackGemmB lays it out: weights
  kStrided,  // in memory with any strides; packed on the fly, not at all for m <= 4
  kRows,     // in memory with contiguous rows: packed by the rows of A that come first
  kPanels,   // a callback packs what the driver asks for: implicit GEMM
};

// Writes rows [k0, k1) of the panels of columns [n0, n1) of B: dst[panel][kk - k0][nr], zeros beyond column n.
// n0 is a multiple of nr, n1 too or n itself. Called on several threads at once.
using PackPanels = FunctionRef<void(float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1)>;

// Blocking of one shape. Made of sizes and the current instruction set alone; cheap (no heap), so made where needed.
struct GemmPlan {
  int64_t m = 0, n = 0, k = 0;
  GemmB source = GemmB::kPacked;
  kernels::PanelType panels = kernels::PanelType::kF32;  // kPacked: of B
  bool vector = false;                                   // few rows: GemvBlock or the unpacked row kernels
  bool pack_first = false;         // B is packed as a whole before the product, else block by block inside the tasks
  bool pack_a = false;             // A is copied block by block: strided, or rows a power of two apart
  int64_t mc = 0, nc = 0, kc = 0;  // block of one task (nc a multiple of nr) and the cut of k
  int64_t m_blocks = 0, n_blocks = 0;
  int64_t row_parts = 1;  // kRows: of A, for tasks of their own
  int64_t grain = 1;      // blocks that one task takes together
  int64_t slots = 0;      // tasks at once that scratch is kept for
  int64_t slot_floats = 0;
  int64_t packed_floats = 0;  // of the whole B, when pack_first
  int64_t scratch_bytes = 0;  // what GemmArgs::scratch must hold
};

// REQUIRES: m, n, k >= 0 and m * k, k * n, m * n checked by the caller to fit. `a_col_stride` and `a_row_stride` say
// how A will lie: rows of contiguous floats are read in place.
GemmPlan PlanGemm(int64_t m, int64_t n, int64_t k, GemmB source, int64_t a_row_stride = 0, int64_t a_col_stride = 1,
                  kernels::PanelType panels = kernels::PanelType::kF32);

// Pointers of one product. Strides are in elements and may be anything; C has contiguous rows.
struct GemmArgs {
  const float* a = nullptr;
  int64_t a_row_stride = 0;
  int64_t a_col_stride = 1;

  const void* packed_b = nullptr;  // kPacked
  const float* b = nullptr;        // kStrided, kRows
  int64_t b_row_stride = 0;        //   (n, 1) for a row-major B, (1, k) for a transposed one
  int64_t b_col_stride = 1;
  const PackPanels* panels = nullptr;  // kPanels

  float* c = nullptr;  // overlaps nothing
  int64_t ldc = 0;
  kernels::Epilogue epilogue;    // pointers relative to C's first element; `residual` must not be C
  std::byte* scratch = nullptr;  // plan.scratch_bytes, aligned to a cache line; null when that is 0
};

// C = epilogue(A * B). False when the run was cancelled. k == 0 gives epilogue(0).
bool RunGemm(const GemmPlan& plan, const GemmArgs& args, ParallelFor parallel);

// --- packed weights

// What panels of weights of this type are made of: f16 and bf16 stay as they are, all else is f32.
kernels::PanelType PanelTypeOf(ElementType type);
int64_t PanelBytes(kernels::PanelType type);  // of an element

// Number of the packed layout for the current target (see WeightFormat in ops/choice.h). `transposed`: the weight is
// stored n x k. Matrices of a batch lie one after the other.
uint64_t GemmWeightFormat(bool transposed, kernels::PanelType type = kernels::PanelType::kF32);
kernels::PanelType PanelTypeOfFormat(uint64_t format);
// Bytes of `count` packed k x n matrices; InvalidArgument on overflow.
Result<int64_t> PackedGemmBytes(int64_t count, int64_t k, int64_t n,
                                kernels::PanelType type = kernels::PanelType::kF32);
// Packs one k x n matrix, threads over panels. `src` may be unaligned and has the elements of the panels; strides in
// elements. False when cancelled.
bool PackGemmB(void* dst, const void* src, int64_t row_stride, int64_t col_stride, int64_t k, int64_t n,
               ParallelFor parallel, kernels::PanelType type = kernels::PanelType::kF32);
// Rows [k0, k1) of a row-major B alone; `src` points to the first of them. Whoever packs all of them has packed B.
bool PackGemmRows(void* dst, const void* src, int64_t row_stride, int64_t k, int64_t n, int64_t k0, int64_t k1,
                  ParallelFor parallel, kernels::PanelType type = kernels::PanelType::kF32);

}  // namespace kante::core
