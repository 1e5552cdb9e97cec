// SPDX-License-Identifier: MIT
// QMoE of com.microsoft: experts whose weights are codes of 2, 3, 4 or 8 bits with a scale for each row or block of
// one.
#include "base/checked.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/transformer/experts.h"

namespace kante::core {
namespace {

// Code `i` of a row of codes that lie low bits first.
int CodeAt(const uint8_t* row, int64_t i, int64_t bits) {
  const int64_t at = i * bits, in_byte = at % 8;
  int code = row[at / 8] >> in_byte;
  if (in_byte + bits > 8) code |= row[at / 8 + 1] << (8 - in_byte);
  return code & ((1 << bits) - 1);
}

struct QMoE {
  enum Inputs { kX, kRouter, kW1, kW2 = 5, kW3 = 8, kZero1 = 11, kMix = 14, kGlobal1 = 15 };
  static constexpr OpInfo kInfo{.name = "QMoE",
                                .domain = "com.microsoft",
                                .min_inputs = 7,
                                .max_inputs = 21,
                                .types = kExpertTypes,
                                .same_type = 0b100'0100'1001'0011,
                                .numerics = kDequantizes};
  ExpertRule rule;
  int64_t block = 0;  // 0: one scale for a row
  std::array<int64_t, 3> bits{};

  static Result<QMoE> Parse(AttrReader& a) {
    QMoE op{ExpertRule::Read(a, a.has_input(kW3)), a.Int("block_size", 0)};
    const int64_t all = a.Int("expert_weight_bits", 4);
    op.bits = {a.Int("fc1_expert_weight_bits", all), a.Int("fc2_expert_weight_bits", all),
               a.Int("fc3_expert_weight_bits", all)};
    a.Ignore("accuracy_level");  // the least accuracy of activations: f32 has it
    if (a.Int("weights_prepacked", -1) == 1) a.Fail("weights_prepacked 1 is a layout of one GPU: export with 0");
    const std::string type = a.String("quant_type", "int");
    if (type != "int") a.Fail(StrCat("quant_type '", type, "' is not supported: it is for GPUs"));
    if (op.rule.sparse_mixer && a.has_input(kMix)) a.Fail("use_sparse_mixer leaves no place for router_weights");
    for (int64_t b : op.bits) {
      if (b != 2 && b != 3 && b != 4 && b != 8) a.Fail(StrCat("weights of ", b, " bits are not supported"));
    }
    if (op.block != 0 && (op.block < 16 || op.block > (1 << 20) || (op.block & (op.block - 1)) != 0)) {
      a.Fail(StrCat("block_size ", op.block, " is not a power of two from 16 on"));
    }
    for (int i : {kW1, kW2, kW3}) {
      if (a.has_input(static_cast<size_t>(i)) && !a.has_input(static_cast<size_t>(i) + 1)) {
        a.Fail(StrCat("input ", i + 1, " is missing: the scales of input ", i));
      }
    }
    for (size_t i = kGlobal1; i < a.input_count(); ++i) {
      if (a.has_input(i)) a.Fail(StrCat("input ", i, " is not supported: it belongs to other types of weights"));
    }
    return op;
  }

  Status Expect(InferContext& c, int i, const Shape& want) const {
    if (!c.has_input(i)) return OkStatus();
    KANTE_TRY(const Shape have, c.shape(i));
    if (have == want) return OkStatus();
    return InvalidArgument("input ", i, " ", have.ToString(), " must be ", want.ToString());
  }

