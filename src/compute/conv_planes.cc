// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/build.h"
#include "base/checked.h"
#include "compute/conv_algorithms.h"
#include "compute/conv_direct.h"

namespace kante::core {
namespace {

struct PlanesJob {
  const ConvShape& s;
  const ConvOperands& o;
  kernels::ConvGeometry g;

  bool depthwise() const { return s.in_per_group() == 1 && g.kernel_d == 1; }

  // One slice (fixed output depth) of the band `b` of output plane y; x is the first channel of its group at the band.
  void Slice(float* y, const float* x, int64_t m, int64_t oz, const kernels::ConvGeometry& b,
             const kernels::Epilogue& tail, float* scratch) const {
    const int64_t in_px = s.in_pixels(), taps = s.taps(), plane_taps = g.kernel_h * g.kernel_w;
    const float bias = o.bias ? o.bias[m] : 0.0f;
    const int64_t z0 = oz * b.stride_d - b.pad_front;
    const float* w = o.w + m * s.depth();
    if (depthwise() && z0 >= 0 && z0 < b.in_d) {
      const bool act_here = !o.residual;
      kernels::DepthwisePlane(y, x + z0 * g.in_h * g.in_w, w, bias, b, act_here ? &tail : nullptr, scratch);
      if (act_here) return;
    } else {
      const int64_t pixels = b.out_h * b.out_w;
      std::fill(y, y + pixels, bias);
      for (int64_t c = 0; c < s.in_per_group(); ++c) {
        for (int64_t kz = 0; kz < g.kernel_d; ++kz) {
          const int64_t z = z0 + kz * g.dilation_d;
          if (z < 0 || z >= b.in_d) continue;
          kernels::DepthwisePlaneAdd(y, x + c * in_px + z * g.in_h * g.in_w, w + c * taps + kz * plane_taps, b,
                                     scratch);
        }
      }
    }
    if (o.residual || o.act != kernels::UnaryOp::kIdentity) {
      kernels::Epilogue e = tail;
      if (o.residual) e.residual = o.residual + (y - o.y);
      e.ld_residual = static_cast<size_t>(b.out_w);
      kernels::ApplyEpilogue(y, static_cast<size_t>(b.out_w), static_cast<size_t>(b.out_h),
                             static_cast<size_t>(b.out_w), e);
    }
  }
};

// Depthwise, plan.together channels at once.
[[maybe_unused]] bool ByChannels(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o,
                                 ParallelFor parallel) {
  const kernels::ConvGeometry g = s.Geometry();
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels(), steps = CeilDiv(s.groups, plan.together);
  const kernels::Epilogue tail{.act = o.act, .alpha = o.alpha, .beta = o.beta};
  const kernels::Epilogue* act_here = o.residual ? nullptr : &tail;
  ScratchSlots slots(reinterpret_cast<float*>(o.scratch), plan.slot_bytes / 4);
  return slots.Run(s.batch * steps * plan.bands, parallel, [&](int64_t begin, int64_t end, float* scratch) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t step = item / plan.bands, part = item % plan.bands;
      const int64_t c = step % steps * plan.together, count = std::min(plan.together, s.groups - c);
      const int64_t first = g.out_h * part / plan.bands, last = g.out_h * (part + 1) / plan.bands;
      int64_t offset = 0;
      const kernels::ConvGeometry band = BandOf(g, first, last, &offset);
      const int64_t plane = step / steps * s.groups + c;
      float* y = o.y + plane * out_px + first * g.out_w;
      const float *x = o.x + plane * in_px + offset, *w = o.w + c * s.taps(), *bias = o.bias ? o.bias + c : nullptr;
      if (count == plan.together) {
        kernels::DepthwisePlanes(y, out_px, x, in_px, w, bias, band, act_here, scratch);
      } else {
        for (int64_t i = 0; i < count; ++i) {
          kernels::DepthwisePlane(y + i * out_px, x + i * in_px, w + i * s.taps(), bias ? bias[i] : 0.0f, band,
                                  act_here, scratch);
        }
      }
      if (act_here) continue;
      kernels::Epilogue e = tail;
      e.residual = o.residual + (y - o.y);
      e.ld_residual = static_cast<size_t>(out_px);
      kernels::ApplyEpilogue(y, e.ld_residual, static_cast<size_t>(count),
                             static_cast<size_t>((last - first) * g.out_w), e);
    }
  });
}

}  // namespace

bool ConvByPlanes(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  if constexpr (!kForSize) {
    if (plan.together > 1) return ByChannels(plan, s, o, parallel);
  }
  const PlanesJob job{s, o, s.Geometry()};
  const int64_t rows = BandRows(job.g), out_px = s.out_pixels();
  const int64_t row_px = out_px / rows;
  const kernels::Epilogue tail{.act = o.act, .alpha = o.alpha, .beta = o.beta};
  ScratchSlots slots(reinterpret_cast<float*>(o.scratch), plan.slot_bytes / 4);
  return slots.Run(s.batch * s.out_channels * plan.bands, parallel, [&](int64_t begin, int64_t end, float* scratch) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t plane = item / plan.bands, part = item % plan.bands;
      const int64_t n = plane / s.out_channels, m = plane % s.out_channels;
      const int64_t first = rows * part / plan.bands, last = rows * (part + 1) / plan.bands;
      int64_t offset = 0;
      const kernels::ConvGeometry band = BandOf(job.g, first, last, &offset);
      const float* x = o.x + (n * s.in_channels + m / s.out_per_group() * s.in_per_group()) * s.in_pixels() + offset;
      float* y = o.y + plane * out_px + first * row_px;
      for (int64_t oz = 0; oz < band.out_d; ++oz) {
        job.Slice(y + oz * band.out_h * band.out_w, x, m, oz, band, tail, scratch);
      }
    }
  });
}

bool ConvByLoops(const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  if (!ConvDirect(s, o.x, o.w, o.bias, o.y, parallel)) return false;
  if (!o.residual && o.act == kernels::UnaryOp::kIdentity) return true;
  const int64_t pixels = s.out_pixels();
  return parallel(s.batch * s.out_channels, 16, [&](int64_t begin, int64_t end) {
    kernels::Epilogue e{.act = o.act, .alpha = o.alpha, .beta = o.beta};
    e.residual = o.residual ? o.residual + begin * pixels : nullptr;
    e.ld_residual = static_cast<size_t>(pixels);
    kernels::ApplyEpilogue(o.y + begin * pixels, e.ld_residual, static_cast<size_t>(end - begin), e.ld_residual, e);
  });
}

}  // namespace kante::core
