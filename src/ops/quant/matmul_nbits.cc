// SPDX-License-Identifier: MIT
// MatMulNBits of com.microsoft: A times the transpose of weights in blocks of 2, 4 or 8 bits along k.
#include <algorithm>

#include "base/checked.h"
#include "compute/gemm.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr TypeSet kNBitsFloats{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

struct MatMulNBits {
  static constexpr OpInfo kInfo{.name = "MatMulNBits",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .types = kNBitsFloats,
                                .same_type = 0b100101};
  enum Inputs { kA, kB, kScales, kZero, kGroupIndex, kBias };
  int64_t k = 0, n = 0, bits = 4, block = 0;

  static Result<MatMulNBits> Parse(AttrReader& a) {
    MatMulNBits op{a.Int("K"), a.Int("N"), a.Int("bits", 4), a.Int("block_size")};
    a.Ignore("accuracy_level");  // the least accuracy of A: f32 has it
    if (a.Int("weight_prepacked", 0) != 0) a.Fail("weight_prepacked is not supported");
    if (a.has_input(kGroupIndex)) a.Fail("input g_idx is not supported");
    if (op.bits != 2 && op.bits != 4 && op.bits != 8) a.Fail(StrCat("bits ", op.bits, " is none of 2, 4 and 8"));
    if (op.block < 16 || op.block > (1 << 20) || (op.block & (op.block - 1)) != 0) {
      a.Fail(StrCat("block_size ", op.block, " is not a power of two from 16 on"));
    }
    if (op.k < 1 || op.n < 1 || op.k > (int64_t{1} << 31) || op.n > (int64_t{1} << 31)) {
      a.Fail(StrCat("K ", op.k, " and N ", op.n, " must be positive"));
    }
    return op;
  }

  int64_t blocks() const { return CeilDiv(k, block); }
  int64_t zero_bytes() const { return CeilDiv(blocks() * bits, 8); }

  Status CheckElements(InferContext& c, int i, int64_t elements) const {
    if (!c.has_input(i)) return OkStatus();
    KANTE_TRY(const Shape s, c.shape(i));
    if (s.elements() == elements) return OkStatus();
    return InvalidArgument("input ", i, " ", s.ToString(), " must have ", elements, " elements");
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kA));
    KANTE_TRY(c.RequireType(kB, TypeSet{ElementType::kUint8}));
    bool packed_zero = true;
    if (c.has_input(kZero)) {
      KANTE_TRY(c.RequireType(kZero, kNBitsFloats | TypeSet{ElementType::kUint8}));
      packed_zero = c.type(kZero) == ElementType::kUint8;
    }
    KANTE_TRY(const Shape a, c.shape(kA));
    if (a.rank() < 1 || a[a.rank() - 1] != k) return InvalidArgument("A ", a.ToString(), " does not end in K ", k);
    KANTE_TRY(CheckElements(c, kB, n * blocks() * (block * bits / 8)));
    KANTE_TRY(CheckElements(c, kScales, n * blocks()));
    KANTE_TRY(CheckElements(c, kZero, n * (packed_zero ? zero_bytes() : blocks())));
    KANTE_TRY(CheckElements(c, kBias, n));
    std::vector<int64_t> dims(a.begin(), a.end());
    dims.back() = n;
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  int Code(const uint8_t* row, int64_t i) const { return row[i * bits / 8] >> (i * bits % 8) & ((1 << bits) - 1); }

  Status Run(RunContext& c) const {
    const Tensor& a = c.in(kA);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t m = a.elements() / k;
    const uint8_t* codes = c.in(kB).data<uint8_t>();
    KANTE_TRY(const float* scales, ReadFloats(c, kScales));
    const bool packed_zero = c.has_input(kZero) && c.in(kZero).type() == ElementType::kUint8;
    const float* float_zero = nullptr;
    if (c.has_input(kZero) && !packed_zero) {
      KANTE_TRY(float_zero, ReadFloats(c, kZero));
    }
    const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), row_bytes = blocks() * (block * bits / 8);
    auto pack = [&](float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
      for (int64_t j = n0; j < AlignUp(n1, nr); ++j) {
        float* to = dst + (j - n0) / nr * (k1 - k0) * nr + (j - n0) % nr;
        for (int64_t at = k0; at < k1;) {
          const int64_t b = at / block, end = std::min(k1, (b + 1) * block);
          float scale = 0, zero = static_cast<float>(1 << (bits - 1));
          if (j < n1) {
            scale = scales[j * blocks() + b];
            if (float_zero) zero = float_zero[j * blocks() + b];
            if (packed_zero) zero = static_cast<float>(Code(c.in(kZero).data<uint8_t>() + j * zero_bytes(), b));
          }
          for (; at < end; ++at) {
            const float code = j < n1 ? static_cast<float>(Code(codes + j * row_bytes, at)) : 0;
            to[(at - k0) * nr] = j < n1 ? (code - zero) * scale : 0;
          }
        }
      }
    };
    const PackPanels panels(pack);
    const GemmPlan plan = PlanGemm(m, n, k, GemmB::kPanels, k, 1);
    GemmArgs args;
    if (plan.scratch_bytes) {
      KANTE_TRY(args.scratch, c.Scratch(plan.scratch_bytes));
    }
    KANTE_TRY(args.a, ReadFloats(c, kA));
    args.a_row_stride = k;
    args.panels = &panels;
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    args.c = out.data();
    args.ldc = n;
    KANTE_TRY(args.epilogue.bias_col, ReadFloats(c, kBias));
    KANTE_TRY(FinishedOr(c, RunGemm(plan, args, ParallelOf(c))));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(MatMulNBits)

}  // namespace kante::core
