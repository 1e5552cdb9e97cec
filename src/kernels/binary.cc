// SPDX-License-Identifier: MIT
//
// The float operators and the table of each function; the loops over other element types are in binary_wide.cc and
// binary_narrow.cc.
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

template <class Op>
HWY_INLINE BinaryFn<float> FormOf(BinaryForm form) {
  switch (form) {
    case BinaryForm::kVectorVector:
      return &BinaryRow<Op, BinaryForm::kVectorVector>;
    case BinaryForm::kVectorScalar:
      return &BinaryRow<Op, BinaryForm::kVectorScalar>;
    case BinaryForm::kScalarVector:
      break;
  }
  return &BinaryRow<Op, BinaryForm::kScalarVector>;
}

}  // namespace

#define KANTE_BINARY_SIMD(name, ...) \
  BinaryFn<float> name##Form(BinaryForm form) { return FormOf<name##Op>(form); }
#include "kernels/kernels.inc"

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

#define KANTE_BINARY_SIMD(name, ...) KANTE_DISPATCH(name##Form);
#define KANTE_BINARY_LIBM(name, ...)                                                               \
  static BinaryFn<float> name##Form(BinaryForm form) { return LoopForm<name##Loop, float>(form); } \
  KANTE_SAME_FOR_ALL(name##Form);
#include "kernels/kernels.inc"

template <class Loop>
constexpr BinaryFunction Define(const char* name, BinaryFn<float> (*const* floats)(BinaryForm), bool slow) {
  return {{&LoopForm<Loop, double>},
          {&LoopForm<Loop, int8_t>},
          {&LoopForm<Loop, uint8_t>},
          {&LoopForm<Loop, int16_t>},
          {&LoopForm<Loop, uint16_t>},
          {&LoopForm<Loop, int32_t>},
          {&LoopForm<Loop, uint32_t>},
          {&LoopForm<Loop, int64_t>},
          {&LoopForm<Loop, uint64_t>},
          name,
          floats,
          slow};
}

namespace binary_functions {
#define KANTE_BINARY_SIMD(name, ...) \
  constexpr BinaryFunction k##name = Define<name##Loop>(#name, k##name##FormTable, false);
#define KANTE_BINARY_LIBM(name, ...) \
  constexpr BinaryFunction k##name = Define<name##Loop>(#name, k##name##FormTable, true);
#include "kernels/kernels.inc"
}  // namespace binary_functions

template <>
BinaryFn<float> GetBinary<float>(BinaryOp op, BinaryForm form) {
  return op.function->floats[KANTE_TARGET_ROW](form);
}

}  // namespace kante::kernels
#endif
