// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>

#include "kernels/convert.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr TypeSet kTypes = kFloats | TypeSet{ElementType::kInt16, ElementType::kInt32, ElementType::kInt64};

template <typename T>
T Load(const Tensor& t) {
  T v;
  std::memcpy(&v, t.raw(), sizeof(T));
  return v;
}

double LoadFloat(const Tensor& t) {
  float f = 0;
  switch (t.type()) {
    case ElementType::kFloat32:
      return Load<float>(t);
    case ElementType::kFloat64:
      return Load<double>(t);
    case ElementType::kFloat16: {
      const auto bits = Load<uint16_t>(t);
      kernels::F16ToF32(&f, &bits, 1);
      return f;
    }
    default: {
      const auto bits = Load<uint16_t>(t);
      kernels::Bf16ToF32(&f, &bits, 1);
      return f;
    }
  }
}

int64_t LoadInt(const Tensor& t) {
  switch (t.type()) {
    case ElementType::kInt16:
      return Load<int16_t>(t);
    case ElementType::kInt32:
      return Load<int32_t>(t);
    default:
      return Load<int64_t>(t);
  }
}

// max(ceil((limit - start) / delta), 0)
Result<int64_t> CountFloat(double start, double limit, double delta) {
  if (!std::isfinite(start) || !std::isfinite(limit) || !std::isfinite(delta)) {
    return InvalidArgument("start, limit and delta must be finite");
  }
  if (delta == 0) return InvalidArgument("delta is 0");
  const double n = std::ceil((limit - start) / delta);
  if (n > 0x1p62) return InvalidArgument("the range has too many elements");
  return n > 0 ? static_cast<int64_t>(n) : 0;
}

Result<int64_t> CountInt(int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0) return InvalidArgument("delta is 0");
  const __int128 distance = static_cast<__int128>(limit) - start;
  if ((distance <= 0) == (delta > 0) || distance == 0) return 0;
  const __int128 n = (distance + delta - (delta > 0 ? 1 : -1)) / delta;
  if (n > INT64_MAX / 16) return InvalidArgument("the range has too many elements");
  return static_cast<int64_t>(n);
}

template <typename T>
void FillFloats(T* y, int64_t begin, int64_t end, T start, T delta) {
  for (int64_t i = begin; i < end; ++i) y[i] = start + static_cast<T>(i) * delta;
}

template <typename T>
void FillInts(T* y, int64_t begin, int64_t end, int64_t start, int64_t delta) {
  for (int64_t i = begin; i < end; ++i) {  // wraps instead of overflowing
    y[i] = static_cast<T>(static_cast<uint64_t>(start) + static_cast<uint64_t>(i) * static_cast<uint64_t>(delta));
  }
}

struct Range {
  static constexpr OpInfo kInfo{.name = "Range",
                                .versions = {11, 27},
                                .form_since = 11,
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kTypes,
                                .same_type = 0b111,
                                .shape_inputs = 0b111,
                                .numerics = kArithmetic};

  static Result<Range> Parse(AttrReader& a) {
    a.Ignore("stash_type");  // elements are computed in float32 at least, whatever it says
    return Range{};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    for (int i = 0; i < 3; ++i) {
      if (c.in(i).shape_known && c.in(i).shape.elements() != 1) {
        return InvalidArgument("input ", i, " must be a scalar, not ", c.in(i).shape.ToString());
      }
    }
    KANTE_TRY(const Tensor start, c.value(0));
    KANTE_TRY(const Tensor limit, c.value(1));
    KANTE_TRY(const Tensor delta, c.value(2));
    if (IsFloat(c.type(0))) {
      KANTE_TRY(const int64_t n, CountFloat(LoadFloat(start), LoadFloat(limit), LoadFloat(delta)));
      return c.SetShape(0, {n});
    }
    KANTE_TRY(const int64_t n, CountInt(LoadInt(start), LoadInt(limit), LoadInt(delta)));
    return c.SetShape(0, {n});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const ElementType type = y->type();
    const bool floats = IsFloat(type);
    const double start = floats ? LoadFloat(c.in(0)) : 0;
    const double delta = floats ? LoadFloat(c.in(2)) : 0;
    const int64_t first = floats ? 0 : LoadInt(c.in(0));
    const int64_t step = floats ? 0 : LoadInt(c.in(2));
    return c.Parallel(y->elements(), 1, [&](int64_t begin, int64_t end) {
      if (type == ElementType::kFloat32) {
        FillFloats(y->mutable_data<float>(), begin, end, static_cast<float>(start), static_cast<float>(delta));
      } else if (type == ElementType::kFloat64) {
        FillFloats(y->mutable_data<double>(), begin, end, start, delta);
      } else if (floats) {
        for (int64_t i = begin; i < end; ++i) {
          const float v = static_cast<float>(start) + static_cast<float>(i) * static_cast<float>(delta);
          uint16_t* to = y->mutable_data<uint16_t>() + i;
          type == ElementType::kFloat16 ? kernels::F32ToF16(to, &v, 1) : kernels::F32ToBf16(to, &v, 1);
        }
      } else if (type == ElementType::kInt16) {
        FillInts(y->mutable_data<int16_t>(), begin, end, first, step);
      } else if (type == ElementType::kInt32) {
        FillInts(y->mutable_data<int32_t>(), begin, end, first, step);
      } else {
        FillInts(y->mutable_data<int64_t>(), begin, end, first, step);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(Range)

}  // namespace kante::core
