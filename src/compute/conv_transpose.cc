// SPDX-License-Identifier: MIT
#include "compute/conv_transpose.h"

#include <algorithm>

#include "base/checked.h"
#include "compute/conv_direct.h"
#include "compute/conv_slots.h"
#include "kernels/conv_pack.h"

namespace kante::core {
namespace {

constexpr int64_t kColumnFloats = 1 << 20;  // of one band: about what stays in L3
constexpr int64_t kMaxAcrossBytes = 64 << 20;

constexpr auto kInline = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
  return true;
};

GemmPlan BandPlan(const ConvShape& s, int64_t pixels) {
  const int64_t rows = s.in_per_group() * s.taps();
  return PlanGemm(rows, pixels, s.out_per_group(), GemmB::kRows, 1, rows);
}

int64_t RowPixels(const ConvShape& s) { return s.out_pixels() / std::max<int64_t>(BandRows(s.Geometry()), 1); }

// One image and group, all bands.
bool OneGroup(const ConvTransposePlan& plan, const ConvShape& s, const float* x, const float* w, const float* bias,
              float* y, std::byte* scratch, ParallelFor parallel) {
  const kernels::ConvGeometry geometry = s.Geometry();
  const int64_t rows = BandRows(geometry), row_px = RowPixels(s), taps = s.taps(), in_px = s.in_pixels();
  float* columns = reinterpret_cast<float*>(scratch);
  for (int64_t first = 0; first < rows; first += plan.band_rows) {
    const int64_t last = std::min(rows, first + plan.band_rows), pixels = (last - first) * row_px;
    const GemmPlan gemm = BandPlan(s, pixels);
    GemmArgs args{.a = w, .a_row_stride = 1, .a_col_stride = s.in_per_group() * taps};
    args.b = x + first * row_px;
    args.b_row_stride = s.out_pixels();
    args.c = columns;
    args.ldc = pixels;
    args.scratch = scratch + plan.column_bytes;
    if (!RunGemm(gemm, args, parallel)) return false;
    int64_t offset = 0;
    const kernels::ConvGeometry band = BandOf(geometry, first, last, &offset);
    const bool done = parallel(s.in_per_group(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        float* plane = y + c * in_px;
        if (first == 0) std::fill(plane, plane + in_px, bias ? bias[c] : 0.0f);
        kernels::ScatterConvColumns(plane + offset, columns + c * taps * pixels, static_cast<size_t>(pixels), band, 0,
                                    static_cast<size_t>(taps));
      }
    });
    if (!done) return false;
  }
  return true;
}

}  // namespace

ConvTransposePlan PlanConvTranspose(const ConvShape& s) {
  ConvTransposePlan plan;
  plan.direct = s.rank > 3 || s.out_pixels() == 0;
  if (plan.direct) return plan;
  const int64_t rows = BandRows(s.Geometry()), row_floats = RowPixels(s) * s.in_per_group() * s.taps();
  plan.band_rows = std::clamp<int64_t>(kColumnFloats / std::max<int64_t>(row_floats, 1), 1, rows);
  plan.column_bytes = AlignUp(plan.band_rows * row_floats * 4, 64);
  const int64_t full = BandPlan(s, plan.band_rows * RowPixels(s)).scratch_bytes;
  const int64_t rest = rows % plan.band_rows;
  const int64_t tail = rest ? BandPlan(s, rest * RowPixels(s)).scratch_bytes : 0;
  plan.slot_bytes = plan.column_bytes + AlignUp(std::max(full, tail), 64);
  plan.scratch_bytes = plan.slot_bytes;
  const int64_t images = s.batch * s.groups;
  const int64_t all = plan.slot_bytes * ScratchSlots::CountFor(images);
  if (images >= 8 && all <= kMaxAcrossBytes) {
    plan.across = true;
    plan.scratch_bytes = all;
  }
  return plan;
}

bool RunConvTranspose(const ConvTransposePlan& plan, const ConvShape& s, const float* x, const float* w,
                      const float* bias, float* y, std::byte* scratch, ParallelFor parallel) {
  if (s.batch == 0 || s.in_channels == 0 || s.in_pixels() == 0) return true;
  if (plan.direct) return ConvTransposeDirect(s, x, w, bias, y, parallel);
  const int64_t out_px = s.out_pixels(), in_px = s.in_pixels();
  const auto one = [&](int64_t image, std::byte* memory, ParallelFor threads) {
    const int64_t g = image % s.groups;
    return OneGroup(plan, s, x + image * s.out_per_group() * out_px, w + g * s.out_per_group() * s.depth(),
                    bias ? bias + g * s.in_per_group() : nullptr, y + image * s.in_per_group() * in_px, memory,
                    threads);
  };
  const int64_t images = s.batch * s.groups;
  if (!plan.across) {
    for (int64_t i = 0; i < images; ++i) {
      if (!one(i, scratch, parallel)) return false;
    }
    return true;
  }
  ScratchSlots slots(reinterpret_cast<float*>(scratch), plan.slot_bytes / 4);
  return slots.Run(images, parallel, [&](int64_t begin, int64_t end, float* memory) {
    for (int64_t i = begin; i < end; ++i) one(i, reinterpret_cast<std::byte*>(memory), kInline);
  });
}

}  // namespace kante::core
