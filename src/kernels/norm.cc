// SPDX-License-Identifier: MIT
#include "kernels/norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm.cc"
#include "kernels/simd.h"

#include "kernels/reduce_inl.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace {

constexpr size_t kN = HWY_MAX_BYTES / sizeof(float);

// y[i] = f(load) for every vector of a row.
template <class F>
HWY_INLINE void MapRow(float* y, size_t n, const F& f) {
  ForRow(n, [&](const auto& load, const auto& store) HWY_ATTR { store(f(load), y); });
}

// y = exp(x - max) and the sum of y: one pass instead of two over y. `next`: how far on the row lies that will be
// wanted then, 0 if that is not known.
HWY_INLINE float ExpAndSum(float* y, const float* x, size_t n, VF max, size_t next) {
  const DF d;
  VF sum = hn::Zero(d);
  size_t i = 0;
  for (; i + 2 * kN <= n; i += 2 * kN) {
    if (next > 0) __builtin_prefetch(x + next + i, 0, 3);
    const VF e0 = ExpNonPositive(hn::Sub(hn::LoadU(d, x + i), max));
    const VF e1 = ExpNonPositive(hn::Sub(hn::LoadU(d, x + i + kN), max));
    sum = hn::Add(sum, hn::Add(e0, e1));  // a second sum would not fit into the registers of AVX2
    hn::StoreU(e0, d, y + i);
    hn::StoreU(e1, d, y + i + kN);
  }
  for (; i < n; i += kN) {
    const size_t left = n - i;
    if (left >= kN) {
      const VF e = ExpNonPositive(hn::Sub(hn::LoadU(d, x + i), max));
      sum = hn::Add(sum, e);
      hn::StoreU(e, d, y + i);
    } else {
      const VF e = ExpNonPositive(hn::Sub(LoadPartial(x + i, left), max));
      sum = hn::Add(sum, KeepFirst<SumReducer>(e, left));
      StorePartial(e, y + i, left);
    }
  }
  return FoldLanes<SumReducer>(sum);
}

HWY_INLINE float SumOfExp(const float* x, size_t n, float max) {
  const VF m = Const(max);
  return ReduceRow<SumReducer>(x, n, [=](VF v) HWY_ATTR { return ExpNonPositive(hn::Sub(v, m)); });
}

}  // namespace

void SoftmaxRow(float* y, const float* x, size_t n) {
  // A NaN that this maximum may drop comes back through exp and the sum.
  struct PlainMax : MaxReducer {
    static HWY_INLINE VF Combine(VF a, VF b) { return hn::Max(a, b); }
  };
  const float max = ReduceRow<PlainMax>(x, n);
  const VF scale = Const(1.0f / ExpAndSum(y, x, n, Const(max), n));
  MapRow(y, n, [=](const auto& load) HWY_ATTR { return hn::Mul(load(y), scale); });
}

float ExpRow(float* y, const float* x, float top, size_t n) { return ExpAndSum(y, x, n, Const(top), 0); }

float LogSumExp(const float* x, size_t n) {
  const float max = ReduceRow<MaxReducer>(x, n);
  if (max - max != 0) return max;  // an infinity or NaN is the answer itself
  return max + hn::GetLane(Log(Const(SumOfExp(x, n, max))));
}

void LogSoftmaxRow(float* y, const float* x, size_t n) {
  const float max = ReduceRow<MaxReducer>(x, n);
  const VF m = Const(max), log_sum = Log(Const(SumOfExp(x, n, max)));
  MapRow(y, n, [=](const auto& load) HWY_ATTR { return hn::Sub(hn::Sub(load(x), m), log_sum); });
}

void MeanVariance(const float* x, size_t n, float* mean, float* variance) {
  const float m = ReduceRow<SumReducer>(x, n) / static_cast<float>(n);
  const VF v = Const(m);
  *mean = m;
  *variance = ReduceRow<SumReducer>(x, n,
                                    [=](VF e) HWY_ATTR {
                                      const VF c = hn::Sub(e, v);
                                      return hn::Mul(c, c);
                                    }) /
              static_cast<float>(n);
}

