// SPDX-License-Identifier: MIT
// MatMulNBits of com.microsoft: A times the transpose of weights in blocks of 2, 4 or 8 bits along k.
#include <algorithm>

#include "base/checked.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/quant/block_weights.h"
#include "ops/quant/decoded_matmul.h"

namespace kante::core {
namespace {

constexpr TypeSet kNBitsFloats{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

struct MatMulNBits {
  static constexpr OpInfo kInfo{.name = "MatMulNBits",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .types = kNBitsFloats,
                                .same_type = 0b100101,
                                .numerics = kDequantizes};
  enum Inputs { kA, kB, kScales, kZero, kGroupIndex, kBias };
  int64_t k = 0, n = 0, bits = 4, block = 0;

  static Result<MatMulNBits> Parse(AttrReader& a) {
    MatMulNBits op{a.Int("K"), a.Int("N"), a.Int("bits", 4), a.Int("block_size")};
    a.Ignore("accuracy_level");  // the least accuracy of A: f32 has it
    if (a.Int("weight_prepacked", 0) != 0) a.Fail("weight_prepacked is not supported");
    if (op.bits != 2 && op.bits != 4 && op.bits != 8) a.Fail(StrCat("bits ", op.bits, " is none of 2, 4 and 8"));
    CheckBlocks(a, op.k, op.n, op.block);
    return op;
  }

  int64_t blocks() const { return CeilDiv(k, block); }
  int64_t zero_bytes() const { return CeilDiv(blocks() * bits, 8); }

  static Status CheckIfThere(InferContext& c, int i, int64_t elements) {
    return c.has_input(i) ? CheckElements(c, i, elements) : OkStatus();
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
    KANTE_TRY(CheckIfThere(c, kBias, n));
    KANTE_TRY(const Shape b, c.shape(kB));
    const bool omitted = b.elements() == 0;
    if (!omitted) {
      KANTE_TRY(CheckIfThere(c, kB, n * blocks() * (block * bits / 8)));
      KANTE_TRY(CheckIfThere(c, kScales, n * blocks()));
      KANTE_TRY(CheckIfThere(c, kZero, n * (packed_zero ? zero_bytes() : blocks())));
    }
    if (c.has_input(kGroupIndex) && !omitted) {
      KANTE_TRY(c.RequireType(kGroupIndex, TypeSet{ElementType::kInt32}));
      KANTE_TRY(const Shape index, c.shape(kGroupIndex));
      if (index.elements() != k && index.elements() != blocks() * block) {
        return InvalidArgument("g_idx ", index.ToString(), " must have ", k, " elements");
      }
    }
    std::vector<int64_t> dims(a.begin(), a.end());
    dims.back() = n;
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  double Flops(const ChooseContext& c) const {
    return 2 * static_cast<double>(c.output_shape(0).elements()) * static_cast<double>(k);
  }

  int Code(const uint8_t* row, int64_t i) const {
    const uint64_t bit = static_cast<uint64_t>(i) * static_cast<uint64_t>(bits);
    return row[bit / 8] >> (bit % 8) & ((1 << bits) - 1);
  }

  // Which block of scales element i of every row has; null: blocks follow each other.
  Result<const int32_t*> GroupIndex(RunContext& c) const {
    if (!c.has_input(kGroupIndex)) return nullptr;
    const int32_t* index = c.in(kGroupIndex).data<int32_t>();
    for (int64_t i = 0; i < k; ++i) {
      if (index[i] < 0 || index[i] >= blocks()) {
        return InvalidArgument("g_idx ", index[i], " outside [0, ", blocks() - 1, "]");
      }
    }
    return index;
  }

  // Empty weights stand for a product that is left out: zeros, or the bias.
  Status RunOmitted(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* bias, ReadFloats(c, kBias));
    for (int64_t i = 0; i < y->elements(); ++i) out.data()[i] = bias ? bias[i % n] : 0.0f;
    return out.Finish(c);
  }

  Status Run(RunContext& c) const {
    if (c.in(kB).elements() == 0) return RunOmitted(c);
    const uint8_t* codes = c.in(kB).data<uint8_t>();
    KANTE_TRY(const float* scales, ReadFloats(c, kScales));
    const bool packed_zero = c.has_input(kZero) && c.in(kZero).type() == ElementType::kUint8;
    const uint8_t* code_zero = packed_zero ? c.in(kZero).data<uint8_t>() : nullptr;
    const float* float_zero = nullptr;
    if (c.has_input(kZero) && !packed_zero) {
      KANTE_TRY(float_zero, ReadFloats(c, kZero));
    }
    KANTE_TRY(const int32_t* group, GroupIndex(c));
    const int64_t row_bytes = blocks() * (block * bits / 8);
    const bool table = bits < 8 && !group;
    auto decode = [&](int64_t j, int64_t k0, int64_t k1, float* to, int64_t stride) {
      for (int64_t at = k0; at < k1;) {
        const int64_t b = group ? group[at] : at / block, end = group ? at + 1 : std::min(k1, (b + 1) * block);
        const float scale = scales[j * blocks() + b];
        float zero = static_cast<float>(1 << (bits - 1));
        if (float_zero) zero = float_zero[j * blocks() + b];
        if (code_zero) zero = static_cast<float>(Code(code_zero + j * zero_bytes(), b));
        float values[16];  // what short codes stand for in this block
        for (int i = 0; table && i < 1 << bits; ++i) values[i] = (static_cast<float>(i) - zero) * scale;
        for (; at < end; ++at) {
          const int code = Code(codes + j * row_bytes, at);
          to[(at - k0) * stride] = table ? values[code] : (static_cast<float>(code) - zero) * scale;
        }
      }
    };
    return RunDecodedMatMul(c, kA, kBias, n, k, decode);
  }
};

}  // namespace

KANTE_DEFINE_OP(MatMulNBits)

}  // namespace kante::core
