// SPDX-License-Identifier: MIT
// IsNaN and IsInf, by the bits: an IEEE-like format has an exponent field and a mantissa field.
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

constexpr TypeSet kAllFloats = kFloats | TypeSet{ElementType::kFloat8E4M3FN, ElementType::kFloat8E4M3FNUZ,
                                                 ElementType::kFloat8E5M2, ElementType::kFloat8E5M2FNUZ};

constexpr OpInfo ClassifyInfo(std::string_view name, Versions versions) {
  OpInfo info = UnaryInfo(name, versions, kAllFloats, kChooses);
  info.in_place = 0;
  return info;
}

// Magnitude bits of infinity (0: the format has none) and the smallest magnitude that is NaN. The FNUZ formats have one
// NaN, which is what would be -0.
struct Format {
  uint64_t infinity;
  uint64_t first_nan;
  bool nan_is_minus_zero = false;
};

Format FormatOf(ElementType type) {
  switch (type) {
    case ElementType::kFloat64:
      return {0x7ff0000000000000, 0x7ff0000000000001};
    case ElementType::kFloat32:
      return {0x7f800000, 0x7f800001};
    case ElementType::kFloat16:
      return {0x7c00, 0x7c01};
    case ElementType::kBfloat16:
      return {0x7f80, 0x7f81};
    case ElementType::kFloat8E5M2:
      return {0x7c, 0x7d};
    case ElementType::kFloat8E4M3FN:
      return {0, 0x7f};
    default:
      return {0, 0x80, true};
  }
}

// test(magnitude, negative) for every element.
template <typename Bits, typename F>
Status ForBits(RunContext& c, const Tensor& x, bool* y, F&& test) {
  constexpr Bits kSign = static_cast<Bits>(Bits{1} << (sizeof(Bits) * 8 - 1));
  const Bits* from = x.data<Bits>();
  return c.Parallel(x.elements(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Bits bits = from[i];
      y[i] = test(static_cast<uint64_t>(bits & static_cast<Bits>(~kSign)), (bits & kSign) != 0);
    }
  });
}

template <typename F>
Status Classify(RunContext& c, F&& test) {
  const Tensor& x = c.in(0);
  KANTE_TRY(Tensor * y, c.Output(0, ElementType::kBool, x.shape()));
  switch (BitsOf(x.type())) {
    case 64:
      return ForBits<uint64_t>(c, x, y->mutable_data<bool>(), test);
    case 32:
      return ForBits<uint32_t>(c, x, y->mutable_data<bool>(), test);
    case 16:
      return ForBits<uint16_t>(c, x, y->mutable_data<bool>(), test);
    default:
      return ForBits<uint8_t>(c, x, y->mutable_data<bool>(), test);
  }
}

Status InferBool(InferContext& c) {
  c.SetType(0, ElementType::kBool);
  KANTE_TRY(const Shape shape, c.shape(0));
  return c.SetShape(0, shape);
}

struct IsNaN {
  static constexpr OpInfo kInfo = ClassifyInfo("IsNaN", {9, 13, 20});
  Status Infer(InferContext& c) const { return InferBool(c); }
  Status Run(RunContext& c) const {
    const Format f = FormatOf(c.in(0).type());
    return Classify(c, [f](uint64_t magnitude, bool negative) {
      return f.nan_is_minus_zero ? negative && magnitude == 0 : magnitude >= f.first_nan;
    });
  }
};

struct IsInf {
  static constexpr OpInfo kInfo = ClassifyInfo("IsInf", {10, 20});
  bool negative = true;
  bool positive = true;
  static Result<IsInf> Parse(AttrReader& a) {
    return IsInf{a.Bool("detect_negative", true), a.Bool("detect_positive", true)};
  }
  Status Infer(InferContext& c) const { return InferBool(c); }
  Status Run(RunContext& c) const {
    const Format f = FormatOf(c.in(0).type());
    return Classify(c, [f, this](uint64_t magnitude, bool below) {
      return f.infinity != 0 && magnitude == f.infinity && (below ? negative : positive);
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(IsNaN)
KANTE_DEFINE_OP(IsInf)

}  // namespace kante::core