void LayerNormRow(float* y, const float* x, const float* scale, const float* bias, size_t n, float epsilon, float* mean,
                  float* inv_std) {
  float m, variance;
  HWY_NAMESPACE::MeanVariance(x, n, &m, &variance);
  const float inverse = 1.0f / __builtin_sqrtf(variance + epsilon);
  if (mean) *mean = m;
  if (inv_std) *inv_std = inverse;
  const VF vm = Const(m), vi = Const(inverse);
  MapRow(y, n, [=](const auto& load) HWY_ATTR {
    VF v = hn::Mul(hn::Sub(load(x), vm), vi);
    if (scale) v = hn::Mul(v, load(scale));
    if (bias) v = hn::Add(v, load(bias));
    return v;
  });
}

void RmsNormRow(float* y, const float* x, const float* scale, size_t n, float epsilon, float* inv_rms) {
  const float inverse = 1.0f / __builtin_sqrtf(ReduceRow<SumSquareReducer>(x, n) / static_cast<float>(n) + epsilon);
  if (inv_rms) *inv_rms = inverse;
  const VF vi = Const(inverse);
  MapRow(y, n, [=](const auto& load) HWY_ATTR {
    const VF v = hn::Mul(load(x), vi);
    return scale ? hn::Mul(v, load(scale)) : v;
  });
}

void ScaleShiftRow(float* y, const float* x, float scale, float shift, size_t n) {
  const VF a = Const(scale), b = Const(shift);
  MapRow(y, n, [=](const auto& load) HWY_ATTR { return hn::MulAdd(load(x), a, b); });
}

void ScaleShiftVector(float* y, const float* x, const float* scale, const float* shift, size_t n) {
  MapRow(y, n, [=](const auto& load) HWY_ATTR { return hn::MulAdd(load(x), load(scale), load(shift)); });
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {

KANTE_DISPATCH(SoftmaxRow);
KANTE_DISPATCH(ExpRow);
KANTE_DISPATCH(LogSumExp);
KANTE_DISPATCH(LogSoftmaxRow);
KANTE_DISPATCH(MeanVariance);
KANTE_DISPATCH(LayerNormRow);
KANTE_DISPATCH(RmsNormRow);
KANTE_DISPATCH(ScaleShiftRow);
KANTE_DISPATCH(ScaleShiftVector);

void SoftmaxRow(float* y, const float* x, size_t n) { KANTE_CALL(SoftmaxRow)(y, x, n); }
float ExpRow(float* y, const float* x, float top, size_t n) { return KANTE_CALL(ExpRow)(y, x, top, n); }
float LogSumExp(const float* x, size_t n) { return KANTE_CALL(LogSumExp)(x, n); }
void LogSoftmaxRow(float* y, const float* x, size_t n) { KANTE_CALL(LogSoftmaxRow)(y, x, n); }
void MeanVariance(const float* x, size_t n, float* mean, float* variance) {
  KANTE_CALL(MeanVariance)(x, n, mean, variance);
}
void LayerNormRow(float* y, const float* x, const float* scale, const float* bias, size_t n, float epsilon, float* mean,
                  float* inv_std) {
  KANTE_CALL(LayerNormRow)(y, x, scale, bias, n, epsilon, mean, inv_std);
}
void RmsNormRow(float* y, const float* x, const float* scale, size_t n, float epsilon, float* inv_rms) {
  KANTE_CALL(RmsNormRow)(y, x, scale, n, epsilon, inv_rms);
}
void ScaleShiftRow(float* y, const float* x, float scale, float shift, size_t n) {
  KANTE_CALL(ScaleShiftRow)(y, x, scale, shift, n);
}
void ScaleShiftVector(float* y, const float* x, const float* scale, const float* shift, size_t n) {
  KANTE_CALL(ScaleShiftVector)(y, x, scale, shift, n);
}

}  // namespace kante::kernels
#endif
