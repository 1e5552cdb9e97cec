// SPDX-License-Identifier: MIT
// QuantizeLinear and DequantizeLinear of ai.onnx and com.microsoft, DynamicQuantizeLinear.
#include <algorithm>
#include <cmath>

#include "compute/move/cast.h"
#include "compute/quantize.h"
#include "compute/saturate.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

enum Inputs { kX, kScale, kZero };

constexpr TypeSet kIntegerCodes{ElementType::kInt8,  ElementType::kUint8, ElementType::kInt16, ElementType::kUint16,
                                ElementType::kUint4, ElementType::kInt4,  ElementType::kUint2, ElementType::kInt2};
constexpr TypeSet kFloatCodes{ElementType::kFloat8E4M3FN, ElementType::kFloat8E4M3FNUZ, ElementType::kFloat8E5M2,
                              ElementType::kFloat8E5M2FNUZ, ElementType::kFloat4E2M1};
constexpr TypeSet kCodes = kIntegerCodes | kFloatCodes;
constexpr TypeSet kInt32{ElementType::kInt32};
constexpr TypeSet kWide{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};
constexpr TypeSet kPowers{ElementType::kFloat8E8M0};

struct Granularity {
  int64_t axis = 1;
  int64_t block = 0;

  void Read(AttrReader& a) {
    axis = a.Int("axis", 1);
    block = a.Int("block_size", 0);
    if (block < 0) a.Fail(StrCat("block_size ", block, " must not be negative"));
  }

  Result<QuantLayout> Resolve(const Shape& x, const Shape& scale) const {
    QuantLayout l;
    l.inner = std::max<int64_t>(1, x.elements());
    if (block == 0 && scale.elements() == 1 && scale.rank() <= 1) return l;
    KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
    l.axis = std::max<int64_t>(1, x[at]);
    l.inner = std::max<int64_t>(1, x.Product(at + 1, x.rank()));
    if (block == 0) {
      if (scale.rank() != 1 || scale[0] != x[at]) {
        return InvalidArgument("scale ", scale.ToString(), " does not suit axis ", at, " of ", x.ToString());
      }
      l.axis_step = 1;
      return l;
    }
    bool suits = scale.rank() == x.rank();
    for (int d = 0; suits && d < x.rank(); ++d) {
      suits = scale[d] == (d == at ? x[d] / block + (x[d] % block != 0) : x[d]);
    }
    if (!suits) {
      return InvalidArgument("scale ", scale.ToString(), " does not suit blocks of ", block, " along axis ", at, " of ",
                             x.ToString());
    }
    l.block = block;
    l.outer_step = scale[at] * l.inner;
    l.axis_step = l.inner;
    l.inner_step = 1;
    return l;
  }

  Status InferShape(InferContext& c) const {
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape scale, c.shape(kScale));
    KANTE_TRY(Resolve(x, scale));
    if (c.has_input(kZero)) {
      KANTE_TRY(const Shape zero, c.shape(kZero));
      if (zero.elements() != scale.elements()) {
        return InvalidArgument("zero point ", zero.ToString(), " differs from scale ", scale.ToString());
      }
    }
    return c.SetShape(0, x);
  }

  static Result<const float*> Floats(RunContext& c, const Tensor& t) {
    if (t.type() == ElementType::kFloat32) return t.data<float>();
    KANTE_TRY(std::byte * memory, c.Scratch(t.elements() * 4));
    CastRange(ElementType::kFloat32, memory, t.type(), t.raw(), t.elements(), {});
    return reinterpret_cast<const float*>(memory);
  }

  Result<QuantParameters> Parameters(RunContext& c) const {
    QuantParameters p;
    KANTE_TRY(p.layout, Resolve(c.in(kX).shape(), c.in(kScale).shape()));
    KANTE_TRY(p.scale, Floats(c, c.in(kScale)));
    if (c.has_input(kZero)) {
      KANTE_TRY(p.zero, Floats(c, c.in(kZero)));
    }
    return p;
  }
};

// Ranges of elements that start at whole bytes of any packed type.
template <typename Range>
Status ForElements(RunContext& c, int64_t n, const Range& range) {
  return c.ParallelBlocks((n + 7) / 8, 2048,
                          [&](int64_t begin, int64_t end) { range(begin * 8, std::min(n, end * 8)); });
}

constexpr OpInfo LinearInfo(std::string_view name, std::string_view domain, Numerics numerics) {
  OpInfo info{.name = name, .domain = domain, .min_inputs = 2, .max_inputs = 3, .same_type = 0, .numerics = numerics};
  if (domain.empty()) {
    info.versions = {10, 13, 19, 21, 23, 24, 25, 28};
    info.form_since = 23;
  }
  return info;
}

struct QuantizeLinear : Granularity {
  static constexpr OpInfo kInfo = LinearInfo("QuantizeLinear", "", kQuantizes);
  ElementType to = ElementType::kUndefined;
  ElementType precision = ElementType::kUndefined;
  bool saturate = true;

  void ReadAll(AttrReader& a) {
    Read(a);
    saturate = a.Bool("saturate", true);
    // 0 stands for an absent type.
    if (a.Int("output_dtype", 0) != 0) to = a.Type("output_dtype", ElementType::kUndefined);
    if (a.Int("precision", 0) != 0) precision = a.Type("precision", ElementType::kUndefined);
    if (precision != ElementType::kUndefined && !kWide.Has(precision)) {
      a.Fail(StrCat("precision must be float32, float16 or bfloat16, not ", NameOf(precision)));
    }
  }
  static Result<QuantizeLinear> Parse(AttrReader& a) {
    QuantizeLinear op;
    op.ReadAll(a);
    return op;
  }

