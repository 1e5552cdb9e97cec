// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "compute/conv_algorithms.h"
#include "kernels/conv_pack.h"

namespace kante::core {
namespace {

// A loop inside a task of another loop.
constexpr auto kInline = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
  return true;
};

// out[k] = input under window element k of the only output pixel, zero outside.
void GatherColumn(float* out, const float* x, const ConvShape& s) {
  const kernels::ConvGeometry g = s.Geometry();
  for (int64_t c = 0; c < s.in_per_group(); ++c, x += g.in_d * g.in_h * g.in_w) {
    for (int64_t kz = 0; kz < g.kernel_d; ++kz) {
      const int64_t z = kz * g.dilation_d - g.pad_front;
      for (int64_t ky = 0; ky < g.kernel_h; ++ky) {
        const int64_t y = ky * g.dilation_h - g.pad_top;
        const bool inside = z >= 0 && z < g.in_d && y >= 0 && y < g.in_h;
        for (int64_t kx = 0; kx < g.kernel_w; ++kx) {
          const int64_t at = kx * g.dilation_w - g.pad_left;
          *out++ = inside && at >= 0 && at < g.in_w ? x[(z * g.in_h + y) * g.in_w + at] : 0.0f;
        }
      }
    }
  }
}

// The column is the input as it lies.
bool WindowIsInput(const ConvShape& s) {
  for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
    if (s.kernel[d] != s.in[d] || s.pad_begin[d] != 0 || (s.dilation[d] != 1 && s.kernel[d] != 1)) return false;
  }
  return true;
}

}  // namespace

bool ConvByColumn(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  const float* columns = o.x;
  const int64_t depth = s.depth();
  if (!WindowIsInput(s)) {
    float* to = reinterpret_cast<float*>(o.scratch);
    for (int64_t i = 0; i < s.batch * s.groups; ++i) {
      GatherColumn(to + i * depth, o.x + i * s.in_per_group() * s.in_pixels(), s);
    }
    columns = to;
  }
  for (int64_t g = 0; g < s.groups; ++g) {
    const int64_t m0 = g * s.out_per_group();
    GemmArgs args{.a = columns + g * depth, .a_row_stride = s.groups * depth};
    args.b = o.w + m0 * depth;
    args.b_row_stride = 1;
    args.b_col_stride = depth;
    args.c = o.y + m0;
    args.ldc = s.out_channels;
    args.epilogue = {.bias_col = o.bias ? o.bias + m0 : nullptr,
                     .residual = o.residual ? o.residual + m0 : nullptr,
                     .ld_residual = static_cast<size_t>(s.out_channels),
                     .act = o.act,
                     .alpha = o.alpha,
                     .beta = o.beta};
    args.scratch = o.scratch + plan.slot_bytes;
    if (!RunGemm(plan.gemm, args, parallel)) return false;
  }
  return true;
}

bool ConvByGemm(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  const int64_t in_px = s.in_pixels(), out_px = s.out_pixels(), depth = s.depth();
  const kernels::ConvGeometry geometry = s.Geometry();
  // Product of one image and one group.
  const auto one = [&](int64_t image, std::byte* scratch, ParallelFor threads) {
    const int64_t g = image % s.groups;
    const float* x = o.x + image * s.in_per_group() * in_px;
    const int64_t m0 = g * s.out_per_group(), y0 = image * s.out_per_group() * out_px;
    GemmArgs args{.a = o.w + m0 * depth, .a_row_stride = depth};
    args.c = o.y + y0;
    args.ldc = out_px;
    args.epilogue = {.bias_row = o.bias ? o.bias + m0 : nullptr,
                     .residual = o.residual ? o.residual + y0 : nullptr,
                     .ld_residual = static_cast<size_t>(out_px),
                     .act = o.act,
                     .alpha = o.alpha,
                     .beta = o.beta};
    args.scratch = scratch;
    if (plan.algorithm == ConvAlgorithm::kPointwise) {
      args.b = x;
      args.b_row_stride = out_px;
      return RunGemm(plan.gemm, args, threads);
    }
    const auto pack = [&](float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
      kernels::PackConvPanels(dst, x, geometry, static_cast<size_t>(k0), static_cast<size_t>(k1),
                              static_cast<size_t>(n0), static_cast<size_t>(n1));
    };
    const PackPanels panels(pack);
    args.panels = &panels;
    return RunGemm(plan.gemm, args, threads);
  };
  const int64_t images = s.batch * s.groups;
  if (!plan.across) {
    for (int64_t i = 0; i < images; ++i) {
      if (!one(i, o.scratch, parallel)) return false;
    }
    return true;
  }
  ScratchSlots slots(reinterpret_cast<float*>(o.scratch), plan.slot_bytes / 4);
  return slots.Run(images, parallel, [&](int64_t begin, int64_t end, float* scratch) {
    for (int64_t i = begin; i < end; ++i) one(i, reinterpret_cast<std::byte*>(scratch), kInline);
  });
}

}  // namespace kante::core
