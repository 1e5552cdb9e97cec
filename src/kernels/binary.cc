// SPDX-License-Identifier: MIT
//
// The float operators; the other element types are in binary_wide.cc and binary_narrow.cc.
#include "kernels/binary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/binary.cc"
#include "kernels/simd.h"

#include "kernels/binary_loops.h"
#include "kernels/math_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

#define KANTE_OP(name, ...)                                \
  struct name##Op {                                        \
    static HWY_INLINE VF Apply(VF x, VF y) { __VA_ARGS__ } \
  };
KANTE_OP(Add, return hn::Add(x, y);)
KANTE_OP(Sub, return hn::Sub(x, y);)
KANTE_OP(Mul, return hn::Mul(x, y);)
KANTE_OP(Div, return hn::Div(x, y);)
// x86's minimum returns its second operand if either is NaN, so a NaN in y comes out by itself.
KANTE_OP(Min, return hn::IfThenElse(hn::IsNaN(x), x, NanMin(x, y));)
KANTE_OP(Max, return hn::IfThenElse(hn::IsNaN(x), x, NanMax(x, y));)
KANTE_OP(PRelu, return hn::IfThenElse(hn::Lt(x, hn::Zero(DF())), hn::Mul(x, y), x);)
#undef KANTE_OP

template <class Op, BinaryForm kForm>
void BinaryRow(float* z, const float* x, const float* y, size_t n) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  if (n == 0) return;
  const VF x0 = Const(x[0]), y0 = Const(y[0]);
  constexpr bool kScalarX = kForm == BinaryForm::kScalarVector, kScalarY = kForm == BinaryForm::kVectorScalar;
  const auto load_x = [&](size_t i) HWY_ATTR { return kScalarX ? x0 : hn::LoadU(d, x + i); };
  const auto load_y = [&](size_t i) HWY_ATTR { return kScalarY ? y0 : hn::LoadU(d, y + i); };
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const VF v0 = Op::Apply(load_x(i), load_y(i));
    const VF v1 = Op::Apply(load_x(i + lanes), load_y(i + lanes));
    const VF v2 = Op::Apply(load_x(i + 2 * lanes), load_y(i + 2 * lanes));
    const VF v3 = Op::Apply(load_x(i + 3 * lanes), load_y(i + 3 * lanes));
    hn::StoreU(v0, d, z + i);
    hn::StoreU(v1, d, z + i + lanes);
    hn::StoreU(v2, d, z + i + 2 * lanes);
    hn::StoreU(v3, d, z + i + 3 * lanes);
  }
  for (; i + lanes <= n; i += lanes) hn::StoreU(Op::Apply(load_x(i), load_y(i)), d, z + i);
  if (i < n) {
    const VF vx = kScalarX ? x0 : LoadPartial(x + i, n - i);
    const VF vy = kScalarY ? y0 : LoadPartial(y + i, n - i);
    StorePartial(Op::Apply(vx, vy), z + i, n - i);
  }
}

}  // namespace

BinaryFn<float> GetBinaryF32(BinaryOp op, BinaryForm form) {
  static constexpr BinaryFn<float> kRows[][3] = {
#define KANTE_BINARY_SIMD(name, ...)                                                                 \
  {&BinaryRow<name##Op, BinaryForm::kVectorVector>, &BinaryRow<name##Op, BinaryForm::kVectorScalar>, \
   &BinaryRow<name##Op, BinaryForm::kScalarVector>},
#define KANTE_BINARY_LIBM(name, ...) {nullptr, nullptr, nullptr},
#include "kernels/kernels.inc"
  };
  return kRows[static_cast<size_t>(op)][static_cast<size_t>(form)];
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(GetBinaryF32);

template <>
BinaryFn<float> GetBinary<float>(BinaryOp op, BinaryForm form) {
  switch (op) {
    case BinaryOp::kPow:
      return FormOf<PowLoop, float>(form);
    case BinaryOp::kMod:
      return FormOf<ModLoop, float>(form);
    case BinaryOp::kFmod:
      return FormOf<FmodLoop, float>(form);
    default:
      return KANTE_CALL(GetBinaryF32)(op, form);
  }
}

const char* BinaryName(BinaryOp op) {
  static constexpr const char* kNames[] = {
#define KANTE_BINARY_SIMD(name, ...) #name,
#define KANTE_BINARY_LIBM(name, ...) #name,
#include "kernels/kernels.inc"
  };
  return op < BinaryOp::kCount ? kNames[static_cast<size_t>(op)] : "?";
}

}  // namespace kante::kernels
#endif
