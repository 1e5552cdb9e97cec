// SPDX-License-Identifier: MIT
//
// The epilogue of activation.h on vectors, for kernels that still hold their result in registers.
#include "kernels/activation.h"
#include "kernels/math_inl.h"

#if defined(KANTE_KERNELS_EPILOGUE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KANTE_KERNELS_EPILOGUE_INL_H_
#undef KANTE_KERNELS_EPILOGUE_INL_H_
#else
#define KANTE_KERNELS_EPILOGUE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {

// Relu and Clip stay in registers; any other activation runs over rows that have been stored (`rows`).
struct VectorAct {
  bool clamp;
  VF lo, hi;
  UnaryFn rows;

  explicit HWY_INLINE VectorAct(const Epilogue* e)
      : clamp(e && (e->act == UnaryOp::kRelu || e->act == UnaryOp::kClip)),
        lo(Const(e && e->act == UnaryOp::kClip ? e->alpha : 0.0f)),
        hi(Const(e && e->act == UnaryOp::kClip ? e->beta : __builtin_inff())),
        rows(e && !clamp && e->act != UnaryOp::kIdentity ? GetUnary(e->act) : nullptr) {}

  HWY_INLINE VF Apply(VF x) const { return clamp ? NanMin(hi, NanMax(lo, x)) : x; }
};

// dst = epilogue(src) for the block whose first element is (i0, j0) of the epilogue's arrays. src may be dst.
void EpilogueRows(float* dst, size_t ldd, const float* src, size_t lds, size_t rows, size_t cols, const Epilogue& e,
                  size_t i0,
                  size_t j0);  // epilogue.cc

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KANTE_KERNELS_EPILOGUE_INL_H_