  // The weights at input `i`, [experts, n, k], with scales, bias and zero points.
  Status ExpectProduct(InferContext& c, int i, int64_t experts, int64_t n, int64_t k) const {
    if (!c.has_input(i)) return OkStatus();
    const int which = (i - kW1) / 3;
    const int64_t b = bits[static_cast<size_t>(which)], blocks = block ? k / block : 1;
    if (block && k % block != 0) return InvalidArgument("block_size ", block, " does not divide ", k);
    KANTE_TRY(c.RequireType(i, TypeSet{ElementType::kUint8}));
    KANTE_TRY(c.RequireType(i + 1, kExpertTypes));
    KANTE_TRY(c.RequireType(kZero1 + which, TypeSet{ElementType::kUint8}));
    KANTE_TRY(Expect(c, i, Shape{experts, n, CeilDiv(k * b, 8)}));
    KANTE_TRY(Expect(c, i + 1, block ? Shape{experts, n, blocks} : Shape{experts, n}));
    KANTE_TRY(Expect(c, i + 2, Shape{experts, n}));
    return Expect(c, kZero1 + which,
                  block ? Shape{experts, n, CeilDiv(blocks * b, 8)} : Shape{experts, CeilDiv(n * b, 8)});
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(c.SetShape(0, x));
    KANTE_TRY(const Shape router, c.shape(kRouter));
    KANTE_TRY(const auto sizes, ExpertSizes(rule, x, router));
    const auto [tokens, hidden, experts] = sizes;
    KANTE_TRY(const Shape first, c.shape(kW1));
    if (first.rank() != 3 || first[1] % rule.parts() != 0 || std::max(first[1], hidden) > (int64_t{1} << 40)) {
      return InvalidArgument("input 2 ", first.ToString(), " does not suit ", experts, " experts");
    }
    const int64_t inter = first[1] / rule.parts();
    KANTE_TRY(ExpectProduct(c, kW1, experts, first[1], hidden));
    KANTE_TRY(ExpectProduct(c, kW2, experts, hidden, inter));
    KANTE_TRY(ExpectProduct(c, kW3, experts, inter, hidden));
    return Expect(c, kMix, Shape{tokens, experts});
  }

  // Reads codes as the numbers that they stand for.
  struct Reader {
    const uint8_t* codes = nullptr;
    const uint8_t* zeros = nullptr;
    const float* scales = nullptr;
    int64_t bits = 0, block = 0, n = 0, blocks = 0, row_bytes = 0, zero_bytes = 0;

    void operator()(float* to, int64_t expert, int64_t row, int64_t first, int64_t last) const {
      const int64_t r = expert * n + row;
      const uint8_t* from = codes + r * row_bytes;
      for (int64_t at = first; at < last;) {
        const int64_t b = at / block, end = std::min(last, (b + 1) * block);
        int zero = 1 << (bits - 1);
        if (zeros) {
          zero = blocks == 0 ? CodeAt(zeros + expert * zero_bytes, row, bits) : CodeAt(zeros + r * zero_bytes, b, bits);
        }
        const float scale = scales[blocks == 0 ? r : r * blocks + b];
        for (; at < end; ++at) *to++ = static_cast<float>(CodeAt(from, at, bits) - zero) * scale;
      }
    }
  };

  Status Read(RunContext& c, int i, int64_t k, Reader& reader, ExpertProduct& to) const {
    const Tensor& w = c.in(i);
    const int which = (i - kW1) / 3;
    to.n = reader.n = w.dim(1);
    to.k = k;
    reader.codes = w.data<uint8_t>();
    reader.row_bytes = w.dim(2);
    reader.bits = bits[static_cast<size_t>(which)];
    reader.block = block ? block : std::max<int64_t>(k, 1);
    reader.blocks = block ? k / block : 0;
    KANTE_TRY(reader.scales, ReadFloats(c, i + 1));
    KANTE_TRY(to.bias, ReadFloats(c, i + 2));
    if (c.has_input(kZero1 + which)) {
      const Tensor& zeros = c.in(kZero1 + which);
      reader.zeros = zeros.data<uint8_t>();
      reader.zero_bytes = zeros.dim(zeros.rank() - 1);
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    ExpertArgs args;
    const Tensor& x = c.in(kX);
    const int64_t hidden = x.dim(x.rank() - 1);
    KANTE_TRY(args.mix, ReadFloats(c, kMix));
    args.softmax_of_picked = true;  // as ONNX Runtime has it, whatever normalize_routing_weights says
    Reader read1, read2, read3;
    KANTE_TRY(Read(c, kW1, hidden, read1, args.first));
    KANTE_TRY(Read(c, kW2, args.first.n / rule.parts(), read2, args.second));
    if (c.has_input(kW3)) KANTE_TRY(Read(c, kW3, hidden, read3, args.third));
    const ExpertProduct::Load first(read1), second(read2), third(read3);
    return RunExperts(c, rule, args, {&first, &second, &third});
  }
};

}  // namespace

KANTE_DEFINE_OP(QMoE)

}  // namespace kante::core
