// SPDX-License-Identifier: MIT
// MatMulBnb4 of com.microsoft: weights as 4-bit floats of bitsandbytes, in blocks with the largest magnitude of each.
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/quant/block_weights.h"
#include "ops/quant/decoded_matmul.h"

namespace kante::core {
namespace {

constexpr TypeSet kBnbFloats{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

// FP4: sign, two bits of exponent and one of mantissa, the largest being 1. NF4: quantiles of the normal distribution.
constexpr float kFp4[16] = {0, 0.005208333333f,  2.0f / 3,  1,  1.0f / 3,  0.5f,  1.0f / 6,  0.25f,
                            0, -0.005208333333f, -2.0f / 3, -1, -1.0f / 3, -0.5f, -1.0f / 6, -0.25f};
constexpr float kNf4[16] = {-1.0f,
                            -0.6961928009986877f,
                            -0.5250730514526367f,
                            -0.39491748809814453f,
                            -0.28444138169288635f,
                            -0.18477343022823334f,
                            -0.09105003625154495f,
                            0.0f,
                            0.07958029955625534f,
                            0.16093020141124725f,
                            0.24611230194568634f,
                            0.33791524171829224f,
                            0.44070982933044434f,
                            0.5626170039176941f,
                            0.7229568362236023f,
                            1.0f};

struct MatMulBnb4 {
  static constexpr OpInfo kInfo{.name = "MatMulBnb4",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kBnbFloats,
                                .same_type = 0b101,
                                .numerics = kDequantizes};
  enum Inputs { kA, kB, kAbsmax };
  int64_t k = 0, n = 0, block = 0;
  bool nf4 = false, transposed = true;

  static Result<MatMulBnb4> Parse(AttrReader& a) {
    MatMulBnb4 op{a.Int("K"), a.Int("N"), a.Int("block_size"), false, a.Bool("transB", true)};
    a.Ignore("training_mode");  // the result is the same
    const int64_t type = a.Int("quant_type");
    op.nf4 = type == 1;
    if (type != 0 && type != 1) a.Fail(StrCat("quant_type ", type, " is neither 0 (FP4) nor 1 (NF4)"));
    CheckBlocks(a, op.k, op.n, op.block);
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kA));
    KANTE_TRY(c.RequireType(kB, TypeSet{ElementType::kUint8}));
    KANTE_TRY(CheckElements(c, kB, CeilDiv(n * k, 2)));
    KANTE_TRY(CheckElements(c, kAbsmax, CeilDiv(n * k, block)));
    KANTE_TRY(const Shape a, c.shape(kA));
    const int64_t depth = transposed ? k : n;
    if (a.rank() < 1 || a[a.rank() - 1] != depth) {
      return InvalidArgument("A ", a.ToString(), " does not end in ", transposed ? "K " : "N ", depth);
    }
    std::vector<int64_t> dims(a.begin(), a.end());
    dims.back() = transposed ? n : k;
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const uint8_t* codes = c.in(kB).data<uint8_t>();
    KANTE_TRY(const float* absmax, ReadFloats(c, kAbsmax));
    const float* values = nf4 ? kNf4 : kFp4;
    // The matrix lies as [N, K]; the first of two codes is the high half of its byte.
    const int64_t row_step = transposed ? k : 1, step = transposed ? 1 : k;
    auto decode = [&](int64_t row, int64_t begin, int64_t end, float* to, int64_t stride) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t e = row * row_step + i * step;
        to[(i - begin) * stride] = values[codes[e / 2] >> (e % 2 == 0 ? 4 : 0) & 15] * absmax[e / block];
      }
    };
    return RunDecodedMatMul(c, kA, -1, transposed ? n : k, transposed ? k : n, decode);
  }
};

}  // namespace

KANTE_DEFINE_OP(MatMulBnb4)

}  // namespace kante::core