  Status Infer(InferContext& c) const {
    KANTE_TRY(c.RequireType(kX, kWide | kInt32));
    KANTE_TRY(c.RequireType(kScale, kWide | kInt32 | kPowers));
    ElementType type = to == ElementType::kUndefined ? ElementType::kUint8 : to;
    if (c.has_input(kZero)) {
      type = c.type(kZero);
      if (type != ElementType::kUndefined && to != ElementType::kUndefined && type != to) {
        return InvalidArgument("output_dtype ", NameOf(to), " differs from the zero point's ", NameOf(type));
      }
    }
    c.SetType(0, type);
    if (type != ElementType::kUndefined && !kCodes.Has(type)) {
      return InvalidArgument("cannot quantize to ", NameOf(type));
    }
    return InferShape(c);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const QuantParameters p, Parameters(c));
    const ElementType scale = c.in(kScale).type();
    ElementType round = precision != ElementType::kUndefined ? precision : scale;
    if (!kWide.Has(round)) round = ElementType::kFloat32;
    return ForElements(c, x.elements(), [&](int64_t begin, int64_t end) {
      QuantizeRange(y->type(), y->raw(), x.type(), x.raw(), p, round, saturate, begin, end);
    });
  }
};

struct DequantizeLinear : Granularity {
  static constexpr OpInfo kInfo = LinearInfo("DequantizeLinear", "", kDequantizes);
  ElementType to = ElementType::kUndefined;

  void ReadAll(AttrReader& a) {
    Read(a);
    if (a.Int("output_dtype", 0) != 0) to = a.Type("output_dtype", ElementType::kUndefined);
  }
  static Result<DequantizeLinear> Parse(AttrReader& a) {
    DequantizeLinear op;
    op.ReadAll(a);
    return op;
  }

  Status Infer(InferContext& c) const {
    const ElementType type = to == ElementType::kUndefined ? c.type(kScale) : to;
    c.SetType(0, type);
    KANTE_TRY(c.RequireType(kX, kCodes | kInt32));
    KANTE_TRY(c.RequireType(kScale, kWide | kPowers));
    if (type != ElementType::kUndefined && !kWide.Has(type)) {
      return InvalidArgument("cannot dequantize to ", NameOf(type));
    }
    if (c.has_input(kZero) && c.type(kX) != ElementType::kUndefined) {
      KANTE_TRY(c.RequireType(kZero, TypeSet{c.type(kX)}));
    }
    return InferShape(c);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const QuantParameters p, Parameters(c));
    return ForElements(c, x.elements(), [&](int64_t begin, int64_t end) {
      DequantizeRange(y->type(), y->raw(), x.type(), x.raw(), p, begin, end);
    });
  }
};

struct MsQuantizeLinear : QuantizeLinear {
  static constexpr OpInfo kInfo = LinearInfo("QuantizeLinear", "com.microsoft", kQuantizes);
  static Result<MsQuantizeLinear> Parse(AttrReader& a) {
    MsQuantizeLinear op;
    op.ReadAll(a);
    return op;
  }
};

struct MsDequantizeLinear : DequantizeLinear {
  static constexpr OpInfo kInfo = LinearInfo("DequantizeLinear", "com.microsoft", kDequantizes);
  static Result<MsDequantizeLinear> Parse(AttrReader& a) {
    MsDequantizeLinear op;
    op.ReadAll(a);
    return op;
  }
};

// uint8 with a scale and zero point made from the values themselves; the range always includes 0.
struct DynamicQuantizeLinear {
  static constexpr OpInfo kInfo{.name = "DynamicQuantizeLinear",
                                .versions = {11},
                                .min_outputs = 3,
                                .max_outputs = 3,
                                .types = kFloat32Only,
                                .numerics = kQuantizes};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kUint8);
    c.SetType(1, ElementType::kFloat32);
    c.SetType(2, ElementType::kUint8);
    KANTE_TRY(c.SetShape(1, Shape()));
    KANTE_TRY(c.SetShape(2, Shape()));
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    float lo = 0, hi = 0;
    for (const float v : x.span<float>()) {
      lo = std::min(lo, v);
      hi = std::max(hi, v);
    }
    const float scale = lo == hi ? 1.0f : (hi - lo) / 255.0f;
    const float zero = std::nearbyint(std::clamp(-lo / scale, 0.0f, 255.0f));
    QuantParameters p{.scale = &scale, .zero = &zero};
    p.layout.inner = std::max<int64_t>(1, x.elements());
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * out, c.Output(1));
      *out->mutable_data<float>() = scale;
    }
    if (c.wants_output(2)) {
      KANTE_TRY(Tensor * out, c.Output(2));
      *out->mutable_data<uint8_t>() = SaturateTo<uint8_t>(zero);
    }
    if (!c.wants_output(0)) return OkStatus();
    KANTE_TRY(Tensor * y, c.Output(0));
    return ForElements(c, x.elements(), [&](int64_t begin, int64_t end) {
      QuantizeRange(ElementType::kUint8, y->raw(), x.type(), x.raw(), p, ElementType::kFloat32, true, begin, end);
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(QuantizeLinear)
KANTE_DEFINE_OP(DequantizeLinear)
KANTE_DEFINE_OP(MsQuantizeLinear)
KANTE_DEFINE_OP(MsDequantizeLinear)
KANTE_DEFINE_OP(DynamicQuantizeLinear)

}  // namespace kante::core
