// SPDX-License-Identifier: MIT
// GatherBlockQuantized of com.microsoft: what is gathered is dequantized, in blocks along one axis.
#include "base/checked.h"
#include "compute/element_io.h"
#include "compute/move/cast.h"
#include "ops/move/indices.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr TypeSet kHalves{ElementType::kInt4, ElementType::kUint4};
constexpr TypeSet kSmallFloats{ElementType::kFloat8E4M3FN, ElementType::kFloat8E4M3FNUZ, ElementType::kFloat8E5M2,
                               ElementType::kFloat8E5M2FNUZ, ElementType::kFloat4E2M1};
constexpr TypeSet kGathered = kHalves | kSmallFloats | TypeSet{ElementType::kUint8};
constexpr TypeSet kGatherScales{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

struct GatherBlockQuantized {
  static constexpr OpInfo kInfo{.name = "GatherBlockQuantized",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 4,
                                .same_type = 0,
                                .numerics = kDequantizes};
  enum Inputs { kData, kIndex, kScales, kZero };
  int64_t bits = 4, block = 128, gather_axis = 0, quantize_axis = 1;

  static Result<GatherBlockQuantized> Parse(AttrReader& a) {
    GatherBlockQuantized op{a.Int("bits", 4), a.Int("block_size", 128), a.Int("gather_axis", 0),
                            a.Int("quantize_axis", 1)};
    if (op.bits != 2 && op.bits != 4 && op.bits != 8) a.Fail(StrCat("bits ", op.bits, " is none of 2, 4 and 8"));
    const bool power = op.block >= 16 && op.block <= (1 << 20) && (op.block & (op.block - 1)) == 0;
    if (op.block != 0 && !power) a.Fail(StrCat("block_size ", op.block, " is not a power of two from 16 on"));
    return op;
  }

  // The logical data: bytes of several codes are unfolded along the last dimension.
  struct Layout {
    ElementType code = ElementType::kUndefined;
    int rank = 0, gather = 0, quantize = 0;
    int64_t block = 0, zero_columns = 0;
    std::vector<int64_t> dims, scales;
  };

  Result<Layout> Resolve(ElementType type, const Shape& data, const Shape& scales) const {
    Layout l;
    l.code = type;
    l.rank = data.rank();
    if (l.rank < 1) return InvalidArgument("data needs a dimension");
    KANTE_TRY(l.gather, NormalizeAxis(gather_axis, l.rank));
    KANTE_TRY(l.quantize, NormalizeAxis(quantize_axis, l.rank));
    l.dims.assign(data.begin(), data.end());
    l.scales.assign(scales.begin(), scales.end());
    if (type == ElementType::kUint8 && bits < 8) {
      l.code = bits == 4 ? ElementType::kUint4 : ElementType::kUint2;
      if (l.gather == l.rank - 1) return InvalidArgument("cannot gather along the axis that holds packed codes");
      if (!CheckedMul(l.dims.back(), 8 / bits, &l.dims.back())) return InvalidArgument("data is too large");
    }
    if (block == 0 && !kSmallFloats.Has(type)) return InvalidArgument("block_size 0 is for small floats only");
    l.block = block == 0 ? std::max<int64_t>(1, l.dims[static_cast<size_t>(l.quantize)]) : block;
    bool suits = scales.rank() == l.rank;
    for (int d = 0; suits && d < l.rank; ++d) {
      const int64_t dim = l.dims[static_cast<size_t>(d)];
      suits = d == l.quantize ? scales[d] == dim / l.block + (dim % l.block != 0) : scales[d] == dim || scales[d] == 1;
    }
    if (!suits) {
      return InvalidArgument("scales ", scales.ToString(), " do not suit data ", data.ToString(), " in blocks of ",
                             l.block, " along axis ", l.quantize);
    }
    // Zero points in bytes are packed along the last dimension too.
    l.zero_columns = type == ElementType::kUint8 ? CeilDiv(l.scales.back() * bits, 8) : l.scales.back();
    return l;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kScales));
    KANTE_TRY(c.RequireType(kData, kGathered));
    KANTE_TRY(c.RequireType(kIndex, TypeSet{ElementType::kInt32, ElementType::kInt64}));
    KANTE_TRY(c.RequireType(kScales, kGatherScales));
    if (c.has_input(kZero) && c.type(kData) != ElementType::kUndefined) {
      KANTE_TRY(c.RequireType(kZero, TypeSet{c.type(kData)}));
      if (kSmallFloats.Has(c.type(kData))) return InvalidArgument("small floats have no zero points");
    }
    KANTE_TRY(const Shape data, c.shape(kData));
    KANTE_TRY(const Shape index, c.shape(kIndex));
    KANTE_TRY(const Shape scales, c.shape(kScales));
    if (c.type(kData) == ElementType::kUndefined) return OkStatus();
    KANTE_TRY(const Layout l, Resolve(c.type(kData), data, scales));
    if (c.has_input(kZero)) {
      KANTE_TRY(const Shape zero, c.shape(kZero));
      const int64_t rows = scales.Product(0, l.rank - 1);
      if (zero.elements() != rows * l.zero_columns) {
        return InvalidArgument("zero points ", zero.ToString(), " do not suit scales ", scales.ToString());
      }
    }
    std::vector<int64_t> dims(l.dims.begin(), l.dims.begin() + l.gather);
    dims.insert(dims.end(), index.begin(), index.end());
    dims.insert(dims.end(), l.dims.begin() + l.gather + 1, l.dims.end());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  static int CodeAt(const std::byte* codes, int64_t i, int width) {
    return static_cast<int>(codes[i * width / 8]) >> (i * width % 8) & ((1 << width) - 1);
  }

  // Which scale the element at offset `e` has.
  static int64_t ScaleOf(const Layout& l, int64_t e) {
    int64_t s = 0, step = 1;
    for (int d = l.rank - 1; d >= 0; --d) {
      const int64_t dim = l.dims[static_cast<size_t>(d)], count = l.scales[static_cast<size_t>(d)];
      const int64_t at = e % dim;
      e /= dim;
      s += (d == l.quantize ? at / l.block : count == 1 ? 0 : at) * step;
      step *= count;
    }
    return s;
  }

  Status Run(RunContext& c) const {
    const Tensor& data = c.in(kData);
    KANTE_TRY(const Layout l, Resolve(data.type(), data.shape(), c.in(kScales).shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const auto index, ReadInts(c, c.in(kIndex)));
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    if (y->elements() == 0) return OkStatus();

    // What each code stands for.
    const int width = static_cast<int>(BitsOf(l.code));
    std::byte codes[256];
    float values[256];
    for (int i = 0; i < 256; ++i) codes[i] = std::byte{0};
    for (int i = 0; i < 1 << width; ++i) codes[i * width / 8] |= static_cast<std::byte>(i << (i * width % 8));
    CastRange(ElementType::kFloat32, reinterpret_cast<std::byte*>(values), l.code, codes, 1 << width, {});

    const Tensor& scales = c.in(kScales);
    const LoadRow<float> load = GetLoadRow<float>(scales.type());
    const int64_t scale_bytes = BitsOf(scales.type()) / 8, columns = l.scales.back();
    const bool bytes = data.type() == ElementType::kUint8;
    const std::byte* zeros = c.has_input(kZero) ? c.in(kZero).raw() : nullptr;
    const int64_t zero_row = bytes ? l.zero_columns * 8 / width : columns;  // codes in a row of zero points

    const int64_t size = l.dims[static_cast<size_t>(l.gather)], count = static_cast<int64_t>(index.size());
    int64_t inner = 1;
    for (int d = l.gather + 1; d < l.rank; ++d) inner *= l.dims[static_cast<size_t>(d)];
    const bool last = l.gather == l.rank - 1;
    const int64_t line = last ? 1 : l.dims.back(), lines = inner / line;
    const int64_t along = l.quantize == l.rank - 1 ? l.block : columns == 1 ? line : 1;  // elements of one scale
    KANTE_TRY(c.Parallel(y->elements() / line, 4 * static_cast<double>(line), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float* to = out.data() + i * line;
        const int64_t run = i / lines, outer = run / count;
        int64_t at = index[static_cast<size_t>(run % count)];
        if (at < 0) at += size;
        if (at < 0 || at >= size) {
          std::fill(to, to + line, 0.0f);
          continue;
        }
        const int64_t from = (outer * size + at) * inner + i % lines * line;
        int64_t s = ScaleOf(l, from);
        for (int64_t e = 0; e < line; ++s) {
          float scale = 0, zero = bytes ? static_cast<float>(1 << (width - 1)) : 0;
          load(&scale, scales.raw() + s * scale_bytes, 1);
          if (zeros) zero = values[CodeAt(zeros, s / columns * zero_row + s % columns, width)];
          for (const int64_t stop = std::min(line, e + along); e < stop; ++e) {
            to[e] = (values[CodeAt(data.raw(), from + e, width)] - zero) * scale;
          }
        }
      }
    }));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(GatherBlockQuantized)

}  // namespace kante::core
