// SPDX-License-Identifier: MIT
#include "kernels/peak.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/peak.cc"
#include "kernels/simd.h"

HWY_BEFORE_NAMESPACE();
namespace kante::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

double MultiplyAdds(size_t rounds, float* sink) {
  const hn::ScalableTag<float> d;
  // Two units of four or five cycles need ten; with two factors twelve fit into sixteen registers.
  const auto times = hn::Set(d, *sink), plus = hn::Set(d, *sink * 0.5f);
  // Chains that start alike would be one to the compiler.
  const auto start = [&](float v) HWY_ATTR { return hn::Set(d, *sink * v); };
  auto a = start(0.25f), b = start(0.5f), c = start(0.75f), e = start(1.25f), f = start(1.5f), g = start(1.75f),
       h = start(2.0f), i = start(2.25f), j = start(2.5f), k = start(2.75f), l = start(3.0f), m = start(3.25f);
  for (size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, times, plus);
    b = hn::MulAdd(b, times, plus);
    c = hn::MulAdd(c, times, plus);
    e = hn::MulAdd(e, times, plus);
    f = hn::MulAdd(f, times, plus);
    g = hn::MulAdd(g, times, plus);
    h = hn::MulAdd(h, times, plus);
    i = hn::MulAdd(i, times, plus);
    j = hn::MulAdd(j, times, plus);
    k = hn::MulAdd(k, times, plus);
    l = hn::MulAdd(l, times, plus);
    m = hn::MulAdd(m, times, plus);
  }
  a = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i)));
  a = hn::Add(a, hn::Add(hn::Add(j, k), hn::Add(l, m)));
  *sink = hn::GetLane(a);
  return 24.0 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(d));
}

}  // namespace kante::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kante::kernels {
KANTE_DISPATCH(MultiplyAdds);
double MultiplyAdds(size_t rounds, float* sink) { return KANTE_CALL(MultiplyAdds)(rounds, sink); }
}  // namespace kante::kernels
#endif
